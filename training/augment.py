"""Random changes of pictures that leave their labels true, made for a whole batch at once.

They also hide what gives a source away: resolution, borders, brightness, burned-in text.
Pictures are float (B, H, W) in 0..1; a generator makes every change repeatable.
"""

import math

import torch
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass
from torch import Generator, Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Augmentation:
    """How strongly pictures are changed; chances are per picture, from 0 to 1."""

    smallest_area: float = 0.5  # of the picture that a crop keeps
    aspect: float = 0.2  # log of the stretch, at most
    degrees: float = 15.0
    zoom_out: float = 0.15  # chance of a black border instead of a crop
    flip: float = 0.5
    blur: float = 0.4
    tone: float = 0.4  # log of gamma and contrast, at most
    noise: float = 0.05  # standard deviation, at most
    erase: float = 0.25
    text: float = 0.15


def augment(pictures: Tensor, side: int, how: Augmentation, rng: Generator) -> Tensor:
    """Change uint8 pictures (B, H, W) at random. -> float (B, side, side) in 0..1."""
    changed = _move(pictures.float().div_(255), side, how, rng)
    changed = _blur(changed, how.blur, rng)
    changed = _tone(changed, how, rng)
    changed = _cover(changed, how.erase, rng)
    return _write(changed, how.text, rng).clamp_(0, 1)


def _uniform(count: int, low: float, high: float, rng: Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=rng)


def _chosen(count: int, chance: float, rng: Generator) -> Tensor:
    return torch.rand(count, generator=rng) < chance


def _move(pictures: Tensor, side: int, how: Augmentation, rng: Generator) -> Tensor:
    """Crop or zoom out, stretch, turn and mirror in one interpolation."""
    B = len(pictures)
    zoom = _uniform(B, how.smallest_area, 1, rng).sqrt()
    border = _uniform(B, 1, 1.4, rng)
    zoom = torch.where(_chosen(B, how.zoom_out, rng), border, zoom)
    stretch = _uniform(B, -how.aspect, how.aspect, rng).div(2).exp()
    mirror = 1 - 2 * _chosen(B, how.flip, rng).float()
    angle = _uniform(B, -how.degrees, how.degrees, rng) * (math.pi / 180)
    room = (1 - zoom).abs()
    shift = torch.stack([_uniform(B, -1, 1, rng) * room for _ in "xy"], dim=1)
    theta = _affine(angle, zoom * stretch * mirror, zoom / stretch, shift)
    grid = functional.affine_grid(theta, [B, 1, side, side], align_corners=False)
    moved = functional.grid_sample(pictures[:, None], grid, align_corners=False)
    return moved[:, 0]


def _affine(angle: Tensor, across: Tensor, down: Tensor, shift: Tensor) -> Tensor:
    """Where the output looks in the input. -> (B, 2, 3)."""
    cos, sin = angle.cos(), angle.sin()
    rows = [across * cos, -down * sin, shift[:, 0], across * sin, down * cos, shift[:, 1]]
    return torch.stack(rows, dim=1).view(-1, 2, 3)


def _blur(pictures: Tensor, chance: float, rng: Generator) -> Tensor:
    """Pass some through a coarser grid, the same one for this batch."""
    side = pictures.shape[-1]
    coarse = int(_uniform(1, 0.3, 0.8, rng).item() * side)
    maps = pictures[:, None]
    small = functional.interpolate(maps, size=(coarse, coarse), mode="area")
    blurred = functional.interpolate(small, size=(side, side), mode="bilinear")[:, 0]
    return torch.where(_chosen(len(pictures), chance, rng)[:, None, None], blurred, pictures)


def _tone(pictures: Tensor, how: Augmentation, rng: Generator) -> Tensor:
    """Gamma, contrast, brightness and noise."""
    B = len(pictures)
    gamma = _uniform(B, -how.tone, how.tone, rng).exp()[:, None, None]
    contrast = _uniform(B, -how.tone, how.tone, rng).exp()[:, None, None]
    brightness = _uniform(B, -how.tone / 2, how.tone / 2, rng)[:, None, None]
    spread = _uniform(B, 0, how.noise, rng)[:, None, None]
    toned = pictures.clamp(1e-4, 1).pow(gamma)
    middle = toned.mean(dim=(1, 2), keepdim=True)
    noise = torch.randn(pictures.shape, generator=rng)
    return ((toned - middle) * contrast + middle + brightness + noise * spread).clamp_(0, 1)


def _rectangles(
    pictures: Tensor, height: tuple[float, float], width: tuple[float, float], rng: Generator
) -> Tensor:
    """One rectangle per picture, sides as fractions of the picture's. -> bool (B, H, W)."""
    B, H, W = pictures.shape
    tall, wide = _uniform(B, *height, rng), _uniform(B, *width, rng)
    top, left = _uniform(B, 0, 1, rng) * (1 - tall), _uniform(B, 0, 1, rng) * (1 - wide)
    y, x = (torch.arange(H) + 0.5) / H, (torch.arange(W) + 0.5) / W
    rows = (y >= top[:, None]) & (y < (top + tall)[:, None])
    columns = (x >= left[:, None]) & (x < (left + wide)[:, None])
    return rows[:, :, None] & columns[:, None, :]


def _cover(pictures: Tensor, chance: float, rng: Generator) -> Tensor:
    """Hide a part of some behind one grey (Zhong et al., "Random Erasing", AAAI 2020)."""
    B = len(pictures)
    inside = _rectangles(pictures, (0.1, 0.4), (0.1, 0.4), rng)
    inside &= _chosen(B, chance, rng)[:, None, None]
    return torch.where(inside, _uniform(B, 0, 1, rng)[:, None, None], pictures)


def _write(pictures: Tensor, chance: float, rng: Generator) -> Tensor:
    """Burn a line of something like letters into some."""
    B, H, W = pictures.shape
    inside = _rectangles(pictures, (0.03, 0.07), (0.15, 0.6), rng)
    inside &= _chosen(B, chance, rng)[:, None, None]
    strokes = torch.rand(B, H // 2, W // 2, generator=rng) < 0.5
    strokes = strokes.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    ink = functional.pad(strokes, (0, W % 2, 0, H % 2)) & inside
    return torch.where(ink, _uniform(B, 0.6, 1, rng)[:, None, None], pictures)
