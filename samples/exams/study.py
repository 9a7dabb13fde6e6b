"""A study as the plan asks for it, and as the exams answer."""

from dataclasses import dataclass
from datetime import datetime

from samples.anatomy.build import Build
from samples.findings.finding import Finding, Side


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """One visit: what is done, with which machines, and what is there to be found."""

    kind: str
    when: datetime
    scanner: str
    findings: tuple[Finding, ...]
    build: Build
    key: int  # the place of the study among the patient's
    size: int  # pixels along the longer side of an image
    phase: str = ""
    again: bool = False  # whether the patient has more studies of this kind
    side: Side = Side.RIGHT  # of a limb without a finding

    def seed(self, *what: int) -> list[int]:
        """The seed of the noise in one part of the study."""
        return [self.build.seed, self.key, *what]
