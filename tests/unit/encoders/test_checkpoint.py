"""The strict loader: what it takes, and how it refuses everything else."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.errors import WeightsMismatch
from encoders.medimageinsight.checkpoint import load_model
from encoders.medimageinsight.config import UniCLConfig

HEADER = b"\x02\x00\x00\x00\x00\x00\x00\x00{}"


class Explosive:
    """Pickles to something that would write a file when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.witness,)


def variant(weights: Path, target: Path, **changes: Tensor | None) -> Path:
    """A copy with tensors added, replaced, or (None) left out."""
    tensors = load_file(weights) | changes
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    save_file(kept, target)
    return target


@pytest.mark.parametrize("suffix", [".safetensors", ".pt"])
def test_the_format_is_told_by_content_whatever_the_suffix(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path, suffix: str
) -> None:
    path = (tmp_path / "weights").with_suffix(suffix)
    path.write_bytes(tiny_weights.read_bytes())

    model = load_model(tiny_config, path)

    for name, tensor in load_file(tiny_weights).items():
        assert torch.equal(model.state_dict()[name], tensor), name


def test_the_model_is_ready_for_inference(tiny_config: UniCLConfig, tiny_weights: Path) -> None:
    model = load_model(tiny_config, tiny_weights)

    assert not any(module.training for module in model.modules())
    assert not any(parameter.requires_grad for parameter in model.parameters())
    assert not any(parameter.is_meta for parameter in model.parameters())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_taken_and_computed_in_float32(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path, dtype: torch.dtype
) -> None:
    halved = {name: tensor.to(dtype) for name, tensor in load_file(tiny_weights).items()}
    save_file(halved, tmp_path / "half.safetensors")

    model = load_model(tiny_config, tmp_path / "half.safetensors")

    for name, tensor in halved.items():
        assert model.state_dict()[name].dtype == torch.float32
        assert torch.equal(model.state_dict()[name], tensor.float()), name


def test_a_missing_tensor_is_named(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path
) -> None:
    path = variant(tiny_weights, tmp_path / "w", logit_scale=None)

    with pytest.raises(WeightsMismatch, match="lacks tensors: logit_scale"):
        load_model(tiny_config, path)


def test_an_unknown_tensor_is_named(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path
) -> None:
    path = variant(tiny_weights, tmp_path / "w", head=torch.zeros(1))

    with pytest.raises(WeightsMismatch, match="has unknown tensors: head"):
        load_model(tiny_config, path)


def test_a_wrong_shape_is_named_with_both_shapes(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path
) -> None:
    path = variant(tiny_weights, tmp_path / "w", lang_projection=torch.zeros(64, 63))

    with pytest.raises(WeightsMismatch, match=r"lang_projection \[64, 63\] instead of \[64, 64\]"):
        load_model(tiny_config, path)


def test_a_type_that_is_no_float_is_named(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path
) -> None:
    path = variant(tiny_weights, tmp_path / "w", logit_scale=torch.tensor(3))

    with pytest.raises(WeightsMismatch, match="logit_scale in I64"):
        load_model(tiny_config, path)


def test_many_missing_tensors_are_counted(tiny_config: UniCLConfig, tmp_path: Path) -> None:
    save_file({"logit_scale": torch.zeros(())}, tmp_path / "w")

    with pytest.raises(WeightsMismatch, match=r"image_encoder\.blocks\S+, .+ and \d{3} more"):
        load_model(tiny_config, tmp_path / "w")


def test_a_pickle_is_refused_and_never_run(tiny_config: UniCLConfig, tmp_path: Path) -> None:
    path, witness = tmp_path / "w.pt", tmp_path / "was-run"
    path.write_bytes(pickle.dumps(Explosive(witness)))

    with pytest.raises(WeightsMismatch, match="pickle"):
        load_model(tiny_config, path)

    assert not witness.exists()


def test_a_torch_archive_is_refused(tiny_config: UniCLConfig, tmp_path: Path) -> None:
    torch.save({"logit_scale": torch.zeros(())}, tmp_path / "w.pt")

    with pytest.raises(WeightsMismatch, match="PyTorch pickle"):
        load_model(tiny_config, tmp_path / "w.pt")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not in the safetensors format"),
        (b"\x89PNG\r\n\x1a\n", "not in the safetensors format"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "Git LFS pointer"),
        (b"<!doctype html><title>403</title>", "web page"),
        (b"\xff\xff\x00\x00\x00\x00\x00\x00{}", "cut short"),
        (b"\x02\x00\x00\x00\x00\x00\x00\x00{]", "damaged"),
        (HEADER, "lacks tensors"),
    ],
    ids=["empty", "picture", "lfs", "html", "header", "json", "nothing"],
)
def test_what_is_not_the_checkpoint_is_refused_by_name(
    tiny_config: UniCLConfig, tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(content)

    with pytest.raises(WeightsMismatch, match=why) as caught:
        load_model(tiny_config, path)

    assert str(path) in str(caught.value)


def test_a_truncated_file_is_refused(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path
) -> None:
    path = tmp_path / "w"
    path.write_bytes(tiny_weights.read_bytes()[:-1000])

    with pytest.raises(WeightsMismatch, match="damaged or cut short"):
        load_model(tiny_config, path)


def test_a_header_length_that_looks_like_html_or_a_pickle_is_read(
    tiny_config: UniCLConfig, tiny_weights: Path, tmp_path: Path
) -> None:
    """The length comes first, so its low byte may be any: here 0x80, as in a pickle."""
    content = tiny_weights.read_bytes()
    length = int.from_bytes(content[:8], "little")
    padding = (0x80 - length) % 256
    path = tmp_path / "w"
    header = content[8 : 8 + length] + b" " * padding
    path.write_bytes((length + padding).to_bytes(8, "little") + header + content[8 + length :])

    model = load_model(tiny_config, path)

    assert model.logit_scale.item() == 3
