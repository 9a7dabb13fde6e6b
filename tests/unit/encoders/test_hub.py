"""Fetching models of the hub by their names."""

import hashlib
import json
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError

import pytest

from core.errors import DownloadFailed
from encoders import download
from encoders.download import asked_as, refused
from encoders.families.folder import origin_of
from encoders.hub import pull_model
from tests.unit.encoders.hub import Hub, serve

NAME = "google/medsiglip-448"
COMMIT = "5bb5e21f" * 5
CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ASKED = f"/api/models/{NAME}/revision/main?blobs=true"
FILES = {
    "config.json": b'{"model_type": "siglip"}',
    "tokenizer.json": b"{}",
    "model.safetensors": CONTENT,
}
UNREAD = ("../evil.safetensors", "pytorch_model.bin", "modeling_own.py", "onnx/model.safetensors")


def answer(*names: str, sha256: str = SHA256) -> bytes:
    large = {"size": len(CONTENT), "sha256": sha256}
    files = [
        {"rfilename": name} | ({"lfs": large} if name.endswith(".safetensors") else {})
        for name in names
    ]
    card = {"license": "other", "license_name": "health-ai-developer-foundations"}
    return json.dumps({"sha": COMMIT, "siblings": files, "cardData": card}).encode()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model, and what is not to be read beside it."""
    monkeypatch.setattr(download, "PAUSE", 0)
    files = {f"/{NAME}/resolve/{COMMIT}/{name}": content for name, content in FILES.items()}
    with serve(Hub(files | {ASKED: answer(*FILES, *UNREAD)})) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url)
        yield running


def test_what_is_read_is_fetched_at_one_commit_and_noted(hub: Hub, tmp_path: Path) -> None:
    folder = pull_model(NAME, tmp_path / "here")

    assert {path.name for path in folder.iterdir()} == {*FILES, "radseek.json"}
    assert (folder / "model.safetensors").read_bytes() == CONTENT
    origin = origin_of(folder)
    assert (origin.name, origin.revision) == (NAME, COMMIT)
    assert origin.licence == "health-ai-developer-foundations"
    assert not any("evil" in path or path.endswith((".bin", ".py")) for path, _ in hub.asked)


def test_whole_weights_are_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    pull_model(NAME, tmp_path)
    hub.asked.clear()

    pull_model(NAME, tmp_path)

    assert not any("safetensors" in path for path, _ in hub.asked)


def test_weights_go_on_where_they_broke_off(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.part").write_bytes(CONTENT[:7000])

    pull_model(NAME, tmp_path)

    assert (tmp_path / "model.safetensors").read_bytes() == CONTENT
    ranges = [wanted for path, wanted in hub.asked if path.endswith("safetensors")]
    assert ranges == ["bytes=7000-"]


def test_other_weights_are_refused_and_the_folder_has_no_note(hub: Hub, tmp_path: Path) -> None:
    hub.files[ASKED] = answer(*FILES, sha256="0" * 64)

    with pytest.raises(DownloadFailed, match="is not the published file"):
        pull_model(NAME, tmp_path)

    assert not (tmp_path / "model.safetensors").exists()
    assert origin_of(tmp_path).name == ""


def test_a_model_of_pickles_alone_is_refused_before_anything_is_fetched(
    hub: Hub, tmp_path: Path
) -> None:
    hub.files[ASKED] = answer("config.json", "pytorch_model.bin")

    with pytest.raises(DownloadFailed, match=r"pytorch_model\.bin.*never opened.*--revision"):
        pull_model(NAME, tmp_path / "new")

    assert [path for path, _ in hub.asked] == [ASKED]


def test_of_two_formats_that_of_transformers_is_fetched(hub: Hub, tmp_path: Path) -> None:
    own = ("open_clip_config.json", "open_clip_model.safetensors")
    hub.files[ASKED] = answer(*FILES, *own)

    pull_model(NAME, tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "radseek.json"}


def test_a_folder_of_open_clip_is_fetched_to_be_converted(hub: Hub, tmp_path: Path) -> None:
    own = ("open_clip_config.json", "open_clip_model.safetensors")
    hub.files[ASKED] = answer(*own)
    hub.files |= {f"/{NAME}/resolve/{COMMIT}/{name}": CONTENT for name in own}

    pull_model(NAME, tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {*own, "radseek.json"}


def test_a_model_that_is_not_there_is_told(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="404"):
        pull_model("google/none", tmp_path)


def test_a_gated_model_says_how_to_get_it() -> None:
    error = HTTPError("https://hub/x", 403, "Forbidden", Message(), None)

    assert "HF_TOKEN" in refused("https://hub/x", error)


def test_the_token_goes_to_the_hub_and_not_to_where_it_sends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")

    request = asked_as("https://hub/x", {"Range": "bytes=1-"})

    assert request.unredirected_hdrs == {"Authorization": "Bearer hf_made_up"}
    assert request.headers == {"User-agent": "radseek", "Range": "bytes=1-"}
