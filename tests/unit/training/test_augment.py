"""Augmentation: nothing happens at strength nought, and one generator gives one result."""

import pytest
import torch
from torch import Generator, Tensor

from training.augment import Augmentation, augment

NOTHING = {
    "smallest_area": 1.0, "aspect": 0.0, "degrees": 0.0, "zoom_out": 0.0, "flip": 0.0, "blur": 0.0,
    "tone": 0.0, "noise": 0.0, "erase": 0.0, "text": 0.0,
}  # fmt: skip


def only(**strengths: float) -> Augmentation:
    return Augmentation(**{**NOTHING, **strengths})


def pictures(count: int = 8, side: int = 32) -> Tensor:
    rng = Generator().manual_seed(0)
    return torch.randint(1, 256, (count, side, side), generator=rng).to(torch.uint8)


def changed(how: Augmentation, seed: int = 1, side: int = 32) -> Tensor:
    return augment(pictures(), side, how, Generator().manual_seed(seed))


def test_no_strength_changes_nothing() -> None:
    torch.testing.assert_close(changed(only()), pictures() / 255, atol=1e-5, rtol=0)


def test_a_mirrored_picture_is_the_picture_mirrored() -> None:
    expected = (pictures() / 255).flip(2)

    torch.testing.assert_close(changed(only(flip=1.0)), expected, atol=1e-5, rtol=0)


def test_the_same_generator_changes_alike_and_another_does_not() -> None:
    first = changed(Augmentation())

    torch.testing.assert_close(first, changed(Augmentation()), atol=0, rtol=0)
    assert not torch.equal(first, changed(Augmentation(), seed=2))


@pytest.mark.parametrize("side", [17, 32, 48])
def test_pictures_have_the_size_asked_for_and_stay_in_range(side: int) -> None:
    result = changed(Augmentation(), side=side)

    assert result.shape == (8, side, side)
    assert result.min() >= 0
    assert result.max() <= 1


def test_erasing_leaves_one_grey_rectangle() -> None:
    result = changed(only(erase=1.0))

    for before, after in zip(pictures() / 255, result, strict=True):
        rows, columns = torch.nonzero((before - after).abs() > 1e-4, as_tuple=True)
        inside = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert 0.1 <= (rows.max() - rows.min() + 1) / 32 <= 0.45
        assert (inside - inside.mode().values.mode().values).abs().lt(1e-4).float().mean() > 0.9


def test_zooming_out_puts_black_around() -> None:
    result = changed(only(zoom_out=1.0))

    assert (result < 1e-3).float().mean() > 0.05
    assert (pictures() / 255).min() > 1e-3


def test_noise_differs_from_pixel_to_pixel_and_keeps_the_mean() -> None:
    difference = changed(only(noise=0.05)) - pictures() / 255

    assert difference.std() > 0.01
    assert difference.mean().abs() < 0.01
