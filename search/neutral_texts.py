"""Texts that ask for all sorts of pictures: what other text queries reach in a collection."""

from itertools import product
from typing import Final

_MODALITIES: Final = ("x-ray", "CT", "MRI", "ultrasound")
_PARTS: Final = ("head", "neck", "spine", "chest", "heart", "breast", "abdomen", "pelvis", "knee")

NEUTRAL_TEXTS: Final = (
    *(f"{modality} of the {part}" for modality, part in product(_MODALITIES, _PARTS)),
    *("mammogram", "bone scan", "PET", "barium swallow"),
    *("fracture", "tumour", "pneumonia", "haemorrhage"),
)
