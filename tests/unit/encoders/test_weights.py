"""Fetching weights from a hub, and telling whether they are there."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from platformdirs import user_data_path

from core.errors import DownloadFailed, InvalidRequest, UnknownName
from encoders import download, weights
from encoders.registry import ENCODERS
from encoders.weights import WEIGHTS, HubRepository, Published, pull, status, weights_folder
from tests.unit.encoders.hub import Hub, serve

NAME = "medimageinsight"
CHECKPOINT = bytes(range(256)) * 40
PUBLISHED = WEIGHTS[NAME].files
BASE = "/lion-ai/MedImageInsights/resolve/main"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a checkpoint of 10 kB, known by its size and sha256, and no waiting."""
    monkeypatch.setattr(download, "PAUSE", 0)
    known = HubRepository(
        "lion-ai/MedImageInsights",
        Published(len(CHECKPOINT), hashlib.sha256(CHECKPOINT).hexdigest()),
    )
    monkeypatch.setitem(weights.WEIGHTS, NAME, replace(WEIGHTS[NAME], hub=known))
    files = {f"{BASE}/{file}": file.encode() for file in PUBLISHED[:-1]}
    with serve(Hub(files | {f"{BASE}/{PUBLISHED[-1]}": CHECKPOINT})) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url + "/")
        yield running


def test_every_published_file_is_put_in_its_place(hub: Hub, tmp_path: Path) -> None:
    folder = pull(NAME, tmp_path / "new")

    assert folder == tmp_path / "new"
    assert (folder / PUBLISHED[-1]).read_bytes() == CHECKPOINT
    assert [(folder / file).read_text() for file in PUBLISHED[:-1]] == list(PUBLISHED[:-1])
    assert sum(path.is_file() for path in folder.rglob("*")) == len(PUBLISHED)
    assert status(NAME, folder).missing == ()


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    pull(NAME, tmp_path)
    hub.asked.clear()

    pull(NAME, tmp_path)

    assert hub.asked == []


def test_a_broken_connection_is_taken_up_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "2024.09.27").mkdir()
    whole_small_files = [10**6] * (len(PUBLISHED) - 1)
    hub.breaks_after = [*whole_small_files, 4000, 1000]

    pull(NAME, tmp_path)

    assert (tmp_path / PUBLISHED[-1]).read_bytes() == CHECKPOINT
    ranges = [wanted for path, wanted in hub.asked if path.endswith(".pt")]
    assert ranges == [None, "bytes=4000-", "bytes=5000-"]


def test_a_later_call_continues_an_interrupted_one(hub: Hub, tmp_path: Path) -> None:
    part = tmp_path / (PUBLISHED[-1] + ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CHECKPOINT[:7000])

    pull(NAME, tmp_path)

    assert (tmp_path / PUBLISHED[-1]).read_bytes() == CHECKPOINT
    assert hub.asked[-1][1] == "bytes=7000-"
    assert not part.exists()


def test_a_server_that_cannot_continue_sends_it_all_again(hub: Hub, tmp_path: Path) -> None:
    hub.ignores_range = True
    part = tmp_path / (PUBLISHED[-1] + ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 100)

    pull(NAME, tmp_path)

    assert (tmp_path / PUBLISHED[-1]).read_bytes() == CHECKPOINT


def test_a_whole_part_is_only_verified(hub: Hub, tmp_path: Path) -> None:
    part = tmp_path / (PUBLISHED[-1] + ".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(CHECKPOINT)

    pull(NAME, tmp_path)

    assert (tmp_path / PUBLISHED[-1]).read_bytes() == CHECKPOINT
    assert not any(path.endswith(".pt") for path, _ in hub.asked)


@pytest.mark.parametrize("content", [CHECKPOINT[:-1] + b"x", CHECKPOINT + b"x", b"<html>"])
def test_another_file_is_refused_and_leaves_nothing(
    hub: Hub, tmp_path: Path, content: bytes
) -> None:
    hub.files[f"{BASE}/{PUBLISHED[-1]}"] = content
    digest = hashlib.sha256(content).hexdigest()

    with pytest.raises(DownloadFailed, match=f"its sha256 is {digest}"):
        pull(NAME, tmp_path)

    assert list((tmp_path / PUBLISHED[-1]).parent.iterdir()) == []
    assert status(NAME, tmp_path).missing == (PUBLISHED[-1],)


def test_a_file_the_hub_lacks_is_named_with_its_answer(hub: Hub, tmp_path: Path) -> None:
    del hub.files[f"{BASE}/{PUBLISHED[0]}"]

    with pytest.raises(DownloadFailed, match=r"config\.yaml: the server answered 404"):
        pull(NAME, tmp_path)


def test_a_connection_that_stays_broken_keeps_what_has_arrived(hub: Hub, tmp_path: Path) -> None:
    pull(NAME, tmp_path)
    (tmp_path / PUBLISHED[-1]).unlink()
    hub.breaks_after = [500] + [0] * 10

    with pytest.raises(DownloadFailed, match=r"500 of 10240 bytes.*run the same"):
        pull(NAME, tmp_path)

    assert (tmp_path / (PUBLISHED[-1] + ".part")).read_bytes() == CHECKPOINT[:500]


def test_a_hub_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE", 0)
    with serve(Hub()) as stopped:
        address = stopped.url

    with pytest.raises(DownloadFailed, match="HF_ENDPOINT"):
        pull(NAME, tmp_path, endpoint=address)


def test_a_folder_that_cannot_be_written_is_told(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "2024.09.27").write_text("a file where the folder must be")

    with pytest.raises(DownloadFailed, match="--to DIR"):
        pull(NAME, tmp_path)


def test_progress_counts_up_to_the_whole_file(hub: Hub, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []

    pull(NAME, tmp_path, progress=lambda *step: seen.append(step))

    assert seen[-1] == (PUBLISHED[-1], len(CHECKPOINT), len(CHECKPOINT))
    assert {file for file, _, _ in seen} == set(PUBLISHED)


def test_an_endpoint_that_is_no_web_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="file:///etc"):
        pull(NAME, tmp_path, endpoint="file:///etc")


def test_what_nobody_publishes_cannot_be_pulled() -> None:
    with pytest.raises(InvalidRequest, match="radseek train contrastive"):
        pull("resnet_bert")


def test_what_ships_inside_cannot_be_pulled() -> None:
    with pytest.raises(InvalidRequest, match="ships with radseek"):
        pull("mini")


def test_an_unknown_encoder_is_told_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="medimageinsight, mini"):
        status("maxi")


def test_every_registered_encoder_has_its_files_listed() -> None:
    assert WEIGHTS.keys() == ENCODERS.keys()


def test_a_cut_checkpoint_counts_as_missing(hub: Hub, tmp_path: Path) -> None:
    pull(NAME, tmp_path)
    os.truncate(tmp_path / PUBLISHED[-1], 100)

    assert status(NAME, tmp_path).missing == (PUBLISHED[-1],)


def test_weights_live_in_the_users_data_folder() -> None:
    expected = user_data_path("radseek", appauthor=False) / "weights" / NAME

    assert weights_folder(NAME) == expected


def test_a_server_that_always_starts_again_is_given_up(hub: Hub, tmp_path: Path) -> None:
    pull(NAME, tmp_path)
    (tmp_path / PUBLISHED[-1]).unlink()
    hub.ignores_range = True
    hub.breaks_after = [900, 400] * 10

    with pytest.raises(DownloadFailed, match="closed after"):
        pull(NAME, tmp_path)

    assert len(hub.breaks_after) == 20 - 1 - download.ATTEMPTS
