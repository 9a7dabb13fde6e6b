"""Texts that ask for all sorts of pictures: what other text queries reach in a collection."""

from typing import Final

NEUTRAL_TEXTS: Final = (  # few, since they are embedded at the first text query of a process
    *("x-ray of the chest", "x-ray of the hand", "x-ray of the pelvis", "x-ray of the knee"),
    *("CT of the head", "CT of the chest", "CT of the abdomen", "CT of the neck"),
    *("MRI of the brain", "MRI of the spine", "MRI of the knee", "MRI of the breast"),
    *("ultrasound of the liver", "ultrasound of the heart", "mammogram", "bone scan"),
    *("fracture", "tumour", "pneumonia", "haemorrhage"),
)
