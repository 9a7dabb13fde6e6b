"""The tissues of the phantoms and how each looks to CT, X-ray, MR and ultrasound."""

from enum import StrEnum, auto


class Tissue(StrEnum):
    """What a voxel can be made of."""

    AIR = auto()
    LUNG = auto()
    FAT = auto()
    SKIN = auto()
    MUSCLE = auto()
    SOFT = auto()  # mediastinum, bowel wall, glands
    HEART = auto()
    BLOOD = auto()  # arteries and the left heart
    VEIN = auto()
    VESSEL = auto()  # small vessels of the lung
    WALL = auto()  # walls of airways
    LIVER = auto()
    SPLEEN = auto()
    KIDNEY = auto()
    MEDULLA = auto()
    URINE = auto()
    BILE = auto()
    FLUID = auto()  # effusion, stomach
    CORTEX = auto()  # compact bone
    MARROW = auto()  # cancellous bone
    CARTILAGE = auto()
    MENISCUS = auto()
    LIGAMENT = auto()
    GREY = auto()
    WHITE = auto()
    NUCLEUS = auto()  # deep grey matter
    CSF = auto()
    DURA = auto()
    EYE = auto()
    LENS = auto()
    TUMOUR = auto()
    OEDEMA = auto()
    CLOT = auto()  # fresh haemorrhage
    PUS = auto()  # consolidated lung
    STONE = auto()
    GAP = auto()  # fracture line
    TABLE = auto()


HOUNSFIELD: dict[Tissue, float] = {
    Tissue.AIR: -1000, Tissue.LUNG: -865, Tissue.FAT: -102, Tissue.SKIN: 25, Tissue.MUSCLE: 54,
    Tissue.SOFT: 36, Tissue.HEART: 44, Tissue.BLOOD: 42, Tissue.VEIN: 42, Tissue.VESSEL: 30,
    Tissue.WALL: -150, Tissue.LIVER: 58, Tissue.SPLEEN: 48, Tissue.KIDNEY: 34,
    Tissue.MEDULLA: 30, Tissue.URINE: 6, Tissue.BILE: 8, Tissue.FLUID: 12, Tissue.CORTEX: 950,
    Tissue.MARROW: 160, Tissue.CARTILAGE: 105, Tissue.MENISCUS: 90, Tissue.LIGAMENT: 80,
    Tissue.GREY: 38, Tissue.WHITE: 28, Tissue.NUCLEUS: 37, Tissue.CSF: 6, Tissue.DURA: 55,
    Tissue.EYE: 12, Tissue.LENS: 65, Tissue.TUMOUR: 42, Tissue.OEDEMA: 16, Tissue.CLOT: 68,
    Tissue.PUS: 28, Tissue.STONE: 900, Tissue.GAP: 60, Tissue.TABLE: -550,
}  # fmt: skip

WATER = 0.0195  # attenuation of water at about 65 keV, 1/mm (NIST XCOM, 0.195 1/cm)
BONY = frozenset({Tissue.CORTEX, Tissue.MARROW, Tissue.STONE})


def attenuation(tissue: Tissue) -> float:
    """The X-ray attenuation in 1/mm; calcium counts more at a radiograph's energies than in HU."""
    density = max(HOUNSFIELD[tissue], -1000) / 1000
    return WATER * (1 + density * (2.0 if tissue in BONY else 1.0))
