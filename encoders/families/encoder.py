"""A published model as an encoder: by the name of the hub, or by its folder."""

from pathlib import Path

from core.errors import InvalidRequest
from core.types import EncoderCard
from encoders.devices import choose_devices
from encoders.families.folder import FamilyFolder, open_family, origin_of
from encoders.families.loading import FamilyModel, read_family
from encoders.names import Named, named
from encoders.tower_encoder import TowerEncoder
from encoders.towers import DualModel

UNKNOWN_LICENCE = "not stated in its folder; see where it came from"


def load(name: str, weights: Path | None, device: str) -> TowerEncoder:
    """Load a model by what a person calls it: see `encoders.names.named`.

    Raises UnknownName, WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not
    there or a resolution that the model cannot take.
    """
    asked = named(name, weights)
    chosen = choose_devices(device)[0]
    files = open_family(asked.folder, asked.remedy)
    read = read_family(files, asked.resolution)
    return TowerEncoder(read.model, _card(asked, files, read), chosen)


def load_towers(name: str, weights: Path | None) -> DualModel:
    """The towers of such a model, to train. Raises as `load` does, and without a text tower."""
    asked = named(name, weights)
    model = read_family(open_family(asked.folder, asked.remedy), asked.resolution).model
    if isinstance(model, DualModel):
        return model
    raise InvalidRequest(f"{asked.name} knows pictures alone: there are no pairs to train it on.")


def _card(asked: Named, files: FamilyFolder, read: FamilyModel) -> EncoderCard:
    origin = origin_of(files.folder)
    return EncoderCard(
        name=asked.name,
        version=origin.revision[:12],
        dim=read.model.tower.dim,
        weights_sha256=files.sha256(),
        preprocessing=read.preprocessing,
        licence=origin.licence or UNKNOWN_LICENCE,
    )
