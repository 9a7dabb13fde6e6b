"""Filters against a plain reading of each row, and their text against their tree."""

from datetime import date, timedelta
from unicodedata import combining, normalize

from hypothesis import given
from hypothesis import strategies as st

from search.facets import facet
from search.filters import parse_where, row_mask
from search.where.fields import FIELDS, Kind, field_of
from search.where.tree import And, Condition, Label, Member, Not, Op, Or, Span, Where
from search.where.writing import write_where
from tests.unit.search.filtered_rows import FilteredRows

TAGS = ("modality", "body_part", "study_description", "series_description", "protocol")
TEXTS = st.sampled_from(["", "CT", "ct", "MR", "chest", "Schädel", "schadel", "CT chest", "a,b"])
DAYS = {"study_day": st.integers(17_500, 19_200), "age_days": st.integers(0, 40_000)}
NUMBERS = st.sampled_from([0.0, 0.5, 1.0, 100.0, 120.5, -3.0])

text_values = st.lists(TEXTS, min_size=1, max_size=3).map(tuple)
some_text = st.lists(TEXTS.filter(bool), min_size=1, max_size=3).map(tuple)
dates = st.dates(date(2017, 6, 1), date(2022, 6, 1)).flatmap(
    lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}", f"{day:%Y%m%d}"])
)
ages = st.integers(0, 110).map(str) | st.integers(0, 300).map("{}d".format)
numbers = NUMBERS.map(str)


def ranged(values):
    """Values, and stretches between two of them."""
    pairs = st.tuples(values, values)
    return values | pairs.map(lambda pair: Span(*sorted(pair, key=first_day_or_number)))


def first_day_or_number(text):
    """By what these values sort."""
    if text.endswith("d"):
        return float(text[:-1]) / 365.2425
    return (
        float(text.replace("-", "").ljust(8, "0"))
        if len(text) > 6 or "-" in text[1:]
        else (float(text))
    )


def conditions(field, values):
    listed = st.lists(values | st.just(""), min_size=1, max_size=3).map(tuple)
    single = values.filter(lambda value: isinstance(value, str)).map(lambda value: (value,))
    equal = st.builds(Condition, st.just(field), st.sampled_from([Op.IS, Op.IS_NOT]), listed)
    orders = st.sampled_from([Op.LESS, Op.AT_MOST, Op.MORE, Op.AT_LEAST])
    return equal | st.builds(Condition, st.just(field), orders, single)


def texts(field):
    same = st.builds(Condition, st.just(field), st.sampled_from([Op.IS, Op.IS_NOT]), text_values)
    return same | st.builds(
        Condition, st.just(field), st.sampled_from([Op.HAS, Op.HAS_NOT]), some_text
    )


