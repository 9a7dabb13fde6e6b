"""Invented people, machines, stories and reports."""

from datetime import date

import pydicom
import pytest
from unit.samples.bodies import finding, plan

from samples.dicom_files import StudyHeader, uid, write_report
from samples.findings.finding import Label
from samples.people import SCRIPTS, Person, person
from samples.plan import STORIES, patient_plan
from samples.report import report_text
from samples.scanners import SCANNERS

NAMES = [(script.charset, name) for script in SCRIPTS for name in (*script.women, *script.men)]
REAL_MAKERS = (
    *("siemens", "philips", "canon", "toshiba", "hitachi", "fuji", "hologic", "agfa"),
    *("carestream", "samsung", "mindray", "shimadzu", "esaote", "general", "ge "),
)


@pytest.mark.parametrize(("charset", "name"), NAMES)
def test_a_name_comes_back_from_a_file_in_its_own_script(tmp_path, charset, name):
    who = Person(7, name, charset, female=True, born=date(1970, 1, 2), seed=1)
    study = plan("chest CT", "ct-a")
    header = StudyHeader(uid("a"), study.when, "1", "S1", "CHEST CT")
    write_report(tmp_path / "report", who, header, "Nothing.")
    read = pydicom.dcmread(tmp_path / "report")
    assert str(read.PatientName) == name
    assert read.PatientAge == "052Y"


def test_every_script_is_another_character_set_and_has_ideographs_with_phonetics():
    assert len({script.charset for script in SCRIPTS}) == len(SCRIPTS) >= 8
    assert any(name.count("=") == 2 for _, name in NAMES)


def test_no_name_is_there_twice():
    assert len({name for _, name in NAMES}) == len(NAMES)


def test_every_machine_says_synthetic_and_none_is_a_real_make():
    for machine in SCANNERS:
        words = f"{machine.manufacturer} {machine.model} ".lower()
        assert machine.manufacturer.startswith("SYNTHETIC")
        assert not any(maker in words for maker in REAL_MAKERS)


def test_the_machines_write_many_syntaxes_and_names_with_and_without_extension():
    assert len({machine.syntax for machine in SCANNERS}) >= 8
    assert {machine.extension for machine in SCANNERS} == {"", ".dcm"}
    assert any(machine.monochrome1 for machine in SCANNERS)


def test_the_stories_show_every_label():
    assert {label for story in STORIES for label in story.labels} == set(Label)
    assert any(not story.labels for story in STORIES)


def test_the_same_seed_makes_the_same_plan_and_another_one_another():
    assert patient_plan(3, 9, 128) == patient_plan(3, 9, 128)
    assert patient_plan(3, 9, 128) != patient_plan(3, 10, 128)
    assert patient_plan(3, 9, 128).person != patient_plan(4, 9, 128).person


@pytest.mark.parametrize("number", range(1, len(STORIES) + 1))
def test_visits_are_in_order_and_the_person_is_old_enough(number):
    patient = patient_plan(number, 0, 128)
    days = [study.when.date() for study in patient.studies]
    assert days == sorted(days)
    assert 23 <= patient.person.age_on(days[0]) < 90


def test_a_finding_keeps_its_name_over_time():
    studies = patient_plan(1, 0, 128).studies
    names = {f.name for study in studies for f in study.findings}
    sizes = [study.findings[0].size_mm for study in studies]
    assert len(names) == 1
    assert sizes[-1] > sizes[0]


def test_age_is_in_whole_years():
    who = person(1, 0, female=False, age=40, today=date(2020, 6, 1))
    assert who.age_on(who.born.replace(year=who.born.year + 41)) == 41
    assert who.age_on(date(2020, 6, 1)) == 40


def test_a_report_names_side_and_size_and_compares_with_the_study_before():
    before = plan("chest CT", "ct-a", finding("nodule", "left", 10.0))
    now = plan("chest CT", "ct-a", finding("nodule", "left", 14.2))
    text = report_text(now, before)
    assert text.startswith("SYNTHETIC REPORT.")
    assert "Left lung nodule of 14 mm, larger than before (10 mm)." in text
    assert "2022-05-06" in text


def test_a_report_says_what_has_gone_and_when_nothing_is_there():
    before = plan("chest CT", "ct-a", finding("effusion", "right", 40.0))
    healthy = plan("chest CT", "ct-a")
    assert "The right effusion has resolved." in report_text(healthy, before)
    assert report_text(healthy, None).endswith("No acute abnormality.")
