"""The shape of a text says whether it may be an identifier, and of what."""

import numpy as np
import pytest

from search.identifiers import look_up, may_identify, reading_of
from search.query import Feedback, InstancePart, Query, TextPart, by_text
from storage.identifiers import Naming

UIDS = (Naming.IMAGE_UID, Naming.SERIES_UID, Naming.STUDY_UID)
IDENTITIES = (Naming.ACCESSION, Naming.PATIENT)
READINGS = {
    "1.2.840.113619.2.55": (UIDS, True),
    "2.25.329800735698586629295641978511506172918": (UIDS, True),
    "/archive/ct/IM0001": ((Naming.PATH,), True),
    "/archive/a.zip!/ct/1.dcm": ((Naming.PATH,), True),
    "IM_0001.DCM": ((Naming.FILE_NAME,), True),
    "brain.nii.gz": ((Naming.FILE_NAME,), True),
    "20190412345": ((*IDENTITIES, Naming.FILE_NAME), True),
    "RIS-2019-0412": ((*IDENTITIES, Naming.FILE_NAME), True),
    "IM0001": ((*IDENTITIES, Naming.FILE_NAME), False),
    "COVID-2019": ((*IDENTITIES, Naming.FILE_NAME), False),
    "L5": (IDENTITIES, False),
    "123 456 7890": (IDENTITIES, False),
    "t2 weighted brain": (IDENTITIES, False),
    "chest": ((), False),
    "pleural effusion, left": ((), False),
    "CT/MR of the head": ((), False),
    "1.5 T": (IDENTITIES, False),
    "a nodule of 5 mm in the right upper lobe, " + "more " * 9: ((), False),
    "气胸": ((), False),
}


class Shelf:
    """A snapshot in which some identifiers name pictures; remembers what it was asked."""

    ids = np.array([4, 5])

    def __init__(self, **named):
        self._named = {Naming[name]: ids for name, ids in named.items()}
        self.asked = []

    def named(self, namings, text):
        self.asked.append(namings)
        named = [naming for naming in namings if naming in self._named]
        return (named[0], np.array(self._named[named[0]])) if named else None

    def names_somebody(self, words):
        return False


@pytest.mark.parametrize("text", READINGS)
def test_the_shape_says_what_is_looked_up(text):
    reading = reading_of(text)
    assert (reading.namings, reading.is_certain) == READINGS[text]


def test_the_first_naming_that_names_something_is_the_answer():
    shelf = Shelf(SERIES_UID=[5, 4], STUDY_UID=[4])
    named = look_up(by_text(" 1.2.3 "), shelf)
    assert named.ids.tolist() == [5, 4]
    assert named.note == "Found by its series UID, not by what it looks like."
    assert shelf.asked == [UIDS]


def test_words_are_words_unless_they_are_an_identifier_of_the_archive():
    assert look_up(by_text("L5"), Shelf()) is None
    assert look_up(by_text("L5"), Shelf(PATIENT=[4])).ids.tolist() == [4]


def test_prose_is_not_looked_up_at_all():
    shelf = Shelf()
    assert look_up(by_text("chest x-ray"), shelf) is None
    assert shelf.asked == []


def test_what_can_only_be_an_identifier_and_is_none_here_finds_nothing():
    named = look_up(by_text("20190412345"), Shelf())
    assert named.ids.tolist() == []
    assert "accession number or patient identifier or file name" in named.note
    assert "20190412345" not in named.note


@pytest.mark.parametrize(("text", "ids"), [("#5", [5]), ("#6", [])])
def test_a_number_with_its_mark_is_that_picture(text, ids):
    assert look_up(by_text(text), Shelf()).ids.tolist() == ids


@pytest.mark.parametrize(
    "query",
    [
        Query((TextPart("#5"), InstancePart(4))),
        Query((TextPart("#5", -1.0), TextPart("chest"))),
        Query((TextPart("#5"),), Feedback(liked=(4,))),
    ],
)
def test_an_identifier_is_looked_up_only_when_it_is_all_that_is_asked(query):
    assert look_up(query, Shelf()) is None


@pytest.mark.parametrize(
    "text",
    [
        *("1.2.840.113619.2.55", "20190412345", "/archive/SMITH/1", "smith.dcm", "IM0001"),
        *("chest CT of 12345678", "patient (20190412345).", "born 1954-03-02", "study 1.2.3.4!"),
    ],
)
def test_what_has_the_shape_of_an_identifier_may_identify_even_if_nothing_here_has_it(text):
    assert may_identify(text, Shelf())


@pytest.mark.parametrize("text", ["pleural effusion", "T2 brain", "#12", "#123456", "L5, 3 cm", ""])
def test_words_and_numbers_of_pictures_identify_nobody(text):
    assert not may_identify(text, Shelf())


@pytest.mark.parametrize("text", ["P7", "CT of P7, chest", "12 34"])
def test_a_short_identifier_is_known_by_naming_somebody_here(text):
    assert may_identify(text, Named("P7", "12 34"))


class Named:
    """A snapshot in which these patients are."""

    def __init__(self, *patients):
        self._patients = patients

    def named(self, namings, text):
        return (Naming.PATIENT, np.array([1])) if text in self._patients else None

    def names_somebody(self, words):
        return not set(words).isdisjoint(self._patients)


@pytest.mark.parametrize("text", ["Smith", "chest CT of Smith", "\u5f20\u4e09\u7684\u80f8\u90e8CT"])
def test_the_name_of_a_patient_identifies(text):
    assert may_identify(text, Named("Smith", "\u5f20\u4e09"))
    assert not may_identify(text, Named("Jones"))


def test_words_of_radiology_are_no_names_even_if_somebody_is_called_so():
    assert not may_identify("kidney stone on the left", Named("stone", "left"))
