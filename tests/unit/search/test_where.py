"""Filters: what they are read as, and the rows that they mean."""

from datetime import date

import pytest

from core.errors import InvalidFilter, UnknownName
from search.filters import parse_where, row_mask, without
from search.where.absent import absent_values
from search.where.fields import FIELDS, field_of
from search.where.tree import And, Condition, Label, Member, Not, Op, Or, Span, one_of
from storage.per_row import TAG_NAMES
from tests.unit.search.filtered_rows import FilteredRows

ROWS = FilteredRows(
    {
        "modality": ["CT", "MR", "ct", "", "US"],
        "body_part": ["HEAD", "head", "CHEST", "", "BREAST"],
        "patient_sex": ["F", "M", "", "O", "f"],
        "laterality": ["L", "R", "", "", "L"],
        "view": ["", "PA", "", "", ""],
        "study_description": ["CT Thorax", "", "", "", "Sonographie"],
        "series_description": ["", "T2 Schädel", "", "", "mit KONTRAST"],
        "protocol": ["contrast", "", "", "", ""],
        "manufacturer": ["SIEMENS", "GE MEDICAL SYSTEMS", "Siemens Healthineers", "", "x"],
        "institution": ["Hôpital Nord", "HOPITAL NORD", "St. Mary's", "", "not stated"],
        "study_uid": ["1.2", "1.2.3", "1.20", "", "a"],
    },
    {
        "age_days": [round(40 * 365.2425), round(60 * 365.2425) + 300, 22280, None, 100],
        "study_day": [
            date(2020, 1, 1).toordinal() - 719163,
            date(2020, 6, 30).toordinal() - 719163,
            date(2021, 7, 1).toordinal() - 719163,
            None,
            date(2019, 12, 31).toordinal() - 719163,
        ],
        "kvp": [100, 120.5, 120, None, 80],
        "slice_thickness": [0.625, 1.5, 5, None, None],
    },
    {"pneumothorax": [0.5, 0.4, None, 0.9, 0.1], "lungs/pleural effusion": [None, 0, 0, 0, 1]},
    {"teaching-2026": [True, False, True, False, False]},
)


def rows_of(*filters: str) -> list[int]:
    """The places of the rows that meet all filters."""
    mask = row_mask(ROWS, [parse_where(text) for text in filters])
    assert mask is not None
    return [place for place, meets in enumerate(mask) if meets]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("modality=CT", one_of("modality", "CT")),
        (" Modality = CT, MR ", one_of("modality", "CT", "MR")),
        ("view=", one_of("view", "")),
        ("manufacturer=GE MEDICAL  SYSTEMS", one_of("manufacturer", "GE MEDICAL SYSTEMS")),
        ('protocol="HEAD and \\"NECK\\", 2..3"', one_of("protocol", 'HEAD and "NECK", 2..3')),
        ("protocol='a \\'b\\''", one_of("protocol", "a 'b'")),
        ("institution=St. Mary's", one_of("institution", "St. Mary's")),
        ("PatientSex=F", one_of("sex", "F")),
        ("scanner!=Revolution", Condition("scanner", Op.IS_NOT, ("Revolution",))),
        ("model~aera", Condition("scanner", Op.HAS, ("aera",))),
        ("description !~ 3D, MIP", Condition("description", Op.HAS_NOT, ("3D", "MIP"))),
        ("age 40..60", Condition("age", Op.IS, (Span("40", "60"),))),
        ("age=40..60,70", Condition("age", Op.IS, (Span("40", "60"), "70"))),
        ("date 2020-06..", Condition("date", Op.IS, (Span("2020-06", ""),))),
        ("kvp>100", Condition("kvp", Op.MORE, ("100",))),
        ("label:lungs/pleural effusion>=.5", Label("lungs/pleural effusion", Op.AT_LEAST, (".5",))),
        ('LABEL:"x>y"<0.1', Label("x>y", Op.LESS, ("0.1",))),
        (
            "sex=F and age>40 or not modality=CT",
            Or(
                (
                    And((one_of("sex", "F"), Condition("age", Op.MORE, ("40",)))),
                    Not(one_of("modality", "CT")),
                )
            ),
        ),
        (
            "sex=F AND (age>40 OR modality=CT)",
            And(
                (
                    one_of("sex", "F"),
                    Or((Condition("age", Op.MORE, ("40",)), one_of("modality", "CT"))),
                )
            ),
        ),
        ("in:teaching-2026", Member("teaching-2026")),
        ("not not view=android", Not(Not(one_of("view", "android")))),
    ],
)
def test_a_filter_is_read_as_its_tree(text: str, tree: object) -> None:
    assert parse_where(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at its end: expected a field"),
        ("CT", "at its end: expected a comparison"),
        ("=CT", "at place 1, '=CT': expected a field"),
        ("modality=CT and", "at its end: expected a field"),
        ("(modality=CT", r"at its end: expected .*\)"),
        ("modality=CT)", r"at place 12, '\)': expected .*the end"),
        ("modality=CT age>40", 'at place 16, .* put "and" or "or" before \'age\''),
        ("modality=CT and modalty=MR", "place 17.*'modalty'.*Did you mean modality"),
        ("wombat=1", r"'wombat'\. Filters are possible on modality, "),
        ("age>old", "'old' is no value of age. Write an age such as 40"),
        ("kvp=12a", "'12a' is no value of kvp. Write a number"),
        ("kvp=inf", "'inf' is no value of kvp"),
        ("date=2020-13", "'2020-13' is no value of date. Write a date"),
        ("date=2020-02-30", "'2020-02-30' is no value of date"),
        ("date=2020-00", "'2020-00' is no value of date"),
        ("date=0000", "'0000' is no value of date"),
        ("age 60..40", r"age 60\.\.40. Write the smaller one first"),
        ("age~4", "Cannot compare age with ~. It takes = != < <= > >="),
        ("modality<CT", "Cannot compare modality with <. It takes = != ~ !~"),
        ("study_uid~1.2", "Cannot compare study_uid with ~. It takes = !="),
        ("age>40,50", "age> takes one value"),
        ("age>=", "age>= takes one value"),
        ("age>40..50", "age> takes one value"),
        ("modality=CT..MR", "modality with a range"),
        ("description~", "Say what description is to contain"),
        ("label:x", "expected a comparison"),
        ("label:x~1", "Cannot compare label with ~"),
        ("label:x>=much", "'much' is no value of label"),
        ("label:>=1", "expected a value"),
        ("in:", "at its end: expected a value"),
        ("in:a=1", 'at place 5, \'=1\': expected .*"and", "or"'),
    ],
)
def test_a_filter_that_cannot_be_read_says_where_and_what_was_expected(
    text: str, message: str
) -> None:
    with pytest.raises(InvalidFilter, match=message):
        parse_where(text)


