"""An evaluation of a real collection, against the definitions written out picture by picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import log2
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest, UnknownName
from core.types import Embeddings, Identity, Location, Tags
from evaluation.answers import Plan, Scope
from evaluation.bootstrap import Resampling
from evaluation.evaluating import evaluate
from evaluation.index_recall import Built
from evaluation.tables import Line, Table
from evaluation.text_queries import TextQuery
from evaluation.truth import Truth, truth_of
from evaluation.truth_csv import by_csv, read_entries
from evaluation.truth_tags import by_tags
from storage.batch import Batch
from storage.keys import Key
from storage.reader import CollectionReader
from storage.shards import to_half, to_unit
from storage.snapshot import Snapshot
from tests.unit.storage.factories import at, embedded, open_writer, random_rows

PICTURES = 40
ROWS = to_unit(to_half(random_rows(PICTURES, seed=3)))  # as a shard gives them back
TEXTS = random_rows(3, seed=4)
QUERIES = [TextQuery("a", "an a"), TextQuery("a", "some a"), TextQuery("c", "a c")]
PLAN = Plan(k=5, resampling=Resampling(100))
BUILT = Built("flat", 1.0, 0.5)
LABELS = [{"a"}, {"b"}, {"a", "b"}, {"c"}, {"b", "c", "d"}]


@dataclass(frozen=True)
class Fact:
    """What is known of one picture."""

    labels: frozenset[str]
    patient: int
    part: str
    model: str


FACTS = [
    Fact(frozenset(LABELS[n * 7 % 5]), n // 3, "ABC"[n // 5 % 3], ["X", "Y", ""][n // 4 % 3])
    for n in range(PICTURES)
]


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    files = [
        embedded(
            f"f{n}",
            ROWS[n : n + 1],
            Tags(body_part=fact.part, model=fact.model, sop_uid=f"1.{n}", study_uid=f"2.{n}"),
            identity=Identity(patient_id=f"p{fact.patient}"),
        )
        for n, fact in enumerate(FACTS)
    ]
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(files))
    with CollectionReader.open(tmp_path, "main") as reader:
        yield reader.snapshot()


def at_path(path: str) -> Location:
    return Location(Path(path))


def truth_from(snapshot: Snapshot, file: Path, text: str, within: tuple[str, ...] = ()) -> Truth:
    file.write_text(text)
    entries = read_entries(file, at_path)
    known = by_csv(snapshot, entries, None, within)
    return truth_of(snapshot.ids, known, snapshot.keys(Key.PIXELS)[known.places])


@pytest.fixture
def truth(snapshot: Snapshot, tmp_path: Path) -> Truth:
    lines = [f"1.{n},{';'.join(sorted(fact.labels))}" for n, fact in enumerate(FACTS)]
    return truth_from(
        snapshot, tmp_path / "t.csv", "\n".join(["sop_uid,labels", *lines]), ("body_part",)
    )


def slow_figures(gains: list[float], k: int) -> list[float]:
    hits = [gain > 0 for gain in gains]
    ranks = [rank for rank, hit in enumerate(hits, start=1) if hit]
    dcg, best = (
        sum(gain / log2(1 + rank) for rank, gain in enumerate(row[:k], start=1))
        for row in (gains, sorted(gains, reverse=True))
    )
    precision = [sum(hits[:rank]) / rank for rank in ranks]
    return [
        sum(hits[:k]) / k,
        sum(hits[:k]) / sum(hits),
        sum(precision) / len(ranks),
        dcg / best,
        1 / ranks[0],
    ]


def slow_image_queries(may_answer: Callable[[Fact, Fact], bool]) -> dict[int, list[float]]:
    """The figures of each query that has a right answer, by its place."""
    found = {}
    for n, asking in enumerate(FACTS):
        others = [
            m
            for m, other in enumerate(FACTS)
            if other.patient != asking.patient and may_answer(asking, other)
        ]
        others.sort(key=lambda m: -float(ROWS[n] @ ROWS[m]))
        gains = [
            len(asking.labels & FACTS[m].labels) / len(asking.labels | FACTS[m].labels)
            for m in others
        ]
        if any(gains):
            found[n] = slow_figures(gains, PLAN.k)
    return found


def values(line: Line | None) -> list[float]:
    assert line is not None
    return [figure.value for figure in line.figures]


def mean(figures: list[list[float]]) -> object:
    return pytest.approx(np.mean(figures, axis=0).tolist(), abs=1e-5)


def table_of(tables: tuple[Table, ...], scope: Scope) -> Table:
    (found,) = (table for table in tables if table.scope is scope)
    return found


@pytest.mark.parametrize(
    ("scope", "may_answer"),
    [
        (Scope.ALL, lambda asking, other: True),
        (Scope.WITHIN, lambda asking, other: asking.part == other.part),
        (
            Scope.ELSEWHERE,
            lambda asking, other: (
                "" not in {asking.model, other.model} and asking.model != other.model
            ),
        ),
    ],
)
def test_image_queries_agree_with_a_slow_second_opinion(
    snapshot: Snapshot,
    truth: Truth,
    scope: Scope,
    may_answer: Callable[[Fact, Fact], bool],
) -> None:
    expected = slow_image_queries(may_answer)

    table = table_of(evaluate(snapshot, truth, [], TEXTS[:0], PLAN, BUILT).image, scope)

    assert table.unanswerable == PICTURES - len(expected)
    assert values(table.micro) == mean(list(expected.values()))
    by_label = {
        label: [row for n, row in expected.items() if label in FACTS[n].labels] for label in "abcd"
    }
    assert {line.name: values(line) for line in table.labels} == {
        label: mean(rows) for label, rows in by_label.items()
    }
    assert values(table.macro) == mean([np.mean(rows, axis=0) for rows in by_label.values()])
    by_model = {
        model: [row for n, row in expected.items() if FACTS[n].model == model] for model in "XY"
    }
    assert {line.name: values(line) for line in table.scanners} == {
        model: mean(rows) for model, rows in by_model.items()
    }


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.WITHIN])
def test_text_queries_agree_with_a_slow_second_opinion(
    snapshot: Snapshot, truth: Truth, scope: Scope
) -> None:
    def slow(query: TextQuery, row: Embeddings) -> list[float]:
        parts = {fact.part for fact in FACTS if query.label in fact.labels}
        order = [m for m, fact in enumerate(FACTS) if scope is Scope.ALL or fact.part in parts]
        order.sort(key=lambda m: -float(row @ ROWS[m]))
        return slow_figures([float(query.label in FACTS[m].labels) for m in order], PLAN.k)

    a, also_a, c = (slow(query, row) for query, row in zip(QUERIES, TEXTS, strict=True))

    table = table_of(evaluate(snapshot, truth, QUERIES, TEXTS, PLAN, BUILT).text, scope)

    assert [line.name for line in table.labels] == ["a", "c"]
    assert values(table.labels[0]) == mean([a, also_a])
    assert values(table.micro) == mean([a, also_a, c])
    assert values(table.macro) == mean([np.mean([a, also_a], axis=0), c])


def test_a_value_lies_in_its_interval_and_chance_beside_it(
    snapshot: Snapshot, truth: Truth
) -> None:
    found = evaluate(snapshot, truth, QUERIES, TEXTS, PLAN, BUILT)

    for table in (*found.image, *found.text):
        assert table.micro is not None
        for figure in table.micro.figures:
            assert figure.low is not None
            assert figure.high is not None
            assert figure.low - 0.05 <= figure.value <= figure.high + 0.05
            assert 0 < figure.chance <= figure.best <= 1
    assert (
        table_of(found.image, Scope.ALL).micro
        == table_of(evaluate(snapshot, truth, QUERIES, TEXTS, PLAN, BUILT).image, Scope.ALL).micro
    )


def test_the_collection_is_told_in_numbers(snapshot: Snapshot, truth: Truth) -> None:
    found = evaluate(snapshot, truth, QUERIES, TEXTS, replace(PLAN, sample=7), BUILT)

    having = [fact for fact in FACTS if "a" in fact.labels]
    assert (found.pictures, found.patients, found.asked) == (40, 14, 7)
    assert (found.alone, found.doubts()) == (1, [])  # the fortieth picture
    assert (found.sizes[0].label, found.sizes[0].pictures) == ("a", len(having))
    assert found.sizes[0].patients == len({fact.patient for fact in having})
    assert found.index_kind == "flat"
    assert [(x.kind, x.queries, x.recall, x.when_built) for x in found.index] == [
        ("image", 7, 1.0, 1.0),
        ("text", 3, 1.0, 0.5),
    ]


def test_few_patients_give_no_interval(snapshot: Snapshot, tmp_path: Path) -> None:
    truth = truth_from(
        snapshot,
        tmp_path / "few.csv",
        "sop_uid,labels,patient\n" + "".join(f"1.{n},a,{n % 4}\n" for n in range(12)),
    )

    micro = table_of(evaluate(snapshot, truth, [], TEXTS[:0], PLAN, BUILT).image, Scope.ALL).micro

    assert micro is not None
    assert micro.patients == 4
    assert {(figure.low, figure.high) for figure in micro.figures} == {(None, None)}


def test_what_is_as_near_as_a_duplicate_does_not_answer(tmp_path: Path) -> None:
    rows = np.eye(8, dtype=np.float32)[[0, 0, 1]]
    rows[1, :2] = np.cos(0.01), np.sin(0.01)
    files = [embedded(f"f{n}", rows[n : n + 1], Tags(study_uid=f"{n}")) for n in range(3)]
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(files))
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        truth = truth_from(
            snapshot, tmp_path / "n.csv", "path,labels\n/archive/f0,a\n/archive/f1,a\n/archive/f2,b"
        )
        found = [
            evaluate(snapshot, truth, [], rows[:0], Plan(near=near), BUILT) for near in (None, 0.99)
        ]

    assert [each.image[0].near for each in found] == [0, 2]
    assert [each.image[0].unanswerable for each in found] == [1, 3]


def test_copies_count_once_and_disputed_ones_are_told(tmp_path: Path) -> None:
    shared = [
        embedded(f"f{n}", ROWS[n : n + 1], Tags(body_part=part), pixels=pixels)
        for n, (part, pixels) in enumerate([("A", "x"), ("a", "x"), ("B", "x"), ("B", "y")])
    ]
    with open_writer(tmp_path) as writer:
        writer.commit(Batch([*shared, embedded("silent", ROWS[9:10])]))
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        known = by_tags(snapshot, ("body_part",), ())
        truth = truth_of(snapshot.ids, known, snapshot.keys(Key.PIXELS)[known.places])

    assert truth.ids.tolist() == [1, 4]
    assert truth.labels() == ("a", "b")  # and none for the picture without a body part
    assert [truth.answers[code] for code in truth.codes] == [{"a"}, {"b"}]
    assert (truth.copies, truth.disputed) == (2, 1)


def test_a_csv_file_is_matched_by_path_frame_and_uid(tmp_path: Path) -> None:
    with open_writer(tmp_path) as writer:
        writer.commit(
            Batch([embedded("f0", ROWS[:3]), embedded("f1", ROWS[3:4], Tags(sop_uid="7"))])
        )
    file = tmp_path / "t.csv"
    file.write_text(
        "path,sop_uid,frame,labels,split,scanner,within\n"
        f"{at('f0').path},,1,a; b ,test,S,W\n"
        ",7,,c,test,,V\n"
        ",7,,d,train,,\n"
        f"{at('f0').path},,0,,test,,\n"
        "nowhere.png,,,a,test,,\n"
    )
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        entries = read_entries(file, at_path)
        known = by_csv(snapshot, entries, "test", ())

    assert [snapshot.ids[place] for place in known.places] == [2, 4]
    assert [known.answers[code] for code in known.codes] == [{"a", "b"}, {"c"}]
    assert [known.scanners.values[code] for code in known.scanners.codes] == ["S", ""]
    assert known.strata is not None
    assert [known.strata.values[code] for code in known.strata.codes] == ["W", "V"]
    assert known.unmatched == 1
    assert entries[-1].location == Location(tmp_path.resolve() / "nowhere.png")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("path\nx\n", "`labels`"),
        ("labels\na\n", "`path` or `sop_uid`"),
        ("path,labels,age\n", "age"),
        ("path,labels\nx,a\n,b\n", "Line 3 .* names no file"),
        ("path,frame,labels\nx,one,a\n", "Line 2 .* 'one'"),
    ],
)
def test_what_is_wrong_with_a_csv_file_is_said(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "t.csv").write_text(text)

    with pytest.raises(InvalidRequest, match=why):
        read_entries(tmp_path / "t.csv", at_path)


def test_a_collection_without_a_labelled_picture_is_not_evaluated(snapshot: Snapshot) -> None:
    known = by_tags(snapshot, ("view",), ())

    with pytest.raises(InvalidRequest, match="No picture of the collection is labelled"):
        truth_of(snapshot.ids, known, known.places)
    with pytest.raises(UnknownName, match="no tag 'colour'"):
        by_tags(snapshot, ("colour",), ())
