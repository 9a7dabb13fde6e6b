"""Files as a person names them, within an archive too."""

from pathlib import Path

from core.types import Location


def location_of(text: str) -> Location:
    """The file of that path; `archive.zip!/name` is a member, as the commands print it."""
    path, mark, member = text.partition("!/")
    if mark and not Path(text).exists() and Path(path).is_file():
        return Location(Path(path).absolute(), member)
    return Location(Path(text).absolute())