labels = st.builds(
    Label,
    st.sampled_from(["effusion", "set/a b"]),
    st.just(Op.AT_LEAST),
    numbers.map(lambda n: (n,)),
)
leaves = st.one_of(
    texts("modality"),
    texts("body_part"),
    texts("description"),
    conditions("kvp", numbers),
    conditions("age", ages),
    conditions("date", dates),
    labels,
    st.builds(Member, st.sampled_from(["mine", "a.b-c"])),
)
trees = st.recursive(
    leaves,
    lambda part: (
        part.map(Not)
        | st.lists(part, min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(part, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
    ),
    max_leaves=6,
)


@st.composite
def tables(draw):
    """Rows with every tag and number that the trees look at."""
    n = draw(st.integers(0, 12))

    def column(values):
        return draw(st.lists(st.none() | values, min_size=n, max_size=n))

    return FilteredRows(
        {name: column(TEXTS) for name in TAGS},
        {"kvp": column(NUMBERS)} | {name: column(days) for name, days in DAYS.items()},
        {"effusion": column(NUMBERS), "set/a b": column(NUMBERS)},
        {name: draw(st.lists(st.booleans(), min_size=n, max_size=n)) for name in ("mine", "a.b-c")},
    ), n


def plain(text):
    """Without case and accents, by the letters."""
    return "".join(c for c in normalize("NFKD", text or "").lower() if not combining(c)).strip()


def bounds(field, text):
    """The first number that a written value covers, and the first behind it; by plain counting."""
    if field == "age":
        days = text.endswith("d")
        age = int(text.rstrip("d"))
        return (age, age + 1) if days else tuple(int(n * 365.2425) for n in (age, age + 1))
    if field == "date":
        bare = text.replace("-", "")
        first = date(int(bare[:4]), int(bare[4:6] or 1), int(bare[6:8] or 1))
        last = first
        while f"{last:%Y%m%d}".startswith(bare):
            last += timedelta(1)
        return first.toordinal() - 719163, last.toordinal() - 719163
    return float(text), float(text) + 1e-9


def covers(field, value, number):
    if value == "":
        return number is None
    if number is None:
        return False
    low, high = (value.low, value.high) if isinstance(value, Span) else (value, value)
    return bounds(field, low)[0] <= number < bounds(field, high)[1]


def meets_number(field, op, values, number):
    if op is Op.IS:
        return any(covers(field, value, number) for value in values)
    if number is None:
        return False
    if op is Op.IS_NOT:
        return not any(covers(field, value, number) for value in values)
    low, high = bounds(field, values[0])
    return {
        Op.LESS: number < low,
        Op.AT_MOST: number < high,
        Op.MORE: number >= high,
        Op.AT_LEAST: number >= low,
    }[op]


def meets_text(op, values, found):
    stated = [plain(text) for text in found if text]
    if op in {Op.IS, Op.IS_NOT}:
        meets = any(plain(v) in stated for v in values if v) or ("" in values and not stated)
    else:
        meets = any(plain(v) in text for v in values for text in stated)
    return meets if op in {Op.IS, Op.HAS} else bool(stated) and not meets


def meets(rows, place, where):
    """Whether a row meets a filter, by reading both."""
    match where:
        case And(parts) | Or(parts):
            met = [meets(rows, place, part) for part in parts]
            return all(met) if isinstance(where, And) else any(met)
        case Not(part):
            return not meets(rows, place, part)
        case Member(cohort):
            return rows.cohorts[cohort][place]
        case Label(name, op, values):
            return meets_number("label", op, values, rows.labels[name][place])
        case Condition(name, op, values):
            field = field_of(name)
            if field.kind is Kind.TEXT:
                return meets_text(op, values, [rows.tags[tag][place] for tag in field.tags])
            return meets_number(name, op, values, rows.told[field.tags[0]][place])


@given(table=tables(), where=trees)
def test_the_rows_that_a_filter_means_are_those_that_meet_it_one_by_one(table, where: Where):
    rows, n = table
    assert row_mask(rows, [where]).tolist() == [meets(rows, place, where) for place in range(n)]


@given(where=trees)
def test_a_tree_comes_back_from_its_text(where: Where):
    assert parse_where(write_where(where)) == where


@given(field=st.sampled_from([f.name for f in FIELDS if f.kind is Kind.TEXT]), value=st.text())
def test_any_text_can_be_a_value(field: str, value: str):
    where = Condition(field, Op.IS, (value,))
    assert parse_where(write_where(where)) == where


@given(table=tables(), others=st.lists(trees, max_size=2))
def test_a_facet_counts_the_rows_that_its_value_would_leave(table, others: list[Where]):
    rows, n = table
    for name in ("modality", "body_part", "age", "date", "kvp"):
        kept = [where for where in others if f"'{name}'" not in repr(where)]
        counted = facet(rows, name, kept)
        left = n if not kept else int(row_mask(rows, kept).sum())
        assert sum(count for _, count in counted) == left
        for value, count in counted:
            with_it = [*kept, parse_where(f"{name}={value and value_text(name, value)}")]
            assert int(row_mask(rows, with_it).sum()) == count


def value_text(name: str, value: str) -> str:
    """A counted value as a person would write it."""
    return value if name in {"age", "date", "kvp"} else f'"{value}"'
