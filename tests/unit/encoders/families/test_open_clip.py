"""Models of open_clip, converted: the rows of its architectures, written here once more."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from core.errors import InvalidRequest, WeightsMismatch, WeightsMissing
from encoders.families.folder import Origin, origin_of, write_note
from encoders.families.open_clip import convert
from encoders.registry import load_encoder
from tests.tiny_models import CHARACTERS, clip

WIDTH, HEADS, INNER, LAYERS, SIDE, PATCH, SPACE = 128, 2, 160, 2, 32, 8, 24
TEXTS = ["ct of the head", "knee 1", ""]
VOCABULARY = 5 + 2 * len(CHARACTERS)
BERT = {
    "hf_model_name": "x/bert",
    "hf_pooler_type": "cls_last_hidden_state_pooler",
    "hf_proj_type": "mlp",
}
VIT = {"timm_model_name": "vit_base_patch16_224", "timm_pool": "", "timm_proj": "linear"}

State = dict[str, Tensor]


def normal(*shape: int) -> Tensor:
    return 0.3 * torch.randn(shape)


def linear(name: str, out: int, into: int) -> State:
    return {f"{name}.weight": normal(out, into), f"{name}.bias": normal(out)}


def norm(name: str) -> State:
    return {f"{name}.weight": 1 + normal(WIDTH), f"{name}.bias": normal(WIDTH)}


def vit_bert_state() -> State:
    state = {
        "logit_scale": torch.tensor(4.0),
        "visual.trunk.cls_token": normal(1, 1, WIDTH),
        "visual.trunk.pos_embed": normal(1, 17, WIDTH),
        "visual.trunk.patch_embed.proj.weight": normal(WIDTH, 3, PATCH, PATCH),
        "visual.trunk.patch_embed.proj.bias": normal(WIDTH),
        "visual.head.proj.weight": normal(SPACE, WIDTH),
        "text.proj.0.weight": normal(40, WIDTH),
        "text.proj.2.weight": normal(SPACE, 40),
        "text.transformer.embeddings.position_ids": torch.arange(30)[None],
        "text.transformer.embeddings.word_embeddings.weight": normal(VOCABULARY, WIDTH),
        "text.transformer.embeddings.position_embeddings.weight": normal(30, WIDTH),
        "text.transformer.embeddings.token_type_embeddings.weight": normal(2, WIDTH),
        **norm("visual.trunk.norm"),
        **norm("text.transformer.embeddings.LayerNorm"),
    }
    for at in range(LAYERS):
        block = f"visual.trunk.blocks.{at}"
        layer = f"text.transformer.encoder.layer.{at}"
        state |= norm(f"{block}.norm1") | norm(f"{block}.norm2")
        state |= linear(f"{block}.attn.qkv", 3 * WIDTH, WIDTH)
        state |= linear(f"{block}.attn.proj", WIDTH, WIDTH)
        state |= linear(f"{block}.mlp.fc1", INNER, WIDTH) | linear(f"{block}.mlp.fc2", WIDTH, INNER)
        for part in ("query", "key", "value"):
            state |= linear(f"{layer}.attention.self.{part}", WIDTH, WIDTH)
        state |= linear(f"{layer}.attention.output.dense", WIDTH, WIDTH)
        state |= norm(f"{layer}.attention.output.LayerNorm") | norm(f"{layer}.output.LayerNorm")
        state |= linear(f"{layer}.intermediate.dense", INNER, WIDTH)
        state |= linear(f"{layer}.output.dense", WIDTH, INNER)
    return state


def clip_state(vocabulary: int) -> State:
    state = {
        "logit_scale": torch.tensor(4.0),
        "attn_mask": torch.zeros(20, 20),
        "positional_embedding": normal(20, WIDTH),
        "text_projection": normal(WIDTH, SPACE),
        "token_embedding.weight": normal(vocabulary, WIDTH),
        "visual.class_embedding": normal(WIDTH),
        "visual.positional_embedding": normal(17, WIDTH),
        "visual.proj": normal(WIDTH, SPACE),
        "visual.conv1.weight": normal(WIDTH, 3, PATCH, PATCH),
        **norm("visual.ln_pre"),
        **norm("visual.ln_post"),
        **norm("ln_final"),
    }
    for tower in ("visual.transformer", "transformer"):
        for at in range(LAYERS):
            block = f"{tower}.resblocks.{at}"
            state |= norm(f"{block}.ln_1") | norm(f"{block}.ln_2")
            state[f"{block}.attn.in_proj_weight"] = normal(3 * WIDTH, WIDTH)
            state[f"{block}.attn.in_proj_bias"] = normal(3 * WIDTH)
            state |= linear(f"{block}.attn.out_proj", WIDTH, WIDTH)
            state |= linear(f"{block}.mlp.c_fc", INNER, WIDTH)
            state |= linear(f"{block}.mlp.c_proj", WIDTH, INNER)
    return state


class Reference:
    """The products of an open_clip model, straight from its tensors."""

    def __init__(self, state: State) -> None:
        self.state = state

    def linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self.state[f"{name}.weight"], self.state.get(f"{name}.bias"))

    def norm(self, x: Tensor, name: str, eps: float) -> Tensor:
        weight, bias = self.state[f"{name}.weight"], self.state[f"{name}.bias"]
        return functional.layer_norm(x, (WIDTH,), weight, bias, eps)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, hidden: Tensor | None = None) -> Tensor:
        """(B, N, WIDTH) each; `hidden` is True where a key is not seen."""
        q, k, v = (x.unflatten(-1, (HEADS, -1)).transpose(1, 2) for x in (q, k, v))
        logits = q @ k.transpose(2, 3) / (WIDTH // HEADS) ** 0.5
        if hidden is not None:
            logits = logits.masked_fill(hidden, -torch.inf)
        return (logits.softmax(-1) @ v).transpose(1, 2).flatten(2)

    def patches(self, pixels: Tensor, name: str) -> Tensor:
        weight, bias = self.state[f"{name}.weight"], self.state.get(f"{name}.bias")
        return functional.conv2d(pixels, weight, bias, stride=PATCH).flatten(2).transpose(1, 2)

    def timm_vit(self, pixels: Tensor) -> Tensor:
        x = self.patches(pixels, "visual.trunk.patch_embed.proj")
        first = self.state["visual.trunk.cls_token"].expand(len(x), -1, -1)
        x = torch.cat([first, x], dim=1) + self.state["visual.trunk.pos_embed"]
        for at in range(LAYERS):
            block = f"visual.trunk.blocks.{at}"
            qkv = self.linear(self.norm(x, f"{block}.norm1", 1e-6), f"{block}.attn.qkv")
            x = x + self.linear(self.attend(*qkv.chunk(3, -1)), f"{block}.attn.proj")
            inner = self.linear(self.norm(x, f"{block}.norm2", 1e-6), f"{block}.mlp.fc1")
            x = x + self.linear(functional.gelu(inner), f"{block}.mlp.fc2")
        return self.linear(self.norm(x, "visual.trunk.norm", 1e-6)[:, 0], "visual.head.proj")

    def bert(self, ids: Tensor, mask: Tensor) -> Tensor:
        embeddings = "text.transformer.embeddings"
        x = self.state[f"{embeddings}.word_embeddings.weight"][ids]
        x = x + self.state[f"{embeddings}.position_embeddings.weight"][: ids.shape[1]]
        x = x + self.state[f"{embeddings}.token_type_embeddings.weight"][0]
        x = self.norm(x, f"{embeddings}.LayerNorm", 1e-12)
        for at in range(LAYERS):
            layer = f"text.transformer.encoder.layer.{at}"
            q, k, v = (
                self.linear(x, f"{layer}.attention.self.{part}")
                for part in ("query", "key", "value")
            )
            seen = self.attend(q, k, v, ~mask[:, None, None, :])
            seen = self.linear(seen, f"{layer}.attention.output.dense")
            x = self.norm(x + seen, f"{layer}.attention.output.LayerNorm", 1e-12)
            inner = functional.gelu(self.linear(x, f"{layer}.intermediate.dense"))
            x = x + self.linear(inner, f"{layer}.output.dense")
            x = self.norm(x, f"{layer}.output.LayerNorm", 1e-12)
        inner = functional.gelu(self.linear(x[:, 0], "text.proj.0"))
        return self.linear(inner, "text.proj.2")

    def blocks(self, x: Tensor, tower: str, hidden: Tensor | None = None) -> Tensor:
        for at in range(LAYERS):
            block = f"{tower}.resblocks.{at}"
            weight, bias = (
                self.state[f"{block}.attn.in_proj_{kind}"] for kind in ("weight", "bias")
            )
            qkv = functional.linear(self.norm(x, f"{block}.ln_1", 1e-5), weight, bias)
            x = x + self.linear(self.attend(*qkv.chunk(3, -1), hidden), f"{block}.attn.out_proj")
            inner = self.linear(self.norm(x, f"{block}.ln_2", 1e-5), f"{block}.mlp.c_fc")
            x = x + self.linear(inner * torch.sigmoid(1.702 * inner), f"{block}.mlp.c_proj")
        return x

    def clip_vision(self, pixels: Tensor) -> Tensor:
        x = self.patches(pixels, "visual.conv1")
        first = self.state["visual.class_embedding"].expand(len(x), 1, -1)
        x = torch.cat([first, x], dim=1) + self.state["visual.positional_embedding"]
        x = self.blocks(self.norm(x, "visual.ln_pre", 1e-5), "visual.transformer")
        return self.norm(x[:, 0], "visual.ln_post", 1e-5) @ self.state["visual.proj"]

    def clip_text(self, ids: Tensor) -> Tensor:
        length = ids.shape[1]
        x = self.state["token_embedding.weight"][ids] + self.state["positional_embedding"][:length]
        later = torch.ones(length, length, dtype=torch.bool).triu(1)
        x = self.norm(self.blocks(x, "transformer", later), "ln_final", 1e-5)
        ends = x[torch.arange(len(ids)), ids.argmax(dim=-1)]
        return ends @ self.state["text_projection"]


def written(folder: Path, state: State, model: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": model}))
    save_file(state, folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture
def biomed(tmp_path: Path) -> tuple[Path, State]:
    """A folder as BiomedCLIP's."""
    torch.manual_seed(0)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS]
    tokens += [f"##{character}" for character in CHARACTERS]
    vocabulary = {token: at for at, token in enumerate(tokens)}
    transformers.BertTokenizer(vocab=vocabulary).save_pretrained(tmp_path / "own")
    state = vit_bert_state()
    model = {"vision_cfg": VIT | {"image_size": SIDE}, "text_cfg": BERT | {"context_length": 25}}
    return written(tmp_path / "own", state, model | {"embed_dim": SPACE}), state


