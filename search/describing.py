"""What is known of the neighbours of a picture, in words that a captioner can be told."""

from collections.abc import Iterator, Sequence
from typing import Final

from core.machine_text import Neighbour
from core.types import Hit, Tags
from storage.snapshot import Snapshot

# The nouns of a caption for DICOM's codes. Source: PS3.3 C.7.3.1.1.1.
MODALITIES: Final = {
    "CR": "X-ray",
    "DX": "X-ray",
    "XR": "X-ray",
    "MG": "Mammogram",
    "MR": "MRI",
    "PT": "PET",
    "US": "Ultrasound",
}


def neighbours_of(hits: Sequence[Hit], snapshot: Snapshot) -> tuple[Neighbour, ...]:
    """The pictures of hits with what is known of them: machine text, else what their files say.

    Reports are not told: they may name the patient.
    """
    texts = snapshot.machine_texts([hit.record.id for hit in hits])
    return tuple(_neighbours(hits, texts))


def _neighbours(hits: Sequence[Hit], texts: Sequence[str]) -> Iterator[Neighbour]:
    for hit, text in zip(hits, texts, strict=True):
        words = text or said_of(hit.record.tags)
        yield Neighbour(hit.record.id, 0.0 if hit.score is None else hit.score, words)


def said_of(tags: Tags) -> str:
    """What a file says of its picture, as a caption: "CT of the chest."; empty: nothing."""
    modality = MODALITIES.get(tags.modality, tags.modality)
    parts = [modality or "Picture", tags.body_part.lower()]
    if not tags.body_part:
        return f"{modality}." if modality else ""
    return f"{' of the '.join(parts)}."
