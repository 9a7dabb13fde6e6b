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
    phase: str  # of the contrast medium in CT
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class PatientPlan:
    """A person and the studies to be made."""

    person: Person
    studies: tuple[StudyPlan, ...]


DIGITAL = ("dx-a", "dx-b", "cr-b")
CT = ("ct-a", "ct-b", "ct-c", "ct-d")
MR = ("mr-a", "mr-b")
CHEST, BEDSIDE, CHEST_CT = "chest radiographs", "portable chest radiograph", "chest CT"
HEAD_CT, HEAD_MR = "head CT", "head MR"
BELLY_CT, BELLY_US = "abdominal CT", "abdominal ultrasound"
HAND, KNEE, KNEE_MR = "hand radiograph", "knee radiographs", "knee MR"
MACHINES: dict[str, tuple[str, ...]] = {
    CHEST: DIGITAL, BEDSIDE: ("cr-a",), CHEST_CT: CT, HEAD_CT: CT, HEAD_MR: MR, BELLY_CT: CT,
    BELLY_US: ("us-a", "us-b"), HAND: DIGITAL, KNEE: DIGITAL, KNEE_MR: MR,
}  # fmt: skip

STORIES: tuple[Story, ...] = (
    Story((Label.NODULE,), (11, 20), "ARTERIAL", (
        Visit(CHEST, 0), Visit(CHEST_CT, 6), Visit(CHEST_CT, 98, 1.4), Visit(CHEST, 190, 1.7))),
    Story((Label.HAEMORRHAGE,), (14, 42), "", (
        Visit(HEAD_CT, 0), Visit(HEAD_CT, 1, 1.15), Visit(HEAD_MR, 6), Visit(HEAD_CT, 30, 0.5))),
    Story((Label.STONE,), (5, 12), "", (
        Visit(BELLY_US, 0), Visit(BELLY_CT, 0), Visit(BELLY_US, 60, 0.0))),
    Story((Label.EFFUSION,), (45, 75), "", (
        Visit(BEDSIDE, 0), Visit(CHEST_CT, 1), Visit(BEDSIDE, 9, 0.6), Visit(CHEST, 21, 0.35))),
    Story((Label.FRACTURE,), (2, 4), "", (Visit(HAND, 0), Visit(HAND, 40, 0.7))),
    Story((Label.CONSOLIDATION,), (60, 95), "", (
        Visit(CHEST, 0), Visit(BEDSIDE, 3, 1.15), Visit(CHEST_CT, 4), Visit(CHEST, 30, 0.4))),
    Story((Label.MASS,), (26, 44), "PORTAL VENOUS", (
        Visit(BELLY_US, 0), Visit(BELLY_CT, 4), Visit(BELLY_CT, 95, 1.3))),
    Story((Label.FRACTURE,), (3, 6), "", (Visit(KNEE, 0), Visit(KNEE_MR, 3), Visit(KNEE, 50, 0.6))),
    Story((Label.PNEUMOTHORAX,), (18, 34), "", (
        Visit(CHEST, 0), Visit(CHEST_CT, 0), Visit(BEDSIDE, 1, 0.6), Visit(CHEST, 12, 0.0))),
    Story((Label.MASS,), (22, 40), "", (
        Visit(HEAD_CT, 0), Visit(HEAD_MR, 2), Visit(HEAD_MR, 120, 1.3))),
    Story((), (0, 0), "", (Visit(CHEST, 0), Visit(CHEST, 380), Visit(CHEST_CT, 384))),
    Story((Label.FRACTURE,), (4, 8), "", (
        Visit(CHEST, 0), Visit(CHEST_CT, 0), Visit(CHEST, 45, 0.8))),
    Story((), (0, 0), "", (Visit(HEAD_CT, 0), Visit(HEAD_MR, 3))),
    Story((Label.NODULE, Label.EFFUSION), (16, 30), "ARTERIAL", (
        Visit(CHEST, 0), Visit(CHEST_CT, 2), Visit(CHEST_CT, 60, 1.3), Visit(BEDSIDE, 61, 1.3))),
    Story((), (0, 0), "PORTAL VENOUS", (Visit(BELLY_US, 0), Visit(BELLY_CT, 9))),
    Story((), (0, 0), "", (Visit(KNEE, 0), Visit(HAND, 0), Visit(KNEE_MR, 20))),
)  # fmt: skip


def patient_plan(number: int, seed: int, size: int) -> PatientPlan:
    """The patient with this number (from 1): the same for the same seed."""
    rng = np.random.default_rng([seed, number])
    story = STORIES[(number - 1) % len(STORIES)]
    female = bool(rng.random() < 0.5)
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
            sum(other.kind == visit.kind for other in story.visits) > 1,
            Side.LEFT if who.seed % 2 else Side.RIGHT,
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
