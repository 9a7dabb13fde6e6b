"""What is asked with beside the words of the box, as an address writes it.

`text:effusion`, `text*-0.3:effusion`, `picture*0.5:42@0.1,0.2,0.6,0.8`, `series:42`: a kind, its
weight unless it is 1, and words, or the id of a picture with its region. The picture of a series
stands for all of it: an address holds no UID. `held:9f86d081884c7d65` stands for what this session
alone holds, an upload or words that may name somebody: the token says nothing of it.
"""

import re
from dataclasses import dataclass
from typing import Final

from core.errors import InvalidRequest
from search.query import InstancePart, Region, TextPart

MOST_DIGITS: Final = 18  # any such number fits in 64 bits
PART: Final = re.compile(r"(text|picture|series|held)(?:\*(-?\d+(?:\.\d+)?))?:(.*)", re.DOTALL)
REGION: Final = r"(?:@([0-9.]+(?:,[0-9.]+){3}))?"
PICTURE: Final = re.compile(rf"([0-9]{{1,{MOST_DIGITS}}}){REGION}")
TOKEN: Final = re.compile(rf"([0-9a-f]{{16}}){REGION}")


@dataclass(frozen=True, slots=True)
class SeriesOf:
    """Series like that of an indexed picture."""

    id: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Held:
    """What the session holds under this token."""

    token: str
    region: Region | None = None  # of an upload
    weight: float = 1.0


Asked = TextPart | InstancePart | SeriesOf | Held


def read_asked(written: str) -> Asked:
    """The part that an address writes so. Raises InvalidRequest."""
    found = PART.fullmatch(written)
    if found is None:
        raise _unreadable(written)
    kind, weight, rest = found[1], float(found[2] or 1), found[3]
    if kind == "text":
        return TextPart(rest, weight)
    named = (TOKEN if kind == "held" else PICTURE).fullmatch(rest)
    if named is None or (kind == "series" and named[2]):
        raise _unreadable(written)
    if kind == "series":
        return SeriesOf(int(named[1]), weight)
    region = _region(named[2], written)
    if kind == "held":
        return Held(named[1], region, weight)
    return InstancePart(int(named[1]), region, weight)


def write_asked(asked: Asked) -> str:
    """How an address writes it."""
    weight = "" if asked.weight == 1 else f"*{asked.weight:.12g}"
    match asked:
        case TextPart(text):
            return f"text{weight}:{text}"
        case SeriesOf(id):
            return f"series{weight}:{id}"
        case InstancePart(id, region):
            return f"picture{weight}:{id}{_written(region)}"
        case Held(token, region):
            return f"held{weight}:{token}{_written(region)}"


def _written(region: Region | None) -> str:
    if region is None:
        return ""
    sides = (region.left, region.top, region.right, region.bottom)
    return "@" + ",".join(f"{side:.4f}" for side in sides)


def _region(written: str | None, whole: str) -> Region | None:
    if written is None:
        return None
    try:
        region = Region(*map(float, written.split(",")))
    except ValueError:
        raise _unreadable(whole) from None
    region.check()
    return region


def _unreadable(written: str) -> InvalidRequest:
    return InvalidRequest(
        f"The address asks with {written}. Write text:WORDS, picture:ID or series:ID, each with a "
        "weight such as *0.5 before the colon where it is not 1, or remove it."
    )
