"""Gives files to a pool of decoding processes, and sets what was tried against what came back."""

import resource
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.types import (
    Catalogued,
    Container,
    DecodedFile,
    Found,
    Location,
    Skipped,
)
from encoders.squash import Squash
from imaging.rules import Rules
from imaging.sources import walk
from imaging.work import Outcome
from imaging.workers import DecodePool

KIB: Final = 1 << 10
GONE: Final = "gone.dcm"


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the files that were tried; members of archives are files too."""

    tried: frozenset[Location]
    outcomes: tuple[Outcome, ...]

    @property
    def ended(self) -> Counter[Location]:
        """How many outcomes each file has."""
        return Counter(map(location_of, self.outcomes))

    @property
    def is_balanced(self) -> bool:
        """Whether each file that was tried has exactly one outcome, and no other file has any."""
        return self.ended == Counter(self.tried)

    @property
    def kinds(self) -> Counter[str]:
        """How many files came to what."""
        return Counter(map(kind_of, self.outcomes))


@dataclass(frozen=True, slots=True)
class Trial:
    """The account of a folder, and what it took."""

    account: Account
    own_peak: int  # bytes of resident memory, of the process that has the pool
    own_growth: int  # bytes by which that is more than before
    worker_peak: int  # bytes of resident memory, of the largest worker


def try_folder(folder: Path, seconds: float) -> Trial:
    """Give a folder to two workers, with one file more that is gone when they come to it."""
    seen = [*walk([folder]), Found(Location(folder / GONE), 1, 0)]
    before = peak(resource.RUSAGE_SELF)
    files = [one for one in seen if isinstance(one, Found)]
    refused = [one for one in seen if isinstance(one, Skipped)]
    with DecodePool(Squash((96, 96)), 2, Rules(), seconds=seconds) as pool:
        outcomes = list(pool.run(files))
    account = account_of(files, refused, outcomes)
    own = peak(resource.RUSAGE_SELF)
    return Trial(account, own, own - before, peak(resource.RUSAGE_CHILDREN))


def account_of(
    files: Iterable[Found], refused: Sequence[Skipped], outcomes: Iterable[Outcome]
) -> Account:
    """Count what was tried, in archives too, and add the outcomes that need no reading."""
    ended: list[Outcome] = [*refused]
    tried = {file.location for file in files} | {one.location for one in refused}
    for outcome in outcomes:
        ended.append(outcome)
        if isinstance(outcome, Container):
            tried.update(member.location for member in outcome.members)
            tried.update(one.location for one in outcome.refused)
            ended.extend(outcome.refused)
    return Account(frozenset(tried), tuple(ended))


def location_of(outcome: Outcome) -> Location:
    """Which file an outcome is of."""
    return outcome.location if isinstance(outcome, Skipped) else outcome.source.location


def kind_of(outcome: Outcome) -> str:
    """What a file came to: embedded, or the code that says why it has no picture."""
    match outcome:
        case DecodedFile():
            return "embedded"
        case Catalogued(kept=kept):
            return kept.code.value
        case Skipped(code=code):
            return code.value
    return type(outcome).__name__.lower()


def peak(whose: int) -> int:
    """Bytes of resident memory at most, of this process or of its largest child that ended."""
    found = resource.getrusage(whose).ru_maxrss
    return found if sys.platform == "darwin" else found * KIB
