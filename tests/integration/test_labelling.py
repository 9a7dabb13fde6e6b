"""Labelling a collection: stopped, gone on with, and compared with one that was never stopped."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import ColourEncoder

from core.types import EncoderCard
from search.labels import labelling
from search.labels.labelling import Labelled, label_pictures
from storage.batch import Batch
from storage.label_sets import Label, LabelSet
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from tests.unit.storage.factories import one_each, open_writer, random_rows

CARD: EncoderCard = ColourEncoder.card
COLOURS = LabelSet("colours", (Label("red", ("red",)), Label("blue", ("blue",))))


def labelled(home: Path, stopped: Callable[[], bool]) -> tuple[Labelled, list[int], Snapshot]:
    shown: list[Labelled] = []
    with (
        open_writer(home, card=CARD) as writer,
        CollectionReader.open(home, "main") as reader,
    ):
        kept = writer.begin_labels(COLOURS)
        done = label_pictures(
            writer, reader.snapshot(), kept, ColourEncoder(), shown.append, stopped
        )
        return done, [each.labelled for each in shown], reader.snapshot()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a collection of seven pictures, labelled three at a time."""
    monkeypatch.setattr(labelling, "BLOCK", 3)
    with open_writer(tmp_path, card=CARD) as writer:
        writer.commit(Batch(one_each(random_rows(7, CARD.dim))))
    return tmp_path


def test_labelling_goes_on_where_it_was_stopped(home: Path) -> None:
    answers = iter([False, True])

    done, shown, snapshot = labelled(home, lambda: next(answers))
    assert (done.new, done.labelled, done.pictures, shown) == (3, 3, 7, [3])
    assert np.isnan(snapshot.label("red")).tolist() == [False] * 3 + [True] * 4
    done, shown, snapshot = labelled(home, lambda: False)

    assert (done.new, done.labelled, shown) == (4, 7, [6, 7])
    logits = 10 * snapshot.embeddings(snapshot.ids)[:, [0, 2]]
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(snapshot.label_table("colours"), expected, atol=1e-3)


def test_nothing_is_left_to_do_the_second_time(home: Path) -> None:
    labelled(home, lambda: False)

    done, shown, _ = labelled(home, lambda: False)

    assert (done, shown) == (Labelled("colours", 0, 7, 7), [])
