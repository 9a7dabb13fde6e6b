"""radseek-mini: a small model of MedImageInsight's architecture that ships inside."""

from pathlib import Path

from encoders.medimageinsight.encoder import load_folder, read_model
from encoders.medimageinsight.folder import open_folder
from encoders.tower_encoder import TowerEncoder
from encoders.towers import DualModel
from encoders.weights import weights_folder

NAME = "mini"
VERSION = "1"
REMEDY = "These files ship with radseek: install it again."


def load(weights: Path | None, device: str) -> TowerEncoder:
    """Load radseek-mini, or a model of the same architecture from another folder.

    Raises WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not there.
    """
    return load_folder(NAME, VERSION, weights or weights_folder(NAME), REMEDY, device)


def load_towers(weights: Path | None) -> DualModel:
    """The towers of radseek-mini, to train. Raises as `load` does."""
    return read_model(open_folder(weights or weights_folder(NAME), REMEDY))
