"""The text of a structured report is what a person would read, without who is meant."""

from hashlib import sha256

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from imaging import reports
from imaging.decode import read_content, read_header
from imaging.rules import Rules
from tests.unit.imaging.factories import make_dicom, make_item

BASIC_TEXT = "1.2.840.10008.5.1.4.1.1.88.11"
DOSE = "1.2.840.10008.5.1.4.1.1.88.67"


def coded(meaning: str) -> list[Dataset]:
    return [make_item(CodeValue="1", CodingSchemeDesignator="99TEST", CodeMeaning=meaning)]


def node(kind: str, name: str, **elements: object) -> Dataset:
    return make_item(
        RelationshipType="CONTAINS",
        ValueType=kind,
        ConceptNameCodeSequence=coded(name),
        **elements,
    )


def said(text: str, name: str = "Finding", **elements: object) -> Dataset:
    return node("TEXT", name, TextValue=text, **elements)


def report_of(*content: Dataset, sop_class: str = BASIC_TEXT, **elements: object) -> str:
    file = make_dicom(
        SOPClassUID=sop_class,
        Modality="SR",
        ValueType="CONTAINER",
        ConceptNameCodeSequence=coded("Chest report"),
        ContentSequence=list(content),
        **elements,
    )
    report = read_content(file, sha256(file).hexdigest(), Rules()).instance.report
    assert read_header(file, sha256(file).hexdigest(), Rules()).instance.report == report
    return report


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_the_tree_is_read_in_its_order(syntax: str) -> None:
    size = make_item(NumericValue="12.5", MeasurementUnitsCodeSequence=[make_item(CodeValue="mm")])
    side = node("CODE", "Side", ConceptCodeSequence=coded("Left"))
    findings = node(
        "CONTAINER",
        "Findings",
        ContentSequence=[
            said("Nodule.", ContentSequence=[side]),
            node("NUM", "Diameter", MeasuredValueSequence=[size]),
        ],
    )

    assert report_of(findings, said("Benign.", "Impression"), syntax=syntax) == (
        "Chest report\nFindings\nFinding: Nodule.\nSide: Left\nDiameter: 12.5 mm\n"
        "Impression: Benign."
    )


def test_persons_dates_and_the_context_of_the_observation_are_left_out() -> None:
    subject = said("PAT-1", "Subject ID")
    subject.RelationshipType = "HAS OBS CONTEXT"
    subject.ContentSequence = [said("Of the subject")]
    reader = node("PNAME", "Reader", PersonName="Doe^Jane")
    day = node("DATE", "Day", Date="20200102")

    assert report_of(subject, reader, day, said("Clear.")) == "Chest report\nFinding: Clear."


def test_lines_and_letters_of_a_text_are_kept() -> None:
    text = "Kein Erguß.\r\n\r\n未见气胸。\x07"

    assert report_of(said(text), SpecificCharacterSet="ISO_IR 192") == (
        "Chest report\nFinding: Kein Erguß.\n未见气胸。"
    )


def test_a_text_may_be_longer_than_other_values() -> None:
    text = " ".join(["mass"] * 5_000)

    assert report_of(said(text)) == f"Chest report\nFinding: {text}"


def test_what_nobody_wrote_to_be_read_has_no_text() -> None:
    assert report_of(said("Chest"), sop_class=DOSE) == ""


def test_no_more_is_read_than_the_limits_say(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = said("deep")
    for _ in range(reports.DEEPEST):
        nested = node("CONTAINER", "Level", ContentSequence=[nested])

    assert "deep" not in report_of(nested)
    monkeypatch.setattr(reports, "MOST_ITEMS", 2)
    assert report_of(said("a"), said("b"), said("c")) == "Chest report\nFinding: a\nFinding: b"
    monkeypatch.setattr(reports, "MOST_TEXT", 5)
    assert report_of(said("a")) == "Chest"
    monkeypatch.setattr(reports, "MOST_BYTES", 5)
    assert report_of(said("a")) == ""
