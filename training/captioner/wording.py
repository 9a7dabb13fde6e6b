"""The one caption of an image: what its labels say, no more, and the way back to the labels.

Findings that are free text of one picture each (VQA-RAD's) are left out: nothing can be learnt from
one picture but to invent.
"""

import re
from dataclasses import dataclass

from training.facts import labels_of
from training.manifest import Example
from training.vocabulary import Vocabulary

MODALITIES = {"CT": "CT", "MR": "MRI", "US": "Ultrasound", "XR": "X-ray"}
VIEWS = {
    "axial": "axial plane",
    "coronal": "coronal plane",
    "sagittal": "sagittal plane",
    "frontal": "frontal view",
    "lateral": "lateral view",
    "AP": "AP view",
    "PA": "PA view",
    "convex": "convex probe",
    "linear": "linear probe",
}
SAID = re.compile(r"(?P<modality>.+?) of the (?P<body>[^,:]+)[^:]*?(: (?P<finding>.+))?\.")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text states; an empty field is not stated."""

    modality: str
    body_part: str
    finding: str


def caption_of(example: Example, vocabulary: Vocabulary) -> str:
    """What is known of an image: "X-ray of the chest, AP view, child: viral pneumonia."."""
    modality = MODALITIES.get(example.modality, example.modality)
    parts = [f"{modality} of the {example.body_part}", VIEWS.get(example.view, "")]
    labels = labels_of(example, vocabulary)
    parts += [label for kind, label in labels if kind == "patient"]
    known = [x for kind, x in labels if kind == "finding" and vocabulary.knows("finding", x)]
    ending = f": {', '.join(known)}" if known else ""
    return ", ".join(filter(None, parts)) + ending + "."


def named_in(text: str) -> Named:
    """What a text in the form of `caption_of` states; nothing for one in another form."""
    said = SAID.fullmatch(text)
    if said is None:
        return Named("", "", "")
    modality, body, finding = (said[name] or "" for name in ("modality", "body", "finding"))
    codes = {words: code for code, words in MODALITIES.items()}
    return Named(codes.get(modality, modality), body, finding)