def pixels() -> Any:
    return np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)


def as_it_takes_them() -> Tensor:
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])
    std = torch.tensor([0.26862954, 0.26130258, 0.27577711])
    return ((torch.tensor(pixels()) / 255 - mean) / std).permute(0, 3, 1, 2)


def unit(rows: Tensor) -> Any:
    return functional.normalize(rows, dim=-1).numpy()


def ids_of(folder: Path, name: str, padding: int) -> tuple[Tensor, Tensor]:
    read = getattr(transformers, name).from_pretrained(folder)(TEXTS)["input_ids"]
    longest = max(map(len, read))
    ids = torch.tensor([row + [padding] * (longest - len(row)) for row in read])
    lengths = torch.tensor([len(row) for row in read])
    return ids, torch.arange(longest) < lengths[:, None]


def test_a_vit_with_a_bert_gives_the_rows_of_open_clip(
    biomed: tuple[Path, State], tmp_path: Path
) -> None:
    folder, state = biomed

    encoder = load_encoder(str(convert(folder, tmp_path / "converted")), device="cpu")

    reference = Reference(state)
    rows = encoder.embed_images(list(pixels()))
    np.testing.assert_allclose(rows, unit(reference.timm_vit(as_it_takes_them())), atol=1e-5)
    texts = reference.bert(*ids_of(folder, "BertTokenizer", 0))
    np.testing.assert_allclose(encoder.embed_texts(TEXTS), unit(texts), atol=1e-5)
    assert encoder.logit_scale == pytest.approx(np.exp(4), rel=1e-6)
    unread = encoder.unread("1 " * 40)
    assert unread is not None
    assert unread.tokens == 23  # of 25, two are special


