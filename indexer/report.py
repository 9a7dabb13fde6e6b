"""What a run has done so far, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What a run's exit status says to a script."""

    ALL_IN = 0
    FAILED = 1
    SOME_SKIPPED = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts while a run goes on; files = embedded + unchanged + skipped + still to come."""

    files: int  # to be seen in all
    embedded: int  # files
    unchanged: int
    skipped: int
    pictures: int  # embedded in this run
    seconds: float

    @property
    def done(self) -> int:
        """Files that are accounted for."""
        return self.embedded + self.unchanged + self.skipped

    @property
    def images_per_second(self) -> float:
        """Pictures embedded a second since the start."""
        return self.pictures / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run. Every file seen is in exactly one of embedded, unchanged and skipped."""

    progress: Progress
    skipped_by_code: Mapping[str, int]
    device: str

    @property
    def is_complete(self) -> bool:
        """Whether every file seen is accounted for; not so when the run was stopped."""
        return self.progress.done == self.progress.files

    @property
    def exit_code(self) -> ExitCode:
        """0 when all is in, 3 when some files were skipped, 130 when stopped before the end."""
        if not self.is_complete:
            return ExitCode.INTERRUPTED
        return ExitCode.SOME_SKIPPED if self.progress.skipped else ExitCode.ALL_IN
