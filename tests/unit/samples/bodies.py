"""Bodies and plans that several tests use."""

from datetime import datetime

from samples.anatomy.build import Build
from samples.exams.study import StudyPlan
from samples.findings.finding import Finding, Label, Side

BUILD = Build(seed=5, female=False, age=50)
WOMAN = Build(seed=6, female=True, age=61, scale=0.93, fat=22.0)


def finding(label, side=Side.RIGHT, size=20.0, seed=4):
    """A finding with a fixed place."""
    return Finding(Label(label), Side(side), size, seed)


def plan(kind, machine, *findings, size=96, build=BUILD, phase=""):
    """A study of a small image size."""
    when = datetime(2022, 5, 6, 7, 8)  # noqa: DTZ001  (local time, as in DICOM)
    return StudyPlan(kind, when, machine, findings, build, 0, size, phase)