def test_an_own_clip_gives_the_rows_of_open_clip(tmp_path: Path) -> None:
    torch.manual_seed(0)
    folder = clip(tmp_path / "own")  # for its tokenizer
    vocabulary = len(transformers.CLIPTokenizer.from_pretrained(folder))
    state = clip_state(vocabulary)
    tower = {"width": WIDTH, "layers": LAYERS}
    text = tower | {"heads": HEADS, "context_length": 20, "vocab_size": vocabulary}
    vision = tower | {"image_size": SIDE, "patch_size": PATCH}
    model = {"embed_dim": SPACE, "quick_gelu": True, "vision_cfg": vision, "text_cfg": text}

    encoder = load_encoder(
        str(convert(written(folder, state, model), tmp_path / "converted")), device="cpu"
    )

    reference = Reference(state)
    rows = encoder.embed_images(list(pixels()))
    np.testing.assert_allclose(rows, unit(reference.clip_vision(as_it_takes_them())), atol=1e-5)
    ids, _ = ids_of(folder, "CLIPTokenizer", 0)
    np.testing.assert_allclose(
        encoder.embed_texts(TEXTS), unit(reference.clip_text(ids)), atol=1e-5
    )


def test_the_converted_folder_keeps_its_origin(biomed: tuple[Path, State], tmp_path: Path) -> None:
    origin = Origin("microsoft/BiomedCLIP", "9f341de2" * 5, "mit")
    write_note(biomed[0], origin)

    assert origin_of(convert(biomed[0], tmp_path / "converted")) == origin


