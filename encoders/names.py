"""What a person calls an encoder that is not registered: a folder, or a model of the hub."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import InvalidRequest, UnknownName
from encoders.families.folder import is_family_folder, origin_of
from encoders.registry import ENCODERS
from encoders.weights import hub_folder

HUB_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")
RESOLUTION: Final = re.compile(r"@(\d+)$")  # of pixels
CACHED: Final = re.compile(r"models--([\w.-]+?)--([\w.-]+)")  # as the hub's own client keeps them


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for."""

    name: str  # as the card has it: without the folder, with the resolution
    folder: Path
    resolution: int | None  # None: the one that the model was trained with
    remedy: str  # what to do when a file is missing


def named(asked: str, weights: Path | None = None) -> Named:
    """What `OWNER/NAME`, a folder, or either with @PIXELS stands for; `weights` is its folder.

    A folder is called as its note says, else by its own name. Raises UnknownName when it is
    neither, InvalidRequest for a folder that is called as a registered encoder.
    """
    found = RESOLUTION.search(asked)
    base = asked[: found.start()] if found else asked
    folder, name, remedy = _place(base, weights)
    if name in ENCODERS:
        raise InvalidRequest(
            f"{folder} is called as radseek's own encoder {name!r}. Give the folder another name."
        )
    suffix = found[0] if found else ""
    return Named(f"{name}{suffix}", folder, int(found[1]) if found else None, remedy)


def named_folder(asked: str) -> Path | None:
    """The folder that an encoder is asked for by; None when it is called by a name."""
    path = _path(RESOLUTION.sub("", asked))
    return path if path.is_dir() else None


def _place(base: str, weights: Path | None) -> tuple[Path, str, str]:
    if weights is not None:
        return weights, base, "Name the folder that has the files with `--weights DIR`."
    path = _path(base)
    if base and path.is_dir():
        return path, _name_of(path), "Name a folder that has the files of a model."
    if HUB_NAME.fullmatch(base):
        pull = f"Run `radseek encoders pull {base}`, or name the folder that has the files."
        return hub_folder(base), base, pull
    raise UnknownName(
        f"No encoder is called {base!r}. Known: {', '.join(sorted(ENCODERS))}, a model of the hub "
        "as OWNER/NAME, or the folder of one (`--weights DIR` where it was moved)."
    )


def _name_of(folder: Path) -> str:
    cached = CACHED.fullmatch(folder.resolve().parent.parent.name)
    if cached:
        return f"{cached[1]}/{cached[2]}"
    return (origin_of(folder).name if is_family_folder(folder) else "") or folder.resolve().name


def _path(base: str) -> Path:
    return Path(base).expanduser()
