"""Threads that search while another process's writer adds, deletes and makes the index anew."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from core.types import EncoderCard
from storage.batch import Batch
from storage.index_kinds import IndexKind
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import RENDERING, at, embedded, unit

DIM, THREADS, ROUNDS = 64, 8, 12
CARD = EncoderCard("toy", "1", DIM, "ab" * 32, "squash-8", "none")


def group(number: int, rows: int) -> np.ndarray:
    """Rows about a direction of their own."""
    random = np.random.default_rng(number)
    return unit(random.standard_normal(DIM) + 0.3 * random.standard_normal((rows, DIM)))


def search_until(over: Event, reader: CollectionReader) -> int:
    """Search, and hold each answer against the snapshot it is of; the number of answers."""
    answers = 0
    while not over.is_set() or not answers:
        snapshot = reader.snapshot()
        query = group(answers % 20, 1)
        ids, scores = snapshot.search(query, 25)
        filled = min(25, len(snapshot.ids))
        assert len(set(ids[0, :filled].tolist())) == filled
        assert np.isin(ids[0, :filled], snapshot.ids).all()  # of one state, and no other
        own = snapshot.embeddings(ids[0, :filled]).astype(np.float64) @ query[0]
        np.testing.assert_allclose(scores[0, :filled], own, atol=1e-6)
        assert (np.diff(scores[0, :filled]) <= 0).all()
        answers += 1
    return answers


@pytest.mark.parametrize("kind", [IndexKind.PANORAMA, IndexKind.IVF_RABITQ])
def test_no_answer_is_torn(
    tmp_path: Path, kind: IndexKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.way.FEW", 0)
    over = Event()
    with CollectionWriter.open(tmp_path, "main", CARD, RENDERING, index=kind) as writer:
        for number in range(20):
            writer.commit(Batch([embedded(f"g{number}", group(number, 60))]))
        writer.rebuild_index()
        with (
            CollectionReader.open(tmp_path, "main") as reader,
            ThreadPoolExecutor(THREADS) as threads,
        ):
            searching = [threads.submit(search_until, over, reader) for _ in range(THREADS)]
            try:
                for number in range(ROUNDS):
                    more = embedded(f"h{number}", group(number, 30))
                    writer.commit(Batch([more], gone=[at(f"g{number}")]))
                    if number % 4 == 3:
                        writer.rebuild_index()
            finally:
                over.set()
            assert all(each.result() for each in searching)
            assert len(reader.snapshot().ids) == 8 * 60 + ROUNDS * 30