def test_a_folder_of_open_clip_says_how_to_convert_it(biomed: tuple[Path, State]) -> None:
    with pytest.raises(WeightsMissing, match="Run `radseek encoders convert"):
        load_encoder(str(biomed[0]), device="cpu")


def test_a_tensor_without_a_place_is_refused(biomed: tuple[Path, State], tmp_path: Path) -> None:
    folder, state = biomed
    save_file(state | {"visual.extra": normal(3)}, folder / "open_clip_model.safetensors")

    with pytest.raises(WeightsMismatch, match=r"'visual\.extra'"):
        convert(folder, tmp_path / "converted")


def test_a_pickle_is_not_converted(biomed: tuple[Path, State], tmp_path: Path) -> None:
    folder, _ = biomed
    weights = folder / "open_clip_model.safetensors"
    weights.rename(folder / "open_clip_pytorch_model.bin")

    with pytest.raises(WeightsMissing, match=r"open_clip_pytorch_model\.bin.*could run code"):
        convert(folder, tmp_path / "converted")


@pytest.mark.parametrize(
    "changed",
    [
        {"timm_model_name": "convnext_base"},
        {"timm_pool": "avg"},
        {"timm_proj": "mlp"},
        {"hf_pooler_type": "mean_pooler"},
        {"hf_pooler_type": None},
        {"hf_proj_type": "linear"},
    ],
)
def test_another_shape_is_refused(
    biomed: tuple[Path, State], tmp_path: Path, changed: dict[str, str | None]
) -> None:
    folder, state = biomed
    vision = VIT | {"image_size": SIDE} | {k: v for k, v in changed.items() if k in VIT}
    text = BERT | {k: v for k, v in changed.items() if k in BERT}
    model = {"vision_cfg": vision, "text_cfg": text}

    with pytest.raises(InvalidRequest, match="as BiomedCLIP"):
        convert(written(folder, state, model), tmp_path / "converted")
