"""The text of a radiology report, from what is known to be there."""

from samples.exams.study import StudyPlan
from samples.findings.finding import Finding, Label

WORDS: dict[Label, str] = {
    Label.NODULE: "{side} lung nodule of {size} mm",
    Label.EFFUSION: "{side} pleural effusion, {size} mm deep",
    Label.PNEUMOTHORAX: "{side} pneumothorax, {size} mm at the apex",
    Label.CONSOLIDATION: "{side} lung consolidation of {size} mm",
    Label.HAEMORRHAGE: "{side} intracranial haemorrhage of {size} mm",
    Label.FRACTURE: "{side} fracture with a step of {size} mm",
    Label.MASS: "{side} mass of {size} mm",
    Label.STONE: "{side} kidney stone of {size} mm",
}


def report_text(plan: StudyPlan, before: StudyPlan | None) -> str:
    """Findings, comparison and impression of a study, in English."""
    found = [_sentence(finding, before) for finding in plan.findings]
    gone = _resolved(plan, before)
    body = " ".join([*found, *gone]) or "No acute abnormality."
    compared = f"Compared with {before.kind} of {before.when:%Y-%m-%d}. " if before else ""
    return f"SYNTHETIC REPORT. {plan.kind.capitalize()}. {compared}Findings: {body}"


def phrase(finding: Finding) -> str:
    """The finding in words, with side and size."""
    return WORDS[finding.label].format(side=finding.side, size=round(finding.size_mm))


def _sentence(finding: Finding, before: StudyPlan | None) -> str:
    earlier = {f.name: f for f in before.findings} if before else {}
    old = earlier.get(finding.name)
    words = phrase(finding).capitalize()
    if old is None or old.size_mm == finding.size_mm:
        return f"{words}{', unchanged' if old else ''}."
    trend = "larger" if finding.size_mm > old.size_mm else "smaller"
    return f"{words}, {trend} than before ({round(old.size_mm)} mm)."


def _resolved(plan: StudyPlan, before: StudyPlan | None) -> list[str]:
    now = {finding.name for finding in plan.findings}
    gone = [f for f in before.findings if f.name not in now] if before else []
    return [f"The {finding.side} {finding.label} has resolved." for finding in gone]
