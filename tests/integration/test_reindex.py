"""A collection is made anew beside the one that is served, and takes its place as a whole."""

import shutil
import threading
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from dicom_slices import write_series
from fakes import ColourEncoder
from full_disk import no_file_beyond
from PIL import Image
from runs import warm_pool

from core.errors import (
    CardMismatch,
    CollectionCorrupt,
    CollectionLocked,
    InvalidRequest,
    StorageError,
    UnknownName,
)
from core.types import Location
from encoders.registry import ENCODERS, EncoderRow
from indexer.local_engine import Lanes, LocalEngine
from indexer.report import Progress
from radseek.archive import open_archive
from radseek.reindexing import Reindexed, editions_of, reindex, remove_other, serve_other
from radseek.settings import Settings
from search.query import by_instance, by_text
from search.request import Request
from storage.batch import Batch
from storage.editions import IDS, Editions
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.selection import Selection
from storage.writer import CollectionWriter
from tests.unit.storage.factories import CARD

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


class OtherEncoder(ColourEncoder):
    """Sees the same, but keeps it in another order of channels."""

    card = replace(ColourEncoder.card, name="other", weights_sha256="0d" * 32)

    def embed_images(self, prepared):
        return super().embed_images(prepared)[:, ::-1].copy()

    def regions(self, prepared):
        return super().regions(prepared)[..., ::-1].copy()

    def embed_texts(self, texts):
        return super().embed_texts(texts)[:, ::-1].copy()


@pytest.fixture(autouse=True)
def encoders(monkeypatch):
    monkeypatch.setattr("fakes.load_other", lambda weights, device: OtherEncoder(), raising=False)
    for name, load in (("colour", "load_colour_encoder"), ("other", "load_other")):
        monkeypatch.setitem(ENCODERS, name, EncoderRow(f"fakes:{load}", "", ""))


@pytest.fixture(autouse=True)
def warm_workers(monkeypatch):
    """All runs share a worker, which renders as `voi` whatever the edition is made with."""

    def engine(settings, encoder, profile, slices):
        return LocalEngine(Lanes([encoder]), warm_pool(1))

    monkeypatch.setattr("radseek.archive.open_engine", engine)
    monkeypatch.setattr("radseek.reindexing.open_engine", engine)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with three pictures, one more in a zip archive, and a file that is none."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for name, colour in COLOURS.items():
        paint(folder / f"{name}.png", colour)
    with zipfile.ZipFile(folder / "more.zip", "w") as made:
        paint(tmp_path / "grey.png", (90, 90, 90))
        made.write(tmp_path / "grey.png", "grey.png")
    (folder / "notes.txt").write_text("nothing to see")
    return folder


def paint(path: Path, colour: tuple[int, int, int]) -> None:
    Image.new("RGB", (8, 8), colour).save(path)


def settings(tmp_path: Path, **named: object) -> Settings:
    return Settings(home=tmp_path / "home", workers=1, **named)


def index(tmp_path: Path, *paths: Path, **named: object) -> None:
    with open_archive(settings(tmp_path, **named)) as archive:
        archive.index(paths, lambda _: None, lambda: False)


def make(tmp_path: Path, anyway: bool = False, **named: object) -> Reindexed:
    return reindex(settings(tmp_path, **named), lambda _: None, lambda: False, anyway)


def names(tmp_path: Path) -> list[str]:
    with open_archive(settings(tmp_path)) as archive:
        snapshot = archive.reader().snapshot()
        places = [record.location for record in snapshot.describe(snapshot.ids)]
        return sorted(Path(place.member or place.path).name for place in places)


def best(tmp_path: Path, text: str) -> str:
    with open_archive(settings(tmp_path)) as archive:
        return (
            archive.searcher().search(Request(by_text(text), 1)).hits[0].record.location.path.name
        )


ALL = ["blue.png", "green.png", "grey.png", "red.png"]


