"""Reports and descriptions are found by their words, by SQLite as by a naive reading."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.types import Catalogued, Tags
from search.lexical import word_query
from storage.batch import Batch
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from storage.word_search import WordQuery
from storage.writer import CollectionWriter
from tests.unit.storage.factories import at, catalogued, embedded, open_writer, random_rows
from tests.unit.storage.laws import breaches

ROWS = random_rows(12)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    with open_writer(tmp_path) as writer:
        yield writer


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as reader:
        yield reader


@pytest.fixture
def silent(writer: CollectionWriter, reader: CollectionReader) -> Snapshot:
    """One picture that says nothing in words."""
    writer.commit(Batch([picture("a", "1")]))
    return reader.snapshot()


def picture(name: str, study: str, row: int = 0, **tags: str) -> object:
    return embedded(name, ROWS[row : row + 1], Tags(study_uid=study, **tags))


def report(name: str, study: str, text: str, content: str = "") -> Catalogued:
    file = catalogued(name, content, tags=Tags(study_uid=study, modality="SR"))
    return replace(file, instance=replace(file.instance, report=text))


def found(snapshot: Snapshot, text: str) -> list[int]:
    """The ids that a text finds by words, best first."""
    fits = snapshot.words(word_query([text]))
    order = np.lexsort((snapshot.ids, -fits))
    return [int(snapshot.ids[row]) for row in order if fits[row] > 0]


def test_a_report_is_that_of_all_pictures_of_its_study(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    pictures = [picture("a", "1"), picture("b", "1"), picture("c", "2"), picture("d", "")]
    writer.commit(Batch(pictures, [report("r", "1", "A fracture."), report("s", "9", "A mass.")]))
    snapshot = reader.snapshot()

    assert found(snapshot, "fractures") == [1, 2]
    assert found(snapshot, "mass") == []


def test_what_a_report_denies_is_not_found_unless_asked_for(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    reports = [report("r", "1", "Right effusion. No mass."), report("s", "2", "Mass, no effusion.")]
    writer.commit(Batch([picture("a", "1"), picture("b", "2"), picture("c", "3")], reports))
    snapshot = reader.snapshot()

    assert found(snapshot, "effusion") == [1]
    assert found(snapshot, "no effusion") == [2]
    assert found(snapshot, "mass") == [2]
    assert found(snapshot, "without mass") == [1]
    assert found(snapshot, '"no effusion"') == [2]
    assert sorted(found(snapshot, "effusion mass")) == [1, 2]
    assert found(snapshot, "effusion mass -effusion") == [2]


def test_descriptions_are_found_with_short_names_written_out(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    knee = picture("a", "1", modality="CR", laterality="L", study_description="Knie stehend")
    head = picture("b", "2", modality="CT", body_part="HEAD", series_description="头颅平扫")
    writer.commit(Batch([knee, head, picture("c", "3", modality="CT")]))
    snapshot = reader.snapshot()

    assert found(snapshot, "left x-ray") == [1]
    assert found(snapshot, "computed tomography")[:1] == [3]  # says less besides
    assert found(snapshot, "KNIE") == [1]
    assert found(snapshot, "头颅") == [2]
    assert found(snapshot, "knie -left") == []


def test_the_more_of_the_words_fit_the_better(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    texts = {"1": "Mass.", "2": "Mass of the liver.", "3": "Liver.", "4": "Clear.", "5": "Clear."}
    pictures = [picture(f"p{study}", study) for study in texts]
    writer.commit(Batch(pictures, [report(f"r{s}", s, text) for s, text in texts.items()]))

    assert found(reader.snapshot(), "liver mass")[0] == 2


def test_a_report_that_changes_or_goes_is_found_as_it_is_now(
    tmp_path: Path, writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([picture("a", "1")], [report("r", "1", "Fracture.", "old")]))
    first = reader.snapshot()
    writer.commit(Batch(catalogued=[report("r", "1", "Fissure.", "new")]))

    assert (found(reader.snapshot(), "fracture"), found(reader.snapshot(), "fissure")) == ([], [1])
    assert found(first, "fissure") == [1]  # reports are those of now
    writer.commit(Batch(catalogued=[report("r", "1", "Callus.", "new")]))
    assert (found(reader.snapshot(), "fissure"), found(reader.snapshot(), "callus")) == ([], [1])
    writer.commit(Batch(gone=[at("r")]))
    assert found(reader.snapshot(), "callus") == []
    assert breaches(tmp_path) == {}


def test_a_snapshot_has_the_words_of_its_own_rows_alone(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([picture("a", "1")], [report("r", "1", "Fracture.")]))
    first = reader.snapshot()
    assert found(first, "fracture") == [1]
    later = [report("s", "2", "Fracture."), report("t", "1", "Fracture of the rib.")]
    writer.commit(Batch([picture("b", "2"), picture("c", "1", modality="CR")], later))

    assert found(first, "fracture rib x-ray") == [1]
    assert found(reader.snapshot(), "fracture rib x-ray") == [3, 1, 2]


def test_nothing_of_a_text_is_left_after_a_compaction(
    tmp_path: Path, writer: CollectionWriter, reader: CollectionReader
) -> None:
    kept = picture("a", "1", study_description="Handgelenk")
    gone = picture("b", "2", study_description="Wirbelsäule")
    reports = [report("r", "1", "Fracture."), report("s", "2", "Zygomaticus.")]
    writer.commit(Batch([kept, gone], reports))
    writer.commit(Batch(gone=[at("b"), at("s")]))
    writer.compact(share=0)

    assert found(reader.snapshot(), "fracture") == [1]
    assert found(reader.snapshot(), "handgelenk") == [1]
    assert found(reader.snapshot(), "zygomaticus wirbelsäule") == []
    reader.close()
    writer.close()
    catalog = layout_of(tmp_path, "main").catalog
    assert not [path for path in catalog.parent.glob(f"{catalog.name}-*") if path.stat().st_size]
    held = catalog.read_bytes().lower()
    # Words are cut to their stem, and kept behind the letters that they share with the one before.
    assert (b"ygomat" in held, b"irbels" in held, b"ndgelenk" in held) == (False, False, True)
    assert breaches(tmp_path) == {}


def test_words_are_searched_while_a_writer_adds_removes_and_compacts(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    numbers = [str(number) for number in range(8)]
    writer.commit(Batch([picture(f"p{n}", n) for n in numbers]))
    is_over = Event()

    def search() -> set[tuple[int, ...]]:
        seen: set[tuple[int, ...]] = set()
        while not is_over.is_set():
            seen.add(tuple(sorted(found(reader.snapshot(), "fracture"))))
        return seen

    with ThreadPoolExecutor(4) as pool:
        searches = [pool.submit(search) for _ in range(4)]
        try:
            for last in range(1, len(numbers)):
                writer.commit(Batch(catalogued=[report("r", str(last), "Fracture.", str(last))]))
                writer.compact(share=0)
        finally:
            is_over.set()
        seen = set.union(*(each.result() for each in searches))

    # The one report moves from study to study: it is never seen in two, and was there at the end.
    assert seen <= {(), *((number + 1,) for number in range(8))}
    assert found(reader.snapshot(), "fracture") == [8]


WORDS = ("liver", "mass", "lung", "old", "calm")
SENTENCES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), max_size=3)
REPORTS = st.lists(st.tuples(st.booleans(), st.sampled_from(WORDS)), max_size=4)
STUDIES = st.dictionaries(st.sampled_from("1234"), REPORTS)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=STUDIES,
    second=STUDIES,
    compacted=st.booleans(),
    affirmed=st.sets(st.sampled_from(WORDS)),
    denied=st.sets(st.sampled_from(WORDS)),
    required=st.sets(st.sampled_from(WORDS), max_size=1),
    excluded=st.sets(st.sampled_from(WORDS), min_size=1, max_size=2),
)
def test_the_studies_found_are_those_of_a_naive_reading(
    tmp_path_factory: pytest.TempPathFactory,
    first: Mapping[str, list[tuple[bool, str]]],
    second: Mapping[str, list[tuple[bool, str]]],
    compacted: bool,
    affirmed: set[str],
    denied: set[str],
    required: set[str],
    excluded: set[str],
) -> None:
    home = tmp_path_factory.mktemp("home")
    query = WordQuery(sorted(affirmed), sorted(denied), sorted(required), [sorted(excluded)])
    with open_writer(home) as writer, CollectionReader.open(home, "main") as reader:
        writer.commit(Batch([picture(s, s) for s in "1234"], list(map(told, first.items()))))
        reader.snapshot().words(query)
        writer.commit(Batch(catalogued=list(map(told, second.items()))))
        if compacted:
            writer.compact(share=0)
        fits = reader.snapshot().words(query)

    now = {study: says for study, says in (first | second).items() if says}
    expected = [is_found(query, now.get(study, [])) for study in "1234"]
    assert (fits > 0).tolist() == expected


def told(item: tuple[str, list[tuple[bool, str]]]) -> Catalogued:
    study, says = item
    text = " ".join(f"{'No ' if is_denied else ''}{word}." for is_denied, word in says)
    return report(f"r{study}", study, text, f"{study} {text}")


def is_found(query: WordQuery, says: list[tuple[bool, str]]) -> bool:
    """Whether a report whose sentences are one word each is found."""
    there = {word for is_denied, word in says if not is_denied}
    ruled_out = {word for is_denied, word in says if is_denied}
    wanted = there & set(query.affirmed) or ruled_out & set(query.denied) or query.required
    has_all = set(query.required) <= there | ruled_out
    return bool(wanted and has_all and not any(set(group) <= there for group in query.excluded))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=30) | st.text(alphabet=st.sampled_from('"*-^:(){}+ANDORNEAR, 胸\0')))
def test_any_text_is_answered(silent: Snapshot, text: str) -> None:
    raw = WordQuery([text], [text], [text], [[text, text]])

    assert silent.words(word_query([text], [text])).tolist() == [0.0]
    assert silent.words(raw).tolist() == [0.0]
