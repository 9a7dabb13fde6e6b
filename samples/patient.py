"""Make all studies of one patient and write them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samples.dicom_files import (
    SeriesWriter,
    StudyHeader,
    date_text,
    series_dataset,
    uid,
    write_report,
)
from samples.exams.catalogue import EXAMS
from samples.exams.study import StudyPlan
from samples.people import Person
from samples.plan import PatientPlan, patient_plan
from samples.report import report_text
from samples.series import Instance, Series
from samples.truth import TruthRow, box_text


@dataclass(frozen=True, slots=True)
class Written:
    """What has been written for one patient."""

    rows: tuple[TruthRow, ...]
    studies: int
    reports: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A study on its way to disk."""

    folder: Path
    person: Person
    plan: StudyPlan
    header: StudyHeader
    report: str


def write_patient(folder: Path, number: int, seed: int, size: int) -> Written:
    """Write every study of a patient under the archive's folder."""
    plan = patient_plan(number, seed, size)
    rows = [row for visit in _visits(folder, plan, seed) for row in _study(folder, visit)]
    files = [path for path in (folder / plan.person.patient_id).rglob("*") if path.is_file()]
    total = sum(path.stat().st_size for path in files)
    return Written(tuple(rows), len(plan.studies), len(files) - len(rows), total)


def _visits(folder: Path, plan: PatientPlan, seed: int) -> Iterator[Visit]:
    before = None
    for study in plan.studies:
        who = plan.person
        header = StudyHeader(
            uid("radseek sample", seed, who.number, study.key),
            study.when,
            str(study.key + 1),
            f"S{who.number:05d}{study.key + 1:02d}",
            study.kind.upper(),
        )
        name = f"{date_text(study.when.date())}-{study.key + 1}"
        yield Visit(folder / who.patient_id / name, who, study, header, report_text(study, before))
        before = study


def _study(root: Path, visit: Visit) -> Iterator[TruthRow]:
    for number, series in enumerate(EXAMS[visit.plan.kind](visit.plan), start=1):
        yield from _series(root, visit, series, number)
    folder = visit.folder / "SR99"
    folder.mkdir()
    write_report(folder / "IM0001.dcm", visit.person, visit.header, visit.report)


def _series(root: Path, visit: Visit, series: Series, number: int) -> Iterator[TruthRow]:
    folder = visit.folder / f"{series.scanner.modality}{number:02d}"
    folder.mkdir(parents=True)
    dataset = series_dataset(visit.person, visit.header, series, number)
    writer = SeriesWriter(dataset, series.scanner.syntax)
    for index, instance in enumerate(series.instances, start=1):
        path = folder / f"IM{index:04d}{series.scanner.extension}"
        sop = writer.write(path, instance, index)
        place = path.relative_to(root).as_posix()
        yield _row(visit, series, instance, (place, str(dataset.SeriesInstanceUID), sop))


def _row(visit: Visit, series: Series, instance: Instance, names: tuple[str, str, str]) -> TruthRow:
    who, plan = visit.person, visit.plan
    seen = [finding for finding in plan.findings if finding.name in instance.boxes]
    return TruthRow(
        path=names[0],
        patient_id=who.patient_id,
        patient_name=who.name,
        sex=who.sex,
        age=who.age_on(plan.when.date()),
        study_uid=visit.header.uid,
        study_date=plan.when.date().isoformat(),
        series_uid=names[1],
        sop_uid=names[2],
        modality=series.scanner.modality,
        body_part=series.body_part,
        view=instance.view,
        frames=instance.pixels.shape[0] if instance.pixels.ndim == 4 else 1,
        slice_mm="" if instance.slice_mm is None else str(instance.slice_mm),
        labels=";".join(finding.label for finding in seen),
        sides=";".join(finding.side for finding in seen),
        sizes_mm=";".join(str(finding.size_mm) for finding in seen),
        boxes=";".join(box_text(instance.boxes[finding.name]) for finding in seen),
        study_labels=";".join(finding.label for finding in plan.findings),
        report=visit.report,
    )