def test_another_encoder_takes_the_place_of_the_first(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")

    made = make(tmp_path, encoder="other")

    assert (made.edition, made.switched, made.missing, made.with_pictures) == (2, True, {}, 4)
    assert (made.skipped, made.exit_code) == (1, 3)
    with CollectionReader.open(tmp_path / "home", "default") as reader:
        assert reader.card == OtherEncoder.card
        info, snapshot = reader.info(), reader.snapshot()
        assert (info.files, info.catalogued, info.skipped) == (4, 1, 1)
        assert (info.index_kind, info.index_rows) == ("flat", 4)
        stored = dict(
            zip(
                [r.location.path.name for r in snapshot.describe(snapshot.ids)],
                snapshot.embeddings(snapshot.ids),
                strict=True,
            )
        )
    red = np.array([21, 21, 201]) / np.linalg.norm([21, 21, 201])
    np.testing.assert_allclose(stored["red.png"], red, atol=1e-3)
    assert [best(tmp_path, colour) for colour in COLOURS] == ["red.png", "green.png", "blue.png"]


def test_there_is_nothing_to_do_for_the_same_encoder_and_rendering(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")

    with pytest.raises(InvalidRequest, match=r"has colour 1 .* already"):
        make(tmp_path)
    with pytest.raises(InvalidRequest, match="already"):
        make(tmp_path, encoder="colour", rendering="voi", slices_per_series=32)
    assert editions_of(settings(tmp_path))[1] is None


def test_a_collection_that_is_not_there_is_not_made_anew(tmp_path):
    with pytest.raises(UnknownName, match="no collection 'default'"):
        make(tmp_path, encoder="other")


def test_a_stopped_run_serves_the_old_edition_and_goes_on_where_it_was(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    seen: list[Progress] = []

    stopped = reindex(
        settings(tmp_path, encoder="other", batch_size=1),
        seen.append,
        lambda: any(progress.embedded for progress in seen),
    )
    assert (stopped.switched, stopped.stopped, stopped.exit_code) == (False, True, 130)
    assert stopped.missing == {}
    served, beside = editions_of(settings(tmp_path))
    assert (served.number, served.binding.card.name) == (1, "colour")
    assert (beside.number, beside.is_complete, beside.binding.card.name) == (2, False, "other")
    assert 0 < beside.files < served.files
    assert names(tmp_path) == ALL

    with pytest.raises(InvalidRequest, match=r"not finished.*--discard"):
        make(tmp_path, encoder="other", rendering="mi2-compat")
    done = make(tmp_path)  # without a wish it goes on

    assert (done.edition, done.switched) == (2, True)
    with CollectionReader.open(tmp_path / "home", "default") as reader:
        assert (reader.info().index_kind, reader.info().index_rows) == ("flat", 4)
    first, *_ = done.reports
    assert first.progress.files < served.files
    assert names(tmp_path) == ALL
    assert best(tmp_path, "blue") == "blue.png"


@pytest.mark.parametrize("kilobytes", [4, 60, 120])
def test_a_full_disk_leaves_the_served_edition_and_the_next_run_goes_on(
    tmp_path, archive, kilobytes
):
    index(tmp_path, archive, encoder="colour")

    with no_file_beyond(kilobytes), pytest.raises(StorageError, match="free space"):
        make(tmp_path, encoder="other")

    with CollectionReader.open(tmp_path / "home", "default") as reader:
        assert reader.card.name == ColourEncoder.card.name
    assert names(tmp_path) == ALL
    assert make(tmp_path, encoder="other").switched
    assert names(tmp_path) == ALL


def test_what_comes_and_goes_meanwhile_is_caught_up(tmp_path, archive):
    """The served edition is indexed into, and files are taken out, while the other is made."""
    index(tmp_path, archive, encoder="colour")
    late = tmp_path / "late.png"
    done = []

    def meanwhile(_: Progress) -> None:
        if not done:
            done.append(1)
            paint(late, (200, 200, 20))
            index(tmp_path, late)
            with CollectionWriter.open(
                tmp_path / "home", "default", ColourEncoder.card, "voi-2"
            ) as writer:
                take_out(writer, Location(archive / "red.png"))

    made = reindex(settings(tmp_path, encoder="other"), meanwhile, lambda: False)

    assert (made.switched, made.missing, made.with_pictures) == (True, {}, 4)
    assert names(tmp_path) == ["blue.png", "green.png", "grey.png", "late.png"]


def take_out(writer: CollectionWriter, *places: Location) -> None:
    writer.commit(Batch(gone=places))


def test_it_does_not_switch_by_itself_when_pictures_are_lost(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    (archive / "red.png").unlink()
    (archive / "green.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")

    refused = make(tmp_path, encoder="other")

    assert (refused.switched, refused.lacks_too_much, refused.exit_code) == (False, True, 1)
    assert refused.missing == {"not-read": 1, "corrupt": 1}
    assert refused.with_pictures == 4
    assert best(tmp_path, "red") == "red.png"

    agreed = make(tmp_path, anyway=True)

    assert (agreed.switched, agreed.missing) == (True, {"not-read": 1, "corrupt": 1})
    assert names(tmp_path) == ["blue.png", "grey.png"]


def test_what_was_mended_is_not_missing_any_more(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    (archive / "red.png").rename(tmp_path / "red.png")
    assert not make(tmp_path, encoder="other").switched
    (tmp_path / "red.png").rename(archive / "red.png")

    made = make(tmp_path, encoder="other")

    assert (made.switched, made.missing) == (True, {})
    assert names(tmp_path) == ALL


def test_one_goes_back_at_once_and_forth_again(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    make(tmp_path, encoder="other")
    new_ids = ids(tmp_path)

    assert serve_other(settings(tmp_path)) == 1
    assert (min(ids(tmp_path)), best(tmp_path, "red")) == (1, "red.png")
    forth = make(tmp_path, encoder="other")

    assert (forth.edition, forth.switched) == (2, True)
    assert ids(tmp_path) == new_ids
    assert all(picture > IDS for picture in new_ids)


def ids(tmp_path: Path) -> list[int]:
    with CollectionReader.open(tmp_path / "home", "default") as reader:
        return reader.snapshot().ids.tolist()


def test_the_edition_before_is_in_the_way_until_it_is_removed(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    make(tmp_path, encoder="other")
    with pytest.raises(InvalidRequest, match=r"served before.*--prune"):
        make(tmp_path, rendering="mi2-compat")
    with pytest.raises(InvalidRequest, match="no unfinished edition"):
        remove_other(settings(tmp_path), complete=False)

    assert remove_other(settings(tmp_path), complete=True) == 1

    assert names(tmp_path) == ALL
    with pytest.raises(InvalidRequest, match="no complete edition"):
        serve_other(settings(tmp_path))
    third = make(tmp_path, rendering="mi2-compat")
    assert (third.edition, third.switched) == (3, True)
    assert names(tmp_path) == ALL


def test_it_is_made_once_at_a_time(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")

    with (
        Editions(tmp_path / "home", "default").changing(),
        pytest.raises(CollectionLocked, match="reindexing"),
    ):
        make(tmp_path, encoder="other")


def test_the_switch_waits_for_who_writes_to_the_served_edition(tmp_path, archive, monkeypatch):
    index(tmp_path, archive, encoder="colour")
    late, waits = tmp_path / "late.png", []
    paint(late, (200, 200, 20))
    with ExitStack() as opened:
        lock = layout_of(tmp_path / "home", "default").lock
        opened.enter_context(Editions(tmp_path / "home", "default").locked(lock))

        def wait(_seconds: float) -> None:
            waits.append(editions_of(settings(tmp_path))[0].number)
            opened.close()
            index(tmp_path, late)

        monkeypatch.setattr("radseek.reindexing.sleep", wait)
        made = make(tmp_path, encoder="other")

    assert (made.switched, waits) == (True, [1])
    assert names(tmp_path) == sorted([*ALL, "late.png"])


def test_one_who_waits_can_be_stopped(tmp_path, archive, monkeypatch):
    index(tmp_path, archive, encoder="colour")
    stop = threading.Event()
    monkeypatch.setattr("radseek.reindexing.sleep", lambda _: stop.set())

    with Editions(tmp_path / "home", "default").locked(
        layout_of(tmp_path / "home", "default").lock
    ):
        made = reindex(settings(tmp_path, encoder="other"), lambda _: None, stop.is_set)

    assert (made.switched, made.stopped, made.exit_code) == (False, True, 130)
    assert names(tmp_path) == ALL


def test_what_was_taken_out_does_not_come_back_by_itself(tmp_path, archive):
    """Not with a new edition, nor with the one before, but when its folder is indexed."""
    with zipfile.ZipFile(archive / "more.zip", "a") as made:
        paint(tmp_path / "pink.png", (200, 90, 90))
        made.write(tmp_path / "pink.png", "pink.png")
    index(tmp_path, archive, encoder="colour")
    remove(tmp_path, archive / "red.png")
    more = Location(archive / "more.zip")
    with CollectionWriter.open(tmp_path / "home", "default", ColourEncoder.card, "voi-2") as writer:
        take_out(writer, replace(more, member="grey.png"), more)  # as by its study

    assert make(tmp_path, encoder="other").switched

    assert names(tmp_path) == ["blue.png", "green.png", "pink.png"]
    remove(tmp_path, archive / "blue.png")
    serve_other(settings(tmp_path))
    assert names(tmp_path) == ["green.png", "pink.png"]
    serve_other(settings(tmp_path))
    index(tmp_path, archive)
    assert names(tmp_path) == sorted([*ALL, "pink.png"])


def remove(tmp_path: Path, *paths: Path) -> None:
    with open_archive(settings(tmp_path)) as opened:
        opened.remove(Selection(under=paths), lambda: False)


def test_a_long_series_is_sampled_as_asked(tmp_path):
    folder = tmp_path / "series"
    write_series(folder, 1, 9)
    index(tmp_path, folder, encoder="colour", slices_per_series=3)

    made = make(tmp_path, slices_per_series=5)

    assert (made.switched, made.missing) == (True, {})
    with CollectionReader.open(tmp_path / "home", "default") as reader:
        info = reader.info()
    assert (info.files, info.catalogued, info.slices_per_series) == (5, 4, 5)


def open_files(folder: Path) -> list[Path]:
    """What this process has open of the first edition of a collection."""
    links = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [link for link in links if link.parent == folder]


def test_an_open_archive_has_the_new_edition_with_its_next_query(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    with open_archive(settings(tmp_path)) as opened:
        old = opened.reader()
        (before,) = opened.searcher().search(Request(by_text("red"), 1)).hits
        assert opened.reader() is old

        make(tmp_path, encoder="other")

        (after,) = opened.searcher().search(Request(by_text("red"), 1)).hits
        assert opened.reader() is not old
        assert after.record.location == before.record.location == Location(archive / "red.png")
        assert after.score == pytest.approx(before.score, abs=1e-3)
        with pytest.raises(UnknownName, match=f"id {before.record.id}"):
            opened.searcher().search(Request(by_instance(before.record.id)))
        assert opened.reader().thumbnail(before.record.id) is None


def test_the_old_edition_is_open_as_long_as_somebody_looks_at_it(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    folder = layout_of(tmp_path / "home", "default").root
    with open_archive(settings(tmp_path)) as opened:
        snapshot = opened.reader().snapshot()
        make(tmp_path, encoder="other")
        remove_other(settings(tmp_path), complete=True)
        opened.reader()

        assert open_files(folder) != []
        assert len(snapshot.describe(snapshot.ids)) == 4
        del snapshot

        assert open_files(folder) == []


def test_searches_go_on_in_all_threads_while_editions_change(tmp_path, archive):
    """Each answer is of one edition as a whole, and right by that edition's encoder."""
    index(tmp_path, archive, encoder="colour")
    make(tmp_path, encoder="other")
    wrong, answered, done = [], Counter(), threading.Event()

    def ask(opened, colour):
        while not done.is_set():
            (hit,) = opened.searcher().search(Request(by_text(colour), 1)).hits
            answered[hit.record.id > IDS] += 1
            if hit.record.location.path.name != f"{colour}.png":
                wrong.append(hit)

    with open_archive(settings(tmp_path)) as opened, ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask, opened, colour) for colour in COLOURS]
        for _ in range(10):
            seen = answered.total()
            serve_other(settings(tmp_path))
            while answered.total() < seen + 5 and not any(each.done() for each in asking):
                sleep(0.001)
        done.set()
        for each in asking:
            each.result()

    assert wrong == []
    assert min(answered[True], answered[False]) > 0


def test_an_older_collection_is_brought_up_to_date_by_indexing(tmp_path, old_collection):
    picture = tmp_path / "red.png"
    paint(picture, COLOURS["red"])
    with pytest.raises(CardMismatch, match=r"'voi-1'.*radseek reindex"):
        index(tmp_path, picture)

    with CollectionReader.open(tmp_path / "home", "default") as reader:
        assert reader.rendering == "voi-1"
        assert reader.info().pictures == 5


def test_an_older_collection_has_a_way_to_todays_rendering(tmp_path, old_collection):
    """Its files are of an invented folder, so that nothing of them is there."""
    refused = make(tmp_path)
    assert (refused.switched, refused.missing) == (False, {"not-read": 4})

    assert make(tmp_path, anyway=True).switched

    with CollectionReader.open(tmp_path / "home", "default") as reader:
        assert (reader.rendering, reader.info().pictures) == ("voi-2", 0)


@pytest.fixture
def old_collection(tmp_path, monkeypatch):
    """A collection of schema 0001 and rendering voi-1, and its encoder."""

    class Toy(ColourEncoder):
        card = CARD

    monkeypatch.setattr("fakes.load_toy", lambda weights, device: Toy(), raising=False)
    monkeypatch.setitem(ENCODERS, "toy", EncoderRow("fakes:load_toy", "", ""))
    golden = Path(__file__).parents[1] / "golden" / "collection-0001"
    root = layout_of(tmp_path / "home", "default").root
    shutil.copytree(golden, root, ignore=shutil.ignore_patterns("make.py"))


def test_a_collection_that_was_never_finished_being_created_is_completed(tmp_path, archive):
    layout = layout_of(tmp_path / "home", "default")
    layout.create()
    layout.catalog.touch()  # as SQLite leaves it before the first transaction

    index(tmp_path, archive, encoder="colour")

    assert names(tmp_path) == ALL


def test_a_damaged_edition_beside_can_be_discarded(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    reindex(settings(tmp_path, encoder="other"), lambda _: None, lambda: True)
    _, beside = editions_of(settings(tmp_path))
    root = layout_of(tmp_path / "home", "default").root / "editions" / f"{beside.number:04d}"
    (root / "catalog.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(CollectionCorrupt, match=r"'default, edition 2' is damaged"):
        editions_of(settings(tmp_path))
    assert names(tmp_path) == ALL

    assert remove_other(settings(tmp_path), complete=False) == 2

    assert editions_of(settings(tmp_path))[1] is None


def test_an_edition_with_a_damaged_row_is_not_served(tmp_path, archive):
    index(tmp_path, archive, encoder="colour")
    (archive / "red.png").rename(tmp_path / "red.png")
    assert not make(tmp_path, encoder="other").switched
    (tmp_path / "red.png").rename(archive / "red.png")
    root = layout_of(tmp_path / "home", "default").root / "editions" / "0002"
    shard = root / "shards" / "000000.f16"
    shard.write_bytes(b"\x00\x3c" + shard.read_bytes()[2:])

    with pytest.raises(CollectionCorrupt, match=r"edition 2, .* --discard"):
        make(tmp_path)

    assert editions_of(settings(tmp_path))[0].number == 1
    assert best(tmp_path, "red") == "red.png"
