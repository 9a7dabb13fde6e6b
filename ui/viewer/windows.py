"""The windows that a person can choose for a picture by a key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.types import Tags
from imaging.presets import CT_PRESETS

# As imaging.presentation.windows_of writes them: "40/400 ABDOMEN; 60/150 BRAIN".
WRITTEN: Final = re.compile(r"(-?[\d.]+(?:e[+-]?\d+)?)/(-?[\d.]+(?:e[+-]?\d+)?)(?: (.*))?")


@dataclass(frozen=True, slots=True)
class Preset:
    """One window with its name."""

    name: str  # of the file, or one that the page has a title for; it may be empty
    center: float
    width: float
    is_of_file: bool


def presets(tags: Tags) -> list[Preset]:
    """The further windows of the file, whose first is shown anyway, then those of its modality."""
    own = list(_of_file(tags.windows))
    of_ct = CT_PRESETS.items() if tags.modality == "CT" else ()
    known = [Preset(name, window.center, window.width, False) for name, window in of_ct]
    values = {(preset.center, preset.width) for preset in own}
    return [*own[1:], *(each for each in known if (each.center, each.width) not in values)]


def _of_file(windows: str) -> Iterator[Preset]:
    for written in filter(None, windows.split("; ")):
        found = WRITTEN.fullmatch(written)
        if found and float(found[2]) >= 1:
            yield Preset(found[3] or "", float(found[1]), float(found[2]), True)
