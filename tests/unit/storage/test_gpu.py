"""What is done where there is a GPU, with a fake in its place: no GPU was at hand."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from storage.flat_index import FlatIndex, write_flat
from storage.gpu import on_gpu
from tests.unit.storage.factories import random_rows

DIM, N = 16, 3_000
ROWS, IDS = random_rows(N, DIM), np.arange(N) + 10


class Copied:
    """An index that counts what it is asked."""

    def __init__(self, flat: object) -> None:
        self.flat = flat
        self.asked: list[int] = []

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        self.asked.append(k)
        return self.flat.search(queries, k)


def faiss_for_gpus(copies: list[Copied], gpus: int = 1, room: bool = True) -> SimpleNamespace:
    def copy(resources: object, device: int, flat: object) -> Copied:
        assert (resources, device) == ("resources", 0)
        if not room:
            raise RuntimeError("cudaMalloc error out of memory")
        copies.append(Copied(flat))
        return copies[-1]

    return SimpleNamespace(
        get_num_gpus=lambda: gpus,
        StandardGpuResources=lambda: "resources",
        index_cpu_to_gpu=copy,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_flat(tmp_path / "index", DIM, [(IDS, ROWS)])
    return tmp_path / "index"


def test_a_flat_index_is_searched_on_the_gpu_as_on_the_cpu(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = FlatIndex(path).search(ROWS[:5], 7)
    copies: list[Copied] = []
    monkeypatch.setattr("storage.gpu.load_faiss", lambda: faiss_for_gpus(copies))

    found = FlatIndex(path).search(ROWS[:5], 7)

    np.testing.assert_array_equal(found[0], wanted[0])
    np.testing.assert_array_equal(found[1], wanted[1])
    assert copies[0].asked == [7]


def test_what_the_gpu_cannot_do_is_done_by_the_cpu(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[Copied] = []
    monkeypatch.setattr("storage.gpu.load_faiss", lambda: faiss_for_gpus(copies))
    index, among = FlatIndex(path), np.arange(N) < 3

    assert sorted(index.search(ROWS[:1], 3, among)[0][0].tolist()) == [10, 11, 12]
    assert len(set(index.search(ROWS[:1], 2_049)[0][0].tolist())) == 2_049
    assert copies[0].asked == []


@pytest.mark.parametrize(("gpus", "room", "warned"), [(0, True, False), (1, False, True)])
def test_without_room_on_a_gpu_the_cpu_is_used(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    gpus: int,
    room: bool,
    warned: bool,
) -> None:
    monkeypatch.setattr("storage.gpu.load_faiss", lambda: faiss_for_gpus([], gpus, room))

    assert FlatIndex(path).search(ROWS[:1], 1)[0][0].tolist() == [10]
    assert ("does not fit on the GPU" in caplog.text) is warned


def test_faiss_without_gpus_copies_nothing() -> None:
    assert on_gpu(object()) is None