@pytest.mark.parametrize(
    "field", ["PatientName", "patient_id", "AccessionNumber", "name", "birth_date", "PatientID"]
)
def test_what_names_a_patient_is_no_field_and_not_repeated(field: str) -> None:
    with pytest.raises(InvalidFilter, match="look it up") as caught:
        parse_where(f"modality=CT and {field}=Invented")
    assert "Invented" not in str(caught.value)


def test_every_tag_is_a_field_by_its_own_name_and_no_name_means_two() -> None:
    assert all(field_of(name) for name in TAG_NAMES)
    names = [
        name
        for field in FIELDS
        for name in {each.replace("_", "").casefold() for each in (field.name, *field.aliases)}
    ]
    assert len(names) == len(set(names))


def test_no_filter_is_no_mask() -> None:
    assert row_mask(ROWS, []) is None


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("modality=ct,us", [0, 2, 4]),
        ("modality=", [3]),
        ("modality!=", [0, 1, 2, 4]),
        ("modality!=CT", [1, 4]),
        ("not modality=CT", [1, 3, 4]),
        ("modality=CT,", [0, 2, 3]),
        ("modality!=CT,", [1, 4]),
        ("sex=female", [0, 4]),
        ("laterality=left", [0, 4]),
        ("manufacturer~siemens", [0, 2]),
        ("institution=hopital nord", [0, 1]),
        ('institution="not stated"', [4]),
        ("institution!~hôpital,mary", [4]),
        ("description~kontrast,CONTRAST", [0, 4]),
        ("description~schadel", [1]),
        ('description="t2 schädel"', [1]),
        ("description!~t", []),
        ("description!~x", [1, 4]),
        ("description!~contrast", [1, 4]),
        ("description=", [2, 3]),
        ("description!=", [0, 1, 4]),
        ("study_uid=1.2", [0]),
        ("study_uid=1.2,a", [0, 4]),
        ("study_uid=1.2.4", []),
        ("study_uid!=1.2", [1, 2, 4]),
        ("age=40", [0]),
        ("age 40..60", [0, 1]),
        ("age 40..61", [0, 1, 2]),
        ("age>60", [2]),
        ("age>=60", [1, 2]),
        ("age<=60", [0, 1, 4]),
        ("age<60", [0, 4]),
        ("age<1", [4]),
        ("age=3m", [4]),
        ("age=14w", [4]),
        ("age>=101d", [0, 1, 2]),
        ("age=", [3]),
        ("age!=40", [1, 2, 4]),
        ("not age=40", [1, 2, 3, 4]),
        ("age=..", [0, 1, 2, 4]),
        ("date=2020", [0, 1]),
        ("date=2020-06", [1]),
        ("date=20200630", [1]),
        ("date 2020-01-01..2021-06-30", [0, 1]),
        ("date 2020-01-01..2021-07", [0, 1, 2]),
        ("date<2020", [4]),
        ("date>2020-06-30", [2]),
        ("date<=2019", [4]),
        ("date ..2019", [4]),
        ("date=2019,2021", [2, 4]),
        ("kvp>100", [1, 2]),
        ("kvp=120", [2]),
        ("kvp=120kv", [2]),
        ("kvp=80,100..120", [0, 2, 4]),
        ("slice_thickness<=1.5 mm", [0, 1]),
        ("slice_thickness=", [3, 4]),
        ("label:pneumothorax>=0.5", [0, 3]),
        ("label:pneumothorax<0.5", [1, 4]),
        ("label:pneumothorax=", [2]),
        ("not label:pneumothorax>=0.5", [1, 2, 4]),
        ("in:teaching-2026", [0, 2]),
        ("not in:teaching-2026 and sex=M", [1]),
        ("modality=CT and body_part=head or sex=O", [0, 3]),
        ("modality=CT and (body_part=head or sex=O)", [0]),
    ],
)
def test_a_filter_means_these_rows(text: str, places: list[int]) -> None:
    assert rows_of(text) == places


