"""The captioners by name. A row is "module:function", imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from core.errors import UnknownName
from encoders.captioner.base import Captioner


@dataclass(frozen=True, slots=True)
class CaptionerRow:
    """One captioner that radseek knows."""

    loader: str  # "module:function", function(weights: Path | None, device: str) -> Captioner
    summary: str


CAPTIONERS = {
    "mini": CaptionerRow(
        "encoders.captioner.mini.load:load",
        "radseek-mini's captioner: small, shipped inside, works offline; a demonstration",
    ),
    "transformers": CaptionerRow(
        "encoders.captioner.conversation:load",
        "any image-text-to-text checkpoint in a folder: LLaVA, PaliGemma, Gemma 3, MedGemma",
    ),
}


def load_captioner(name: str, weights: Path | None = None, device: str = "auto") -> Captioner:
    """Load a captioner by its name; `weights` is a folder that replaces the default.

    Raises UnknownName, WeightsMissing, WeightsMismatch, InvalidRequest.
    """
    if name not in CAPTIONERS:
        known = ", ".join(sorted(CAPTIONERS))
        raise UnknownName(f"No captioner is called {name!r}. Known: {known}.")
    module, function = CAPTIONERS[name].loader.split(":")
    captioner: Captioner = getattr(import_module(module), function)(weights, device)
    return captioner
