"""What a run has done so far, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from indexer.stages import Recent, Stage


class ExitCode(IntEnum):
    """What a run's exit status says to a script."""

    ALL_IN = 0
    FAILED = 1
    SOME_SKIPPED = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts while a run goes on; `files` grows when an archive of files is opened."""

    files: int  # seen so far
    embedded: int  # files
    catalogued: int
    unchanged: int
    skipped: int
    waiting: int  # slices whose series is not decided yet
    pictures: int  # embedded in this run
    seconds: float
    device: str  # where the encoder runs; empty while there was nothing to read
    advice: str = ""  # on that device, for a person
    gone: int = 0  # files that the collection had, and that are there no more
    moved: int = 0  # files that were known at another place; they are not among the gone
    walking: bool = False  # more files may be found
    # Seconds spent in each, or in waiting for it.
    stages: Mapping[Stage, float] = field(default_factory=dict)
    recent: Recent = field(default_factory=Recent)

    @property
    def done(self) -> int:
        """Files that are accounted for."""
        return self.embedded + self.catalogued + self.unchanged + self.skipped

    @property
    def images_per_second(self) -> float:
        """Pictures embedded a second since the start."""
        return self.pictures / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the files that are seen will take at the present pace; None without a pace."""
        pace = self.recent.files_per_second
        return (self.files - self.done) / pace if pace > 0 else None


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run: each file seen is embedded, catalogued, unchanged or skipped."""

    progress: Progress
    skipped_by_code: Mapping[str, int]
    catalogued_by_code: Mapping[str, int]
    copies: int  # files whose bytes the collection already had under another name
    conflicts: int = 0  # files of the collection with the SOP Instance UID of another, other pixels
    # Folders that were named and are empty now, with how many files were kept all the same.
    emptied: Mapping[Path, int] = field(default_factory=dict)
    ended: bool = True  # it was not stopped before

    @property
    def is_complete(self) -> bool:
        """Whether every file seen is accounted for; not so when the run was stopped."""
        return self.ended and self.progress.done == self.progress.files

    @property
    def exit_code(self) -> ExitCode:
        """0 when all is in, 3 when some files were skipped, 130 when stopped before the end."""
        if not self.is_complete:
            return ExitCode.INTERRUPTED
        return ExitCode.SOME_SKIPPED if self.progress.skipped else ExitCode.ALL_IN
