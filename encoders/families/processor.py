"""The settings of a published image processor, as what radseek does to pictures."""

from pathlib import Path
from typing import Any

import transformers
from PIL import Image

from core.errors import InvalidRequest, WeightsMismatch
from encoders.families.pixels import Statistics
from encoders.families.preprocess import Fit

UNREAD = ("do_pad", "do_reduce_labels")  # steps that no family here has


def read_processor(folder: Path, name: str) -> tuple[Fit, Statistics]:
    """What the processor of a folder does; `name` is the class that knows what it leaves out.

    Raises WeightsMismatch for settings that cannot be read, or that no family has.
    """
    try:
        settings = getattr(transformers, name).from_pretrained(folder, local_files_only=True)
        return _fit(settings), _statistics(settings)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsMismatch(
            f"Cannot use the image processor in {folder}: {error}. Fetch preprocessor_config.json "
            "again from where the weights came from."
        ) from error


def resized_to(fit: Fit, side: int) -> Fit:
    """The same way to fit, to pictures of another side: all sizes in proportion."""
    height, width = fit.size
    if height != width:
        raise InvalidRequest(f"The model takes pictures of {height} x {width}, not squares.")
    if isinstance(fit.resized, int):
        return Fit(round(fit.resized * side / height), (side, side), fit.filter)
    return Fit((side, side), None, fit.filter)


def _fit(settings: Any) -> Fit:
    unread = [step for step in UNREAD if getattr(settings, step, None)]
    if unread or not settings.do_resize:
        raise ValueError(f"{unread[0] if unread else 'do_resize = false'} is not implemented")
    size = settings.size
    crop = _pair(settings.crop_size) if settings.do_center_crop else None
    resized = size.shortest_edge or _pair(size)
    if isinstance(resized, int) and (crop is None or size.longest_edge):
        raise ValueError("pictures would come out in different sizes")
    if crop and min(resized if isinstance(resized, tuple) else (resized,)) < max(crop):
        raise ValueError(f"a crop of {crop} is larger than what it is cut from")
    return Fit(resized, crop, Image.Resampling(settings.resample))


def _pair(size: Any) -> tuple[int, int]:
    if not size.height or not size.width:
        raise ValueError(f"{size} is no height and width")
    return int(size.height), int(size.width)


def _statistics(settings: Any) -> Statistics:
    factor = settings.rescale_factor if settings.do_rescale else 1.0
    if not settings.do_normalize:
        return Statistics(factor, (0.0,) * 3, (1.0,) * 3)
    return Statistics(factor, _three(settings.image_mean), _three(settings.image_std))


def _three(values: float | list[float]) -> tuple[float, ...]:
    return tuple(values) if isinstance(values, list | tuple) else (values,) * 3
