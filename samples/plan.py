"""The story of each patient: which studies on which days, and what becomes of the findings."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from samples.anatomy.build import build_for
from samples.exams.study import StudyPlan
from samples.findings.finding import Finding, Label, Side
from samples.people import Person, person

FIRST_DAY = date(2021, 3, 1)


@dataclass(frozen=True, slots=True)
class Visit:
    """A study of a story: its kind, its day, and what a finding's size is multiplied by then."""

    kind: str
    day: int
    factor: float = 1.0  # 0: not there any more


@dataclass(frozen=True, slots=True)
class Story:
    """What a patient has and which studies show it."""

    labels: tuple[Label, ...]
    sizes: tuple[float, float]  # mm at factor 1: from, to
    visits: tuple[Visit, ...]
    phase: str = ""
    woman: float = 0.5  # share of women


@dataclass(frozen=True, slots=True)
class PatientPlan:
    """A person and the studies to be made."""

    person: Person
    studies: tuple[StudyPlan, ...]


MACHINES: dict[str, tuple[str, ...]] = {
    "chest radiographs": ("dx-a", "dx-b", "cr-b"),
    "portable chest radiograph": ("cr-a",),
    "chest CT": ("ct-a", "ct-b", "ct-c", "ct-d"),
}

CHEST, PORTABLE, CHEST_CT = MACHINES
STORIES: tuple[Story, ...] = (
    Story((Label.NODULE,), (11, 20), (Visit(CHEST, 0), Visit(CHEST_CT, 6), Visit(CHEST_CT, 98, 1.4), Visit(CHEST, 190, 1.7)), "ARTERIAL"),
    Story((Label.EFFUSION,), (45, 75), (Visit(PORTABLE, 0), Visit(CHEST_CT, 1), Visit(CHEST_CT, 9, 0.6), Visit(CHEST, 21, 0.35))),
    Story((Label.CONSOLIDATION,), (60, 95), (Visit(CHEST, 0), Visit(PORTABLE, 3, 1.15), Visit(CHEST_CT, 4), Visit(CHEST, 30, 0.4))),
    Story((Label.PNEUMOTHORAX,), (18, 34), (Visit(CHEST, 0), Visit(CHEST_CT, 0), Visit(PORTABLE, 1, 0.6), Visit(CHEST, 12, 0.0))),
    Story((), (0, 0), (Visit(CHEST, 0), Visit(CHEST, 380), Visit(CHEST_CT, 384), Visit(CHEST_CT, 760))),
    Story((Label.FRACTURE,), (4, 8), (Visit(CHEST, 0), Visit(CHEST_CT, 0), Visit(CHEST, 45, 0.8))),
)  # fmt: skip


def patient_plan(number: int, seed: int, size: int) -> PatientPlan:
    """The patient with this number (from 1): the same for the same seed."""
    rng = np.random.default_rng([seed, number])
    story = STORIES[(number - 1) % len(STORIES)]
    female = bool(rng.random() < story.woman)
    age = int(rng.integers(24, 88))
    start = FIRST_DAY + timedelta(days=int(rng.integers(0, 900)))
    who = person(number, seed, female, age, start)
    build = build_for(who.seed, female, age)
    findings = _findings(story, rng)
    machines = {kind: str(rng.choice(names)) for kind, names in MACHINES.items()}
    studies = tuple(
        StudyPlan(
            visit.kind,
            datetime.combine(start, time(8))
            + timedelta(days=visit.day, minutes=int(rng.integers(600))),
            machines[visit.kind],
            _at(findings, visit.factor),
            build,
            key,
            size,
            story.phase,
        )
        for key, visit in enumerate(story.visits)
    )
    return PatientPlan(who, studies)


def _findings(story: Story, rng: np.random.Generator) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            label,
            Side.RIGHT if rng.random() < 0.5 else Side.LEFT,
            round(float(rng.uniform(*story.sizes)), 1),
            int(rng.integers(2**31)),
        )
        for label in story.labels
    )


def _at(findings: tuple[Finding, ...], factor: float) -> tuple[Finding, ...]:
    """The findings at a later time; those of no size are gone."""
    return tuple(
        Finding(f.label, f.side, round(f.size_mm * factor, 1), f.seed) for f in findings if factor
    )
