"""What the frozen encoder sees of training images: regions, computed once and kept."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.types import Pixels, Regions
from encoders.base import Encoder
from training.augment import augment
from training.captioner.recipe import CaptionerRecipe
from training.manifest import Example
from training.pictures import GreyPictures, load_pictures
from training.sampler import balanced, draw

AT_ONCE = 64


def drawn_rows(examples: list[Example], recipe: CaptionerRecipe) -> NDArray[np.int64]:
    """Which images are looked at, balanced over sources and classes. -> (draws,)."""
    batches = recipe.batches
    chances = balanced(examples, batches.source_exponent, batches.class_exponent, batches.emphasis)
    return draw(chances, recipe.draws, np.random.default_rng(recipe.seed))


def seen_regions(
    encoder: Encoder, folder: Path, examples: list[Example], recipe: CaptionerRecipe, cache: Path
) -> Regions:
    """The regions of every draw, most of the pictures changed at random. -> (draws, h, w, dim).

    Kept in `cache` under a name that changes with the encoder's weights and the recipe.
    """
    kept = cache / f"regions-{_fingerprint(encoder, examples, recipe)}.npy"
    if not kept.is_file():
        pictures = load_pictures(folder, examples, recipe.stored_side, cache)
        partial = kept.with_suffix(".partial.npy")
        np.save(partial, _look(encoder, pictures, drawn_rows(examples, recipe), recipe))
        partial.replace(kept)
    regions: Regions = np.load(kept, mmap_mode="r")
    return regions


def _fingerprint(encoder: Encoder, examples: list[Example], recipe: CaptionerRecipe) -> str:
    drawn = (recipe.seed, drawn_rows(examples, recipe).tolist(), recipe.plain, recipe.stored_side)
    facts = (encoder.card, drawn, recipe.augmentation, [(e.archive, e.path) for e in examples])
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _look(
    encoder: Encoder, pictures: GreyPictures, rows: NDArray[np.int64], recipe: CaptionerRecipe
) -> Regions:
    parts = [
        encoder.regions(_prepared(encoder, pictures[rows[at : at + AT_ONCE]], at, recipe))
        for at in range(0, len(rows), AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.float16)


def _prepared(
    encoder: Encoder, grey: GreyPictures, at: int, recipe: CaptionerRecipe
) -> list[Pixels]:
    """Some pictures as they are, the rest changed, all of the encoder's size."""
    generator = torch.Generator().manual_seed((recipe.seed << 32) + at)
    changed = augment(torch.from_numpy(grey), grey.shape[-1], recipe.augmentation, generator)
    chosen = torch.rand(len(grey), generator=generator) < recipe.plain
    levels = changed.mul(255).round().to(torch.uint8)
    levels[chosen] = torch.from_numpy(grey)[chosen]
    return [encoder.prepare(np.repeat(one[:, :, None], 3, axis=2)) for one in levels.numpy()]
