"""Images and texts a CPU second of published models, at their real sizes. Prints a Markdown table.

The weights are random, for speed does not depend on them; radseek-mini stands beside with its own.
One thread, from prepared pictures and numbered texts to rows.

python -m benchmarks.published [--rounds 3] [--only NAME ...]
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import process_time
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image
from torch import Tensor

from core.types import Unread
from encoders.families.pixels import Statistics
from encoders.families.preprocess import Fit
from encoders.families.towers import FamilyImageTower, FamilyTowers
from encoders.families.vit_bert import VitBert, VitBertConfig
from encoders.inference import Inference
from encoders.registry import load_towers
from encoders.towers import DualModel, ImageModel

BASE = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
}
SHAPE_400M = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 27,
    "num_attention_heads": 16,
}
CLIP_TEXT = {
    "hidden_size": 512,
    "intermediate_size": 2048,
    "num_hidden_layers": 12,
    "num_attention_heads": 8,
    "eos_token_id": 49407,
}
TOKENS = 12  # of a short text


class Numbered:
    """Texts that are ids already."""

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Not called: texts are given as ids."""
        raise NotImplementedError(texts)

    def pad(self, rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Rows of one length, all of which is read."""
        ids = torch.tensor(rows)
        return ids, torch.ones_like(ids, dtype=torch.bool)

    def unread(self, text: str) -> Unread | None:
        """All is read."""
        raise NotImplementedError(text)


def main() -> None:
    """Build each model, measure, and print its row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(MODELS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    print("| model | pixels | images/CPU s | tokens of a text | texts/CPU s | prepare 512 x 512 |")
    print("|---|---|---|---|---|---|")
    for name in options.only:
        torch.manual_seed(0)
        model, tokens = MODELS[name]()
        print(f"| {name} | {row(model, tokens, options.rounds)} |", flush=True)


def row(model: ImageModel | DualModel, tokens: int, rounds: int) -> str:
    """The figures of one model."""
    inference, side = Inference(model, torch.device("cpu")), model.prepare.size[0]
    pictures = list(np.random.default_rng(0).integers(0, 256, (4, side, side, 3), np.uint8))
    images = rate(partial(inference.embed_pictures, pictures), 4, rounds)
    slice_of_ct = np.broadcast_to(pictures[0][:1, :1, :1], (512, 512, 3))  # grey, as slices are
    prepare = 1e3 / rate(partial(model.prepare, slice_of_ct), 1, 20)
    texts = "none"
    if isinstance(model, DualModel):
        ids = np.random.default_rng(0).integers(1, 300, (16, tokens)).tolist()
        texts = f"{rate(partial(inference.embed_ids, model, ids), 16, rounds):.3g}"
    return f"{side} | {images:.3g} | {tokens or ''} | {texts} | {prepare:.2g} ms"


def rate(work: Callable[[], object], count: int, rounds: int) -> float:
    """How many a CPU second, in the fastest of some rounds after one that is not counted."""
    work()
    return count / min(_seconds(work) for _ in range(rounds))


def _seconds(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


def _fit(side: int) -> Fit:
    return Fit((side, side), None, Image.Resampling.BICUBIC)


def _statistics() -> Statistics:
    return Statistics(1 / 255, (0.5,) * 3, (0.5,) * 3)


def _dual(model: Any, side: int, dim: int) -> DualModel:
    tower = FamilyTowers(model.eval().requires_grad_(requires_grad=False), dim)
    return DualModel(tower, _fit(side), _statistics(), 1, Numbered(), _unwritten)


def _unwritten(*_: object) -> None:
    raise NotImplementedError


def _clip(patch: int) -> tuple[DualModel, int]:
    vision = BASE | {"image_size": 224, "patch_size": patch}
    config = transformers.CLIPConfig(text_config=CLIP_TEXT, vision_config=vision)
    return _dual(transformers.CLIPModel(config), 224, 512), TOKENS


def _siglip(shape: Mapping[str, int], side: int, patch: int) -> tuple[DualModel, int]:
    vision = {**shape, "image_size": side, "patch_size": patch}
    text = {**shape, "vocab_size": 32000, "max_position_embeddings": 64}
    config = transformers.SiglipConfig(text_config=text, vision_config=vision)
    return _dual(transformers.SiglipModel(config), side, shape["hidden_size"]), 64


def _biomedclip() -> tuple[DualModel, int]:
    vision = transformers.ViTConfig(**BASE, image_size=224, patch_size=16)
    text = transformers.BertConfig(**BASE, vocab_size=30522)
    return _dual(VitBert(VitBertConfig(vision, text, 512, 640, 256)), 224, 512), TOKENS


def _rad_dino() -> tuple[ImageModel, int]:
    model = transformers.Dinov2Model(transformers.Dinov2Config(image_size=518, patch_size=14))
    tower = FamilyImageTower(model.eval().requires_grad_(requires_grad=False), 768)
    return ImageModel(tower, _fit(518), _statistics(), 1), 0


def _mini() -> tuple[DualModel, int]:
    return load_towers("mini"), TOKENS


MODELS: dict[str, Callable[[], tuple[ImageModel | DualModel, int]]] = {
    "radseek-mini": _mini,
    "CLIP ViT-B/32": partial(_clip, 32),
    "CLIP ViT-B/16": partial(_clip, 16),
    "SigLIP base, patches of 16": partial(_siglip, BASE, 224, 16),
    "BiomedCLIP": _biomedclip,
    "RAD-DINO": _rad_dino,
    "MedSigLIP": partial(_siglip, SHAPE_400M, 448, 14),
}


if __name__ == "__main__":
    main()
