"""radseek-mini: a small model of MedImageInsight's architecture that ships inside."""

from pathlib import Path

from encoders.medimageinsight.encoder import MedImageInsight, load_folder
from encoders.weights import weights_folder

NAME = "mini"
VERSION = "1"
REMEDY = "These files ship with radseek: install it again."


def load(weights: Path | None, device: str) -> MedImageInsight:
    """Load radseek-mini, or a model of the same architecture from another folder.

    Raises WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not there.
    """
    return load_folder(NAME, VERSION, weights or weights_folder(NAME), REMEDY, device)
