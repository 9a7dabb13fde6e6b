"""What a person may call a published model, and what is said of folders that cannot be used."""

import json
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import InvalidRequest, UnknownName, WeightsMismatch, WeightsMissing
from encoders.families.folder import Origin, write_note
from encoders.names import named
from encoders.registry import load_encoder, load_towers
from tests.tiny_models import SIDE, clip, dinov2, siglip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("made") / "tiny")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "tiny"))


def change(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def refusal(asked: object) -> str:
    with pytest.raises((WeightsMismatch, WeightsMissing, InvalidRequest)) as caught:
        load_encoder(str(asked), device="cpu")
    return str(caught.value)


def test_a_model_of_the_hub_that_is_not_here_says_what_to_run() -> None:
    assert "Run `radseek encoders pull google/no-such-model`" in refusal("google/no-such-model")


@pytest.mark.parametrize("name", ["nothing", "a/b/c", "/no/such/folder", ""])
def test_what_is_neither_name_nor_folder_is_unknown(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="OWNER/NAME"):
        named(name)


def test_a_folder_is_called_as_its_note_says_else_as_itself(folder: Path) -> None:
    assert named(str(folder)).name == "tiny"

    write_note(folder, Origin("google/medsiglip-448", "5bb5e21f" * 5, "terms"))

    card = load_encoder(f"{folder}@{2 * SIDE}", device="cpu").card
    assert card.name == f"google/medsiglip-448@{2 * SIDE}"
    assert (card.version, card.licence) == ("5bb5e21f5bb5", "terms")


def test_the_cache_of_the_hubs_own_client_tells_the_name(made: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "models--google--medsiglip-448" / "snapshots" / "5bb5e21f"
    shutil.copytree(made, snapshot)

    assert named(str(snapshot)).name == "google/medsiglip-448"


def test_a_folder_called_as_a_registered_encoder_is_refused(folder: Path) -> None:
    assert "Give the folder another name" in refusal(folder.rename(folder.parent / "mini"))


def test_a_resolution_of_broken_patches_names_the_next_ones(folder: Path) -> None:
    assert "Take 32 or 40" in refusal(f"{folder}@36")


def test_a_pickle_is_named_and_never_opened(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    assert "pytorch_model.bin and no model.safetensors: a pickle could run code" in refusal(folder)


def test_a_pickle_under_another_name_is_never_opened(folder: Path) -> None:
    torch.save({}, folder / "model.safetensors")

    assert "which could run code and is never opened" in refusal(folder)


@pytest.mark.parametrize(
    ("model_type", "said"),
    [("siglip2", "NaFlex"), ("llava", "reads no models of the type 'llava'. Known: chinese_clip")],
)
def test_a_family_that_is_not_read_is_named(folder: Path, model_type: str, said: str) -> None:
    change(folder / "config.json", model_type=model_type)

    assert said in refusal(folder)


def test_code_beside_the_weights_is_never_run(folder: Path) -> None:
    change(folder / "config.json", auto_map={"AutoModel": "own.Model"})
    (folder / "own.py").write_text("raise SystemExit('run')")

    assert load_encoder(str(folder), device="cpu").card.name == "tiny"


def test_lacking_unknown_and_misshapen_tensors_are_named(folder: Path) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for changed, said in (
        ({name: each for name, each in tensors.items() if name != "logit_scale"}, "lacks"),
        (tensors | {"head.weight": torch.zeros(1)}, "has unknown"),
        (tensors | {"visual_projection.weight": torch.zeros(3, 3)}, "has wrongly shaped"),
    ):
        save_file(changed, path, metadata={"format": "pt"})
        assert f"it {said} tensors of CLIP (1: " in refusal(folder)


def test_weights_in_several_files_are_read_and_count_for_the_card(folder: Path, made: Path) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    path.unlink()
    names = list(tensors)
    halves = {"model-00001-of-00002": names[::2], "model-00002-of-00002": names[1::2]}
    for file, own in halves.items():
        half = {name: tensors[name] for name in own}
        save_file(half, folder / f"{file}.safetensors", {"format": "pt"})
    where = {name: f"{file}.safetensors" for file, own in halves.items() for name in own}
    index = json.dumps({"metadata": {}, "weight_map": where})
    (folder / "model.safetensors.index.json").write_text(index)

    parted, whole = (load_encoder(str(each), device="cpu") for each in (folder, made))

    pictures = list(np.random.default_rng(0).integers(0, 256, (2, SIDE, SIDE, 3), np.uint8))
    np.testing.assert_array_equal(parted.embed_images(pictures), whole.embed_images(pictures))
    assert parted.card.weights_sha256 != whole.card.weights_sha256


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do_center_crop": False}, "different sizes"),
        ({"do_resize": False}, "do_resize"),
        ({"do_pad": True}, "do_pad"),
        ({"size": {"shortest_edge": 16}}, "larger than what it is cut from"),
    ],
)
def test_a_processor_that_does_something_else_is_refused(
    folder: Path, fields: dict[str, object], said: str
) -> None:
    change(folder / "preprocessor_config.json", **fields)

    assert said in refusal(folder)


def test_another_models_tokenizer_is_refused(folder: Path) -> None:
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    first = len(tokenizer["model"]["vocab"])
    tokenizer["model"]["vocab"] |= {f"more{at}": first + at for at in range(9)}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))

    assert "tokens, but the model reads" in refusal(folder)


def test_trained_towers_are_written_as_the_same_family(tmp_path: Path) -> None:
    folder = siglip(tmp_path / "start")
    model = load_towers(f"{folder}@{2 * SIDE}")
    weights = {name: value + 0.01 for name, value in model.tower.state_dict().items()}

    model.write(tmp_path / "trained", weights)

    trained = load_encoder(str(tmp_path / "trained"), device="cpu")
    model.tower.load_state_dict(weights)
    ids, mask = model.tokens.pad(model.tokens.encode(["knee"]))
    np.testing.assert_allclose(
        trained.embed_texts(["knee"]), model.tower.encode_texts(ids, mask), atol=1e-5
    )
    pixels = np.random.default_rng(0).integers(0, 256, (50, 40, 3), np.uint8)
    seen = model.normalise(torch.tensor(model.prepare(pixels))[None])
    rows = trained.embed_images([trained.prepare(pixels)])
    np.testing.assert_allclose(rows, model.tower.encode_images(seen), atol=1e-5)
    assert (trained.card.name, trained.card.preprocessing[:9]) == ("trained", "squash-64")


def test_pictures_alone_cannot_be_trained_on(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="knows pictures alone"):
        load_towers(str(dinov2(tmp_path / "tiny")))


def test_nobody_is_asked_when_a_folder_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert load_encoder(str(folder), device="cpu").reads_texts
