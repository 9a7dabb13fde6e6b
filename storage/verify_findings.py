"""What a check of a collection can find, and how bad it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding means for those who search."""

    DAMAGE = "damage"  # truth is lost: only a backup, or indexing anew, brings it back
    STALE = "stale"  # a cache is wrong or lacks something: `radseek rebuild` makes it anew
    NOTE = "note"  # nothing is wrong


class Depth(StrEnum):
    """How much is read."""

    QUICK = "quick"  # no row and no thumbnail
    USUAL = "usual"  # every row; thumbnails and the rows of the index by sample
    FULL = "full"  # everything


class FindingCode(StrEnum):
    """What is wrong. Codes are stable, for scripts to match."""

    CATALOG_DAMAGED = "catalog-damaged"
    CATALOG_INCONSISTENT = "catalog-inconsistent"
    SHARD_SHORT = "shard-short"
    ROW_CHECKSUM = "row-checksum"
    ROW_NOT_UNIT = "row-not-unit"
    COHORTS_DAMAGED = "cohorts-damaged"
    INDEX_DAMAGED = "index-damaged"
    INDEX_FOREIGN = "index-foreign"
    INDEX_INCOMPLETE = "index-incomplete"
    INDEX_ROWS = "index-rows"
    INDEX_RECALL = "index-recall"
    THUMBNAILS_DAMAGED = "thumbnails-damaged"
    THUMBNAILS_MISSING = "thumbnails-missing"
    THUMBNAILS_UNREADABLE = "thumbnails-unreadable"
    INDEX_ABSENT = "index-absent"
    INDEX_BEHIND = "index-behind"
    SHARD_LONGER = "shard-longer"
    SHARD_UNKNOWN = "shard-unknown"
    THUMBNAILS_ORPHANED = "thumbnails-orphaned"


SEVERITIES = {
    FindingCode.CATALOG_DAMAGED: Severity.DAMAGE,
    FindingCode.CATALOG_INCONSISTENT: Severity.DAMAGE,
    FindingCode.SHARD_SHORT: Severity.DAMAGE,
    FindingCode.ROW_CHECKSUM: Severity.DAMAGE,
    FindingCode.ROW_NOT_UNIT: Severity.DAMAGE,
    FindingCode.COHORTS_DAMAGED: Severity.DAMAGE,
    FindingCode.INDEX_DAMAGED: Severity.STALE,
    FindingCode.INDEX_FOREIGN: Severity.STALE,
    FindingCode.INDEX_INCOMPLETE: Severity.STALE,
    FindingCode.INDEX_ROWS: Severity.STALE,
    FindingCode.INDEX_RECALL: Severity.STALE,
    FindingCode.THUMBNAILS_DAMAGED: Severity.STALE,
    FindingCode.THUMBNAILS_MISSING: Severity.STALE,
    FindingCode.THUMBNAILS_UNREADABLE: Severity.STALE,
    FindingCode.INDEX_ABSENT: Severity.NOTE,
    FindingCode.INDEX_BEHIND: Severity.NOTE,
    FindingCode.SHARD_LONGER: Severity.NOTE,
    FindingCode.SHARD_UNKNOWN: Severity.NOTE,
    FindingCode.THUMBNAILS_ORPHANED: Severity.NOTE,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found. It names files of the collection and ids, never a patient."""

    code: FindingCode
    sentence: str  # what it is, and what to do
    count: int  # how many rows, pictures or bytes
    where: str  # a file of the collection, and the first ids

    @property
    def severity(self) -> Severity:
        """What it means for those who search."""
        return SEVERITIES[self.code]


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """How far a check has come."""

    step: str
    done: int
    total: int


Findings = Iterator[Finding]
Show = Callable[[CheckProgress], None]

FIRST = 5  # ids that a finding names


def some(numbers: list[int]) -> str:
    """The first of these numbers, as a finding names them."""
    told = ", ".join(map(str, numbers[:FIRST]))
    return f"{told}, ..." if len(numbers) > FIRST else told