def test_filters_combine() -> None:
    assert rows_of("modality=CT,MR", "sex=F,M", "age<60") == [0]


def test_many_values_are_found_as_few_are() -> None:
    assert rows_of("body_part=a,b,c,d,e,f,g,HEAD,BREAST,CHEST") == [0, 1, 2, 4]


def test_a_label_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="'tumour'"):
        rows_of("label:tumour>0.1")
    with pytest.raises(UnknownName, match="'mine'"):
        rows_of("in:mine")


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("modality=CT,MRI", ["No picture states modality 'MRI'. Near: MR."]),
        (
            "not (age>4 or body_part!=breasts)",
            ["No picture states body_part 'breasts'. Near: BREAST."],
        ),
        ("view=", []),
        ("sex=female and laterality=left", []),
        ("laterality=both", ["No picture states laterality 'both'."]),
        ("description=contrast", []),
        (
            "description=contrasts",
            ["No picture states description 'contrasts'. Near: contrast, mit KONTRAST."],
        ),
        ("manufacturer~philips", []),
        ("study_uid=9", []),
        ("in:teaching-2026 or label:tumour>1", []),
    ],
)
def test_a_value_that_no_picture_states_is_told_with_those_near_it(
    text: str, sentences: list[str]
) -> None:
    assert absent_values(ROWS, [parse_where(text)]) == sentences


def test_filters_about_one_field_alone_can_be_left_out() -> None:
    first, second = "sex=F and (age>40 or age<10) and modality=CT", "not age=50"
    assert without([parse_where(first), parse_where(second)], "age") == [
        one_of("sex", "F"),
        one_of("modality", "CT"),
    ]
    mixed = parse_where("age>40 or sex=F")
    assert without([mixed], "age") == [mixed]
    label = parse_where("label:x>1")
    assert without([label], "age") == [label]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("indexed>2026-11-21T20:43:10", [2]),
        ("indexed>=2026-11-21T20:43:10", [1, 2]),
        ("indexed=2026-11-21T20:43:10", [1]),
        ("indexed<2026-11-21T20:43:10", [0]),
        ("indexed=2026-11-21", [0, 1, 2]),
    ],
)
def test_a_moment_is_a_second(text, rows):
    seconds = [1795293789, 1795293790, 1795293791]
    indexed = FilteredRows({}, {"indexed_at": [second / 86_400 for second in seconds]}, {}, {})
    mask = row_mask(indexed, [parse_where(text)])
    assert mask is not None
    assert mask.nonzero()[0].tolist() == rows


@pytest.mark.parametrize("text", ["2026-11-21T25:00:00", "2026-11-31T01:00:00", "2026-11-21T20:43"])
def test_a_moment_that_is_none_is_refused(text):
    with pytest.raises(InvalidFilter, match="no value of indexed"):
        row_mask(FilteredRows({}, {"indexed_at": [0.0]}, {}, {}), [parse_where(f"indexed>{text}")])
