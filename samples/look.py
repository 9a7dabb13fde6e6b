"""The tissues as CT shows them: Hounsfield units with grain, by contrast phase."""

from samples.canvas import Look, Palette
from samples.tissues import HOUNSFIELD, Tissue

GRAIN: dict[Tissue, float] = {
    Tissue.LUNG: 13, Tissue.LIVER: 4, Tissue.SPLEEN: 4, Tissue.MUSCLE: 7, Tissue.FAT: 7,
    Tissue.HEART: 4, Tissue.MARROW: 42, Tissue.CORTEX: 60, Tissue.TUMOUR: 9, Tissue.PUS: 14,
    Tissue.GREY: 2, Tissue.WHITE: 2, Tissue.CLOT: 4, Tissue.SOFT: 8, Tissue.KIDNEY: 4,
}  # fmt: skip

ARTERIAL: dict[Tissue, float] = {
    Tissue.BLOOD: 320, Tissue.VEIN: 250, Tissue.VESSEL: 160, Tissue.HEART: 95, Tissue.LIVER: 72,
    Tissue.SPLEEN: 115, Tissue.KIDNEY: 160, Tissue.MEDULLA: 70, Tissue.TUMOUR: 70,
    Tissue.SOFT: 48, Tissue.MUSCLE: 60,
}  # fmt: skip
PORTAL: dict[Tissue, float] = {
    Tissue.BLOOD: 155, Tissue.VEIN: 165, Tissue.VESSEL: 120, Tissue.HEART: 100, Tissue.LIVER: 112,
    Tissue.SPLEEN: 122, Tissue.KIDNEY: 190, Tissue.MEDULLA: 160, Tissue.TUMOUR: 62,
    Tissue.SOFT: 62, Tissue.MUSCLE: 64,
}  # fmt: skip
PHASES: dict[str, dict[Tissue, float]] = {"": {}, "ARTERIAL": ARTERIAL, "PORTAL VENOUS": PORTAL}


def hounsfield(phase: str) -> Palette:
    """Hounsfield units of every tissue in a contrast phase: "", ARTERIAL or PORTAL VENOUS."""
    values = {**HOUNSFIELD, **PHASES[phase]}
    return {tissue: Look(value, GRAIN.get(tissue, 0.0)) for tissue, value in values.items()}
