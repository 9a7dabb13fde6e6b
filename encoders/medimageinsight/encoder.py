"""MedImageInsight, and any model of its architecture, from a folder."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from torch import Tensor

from core.errors import WeightsMismatch
from core.types import EncoderCard
from encoders.devices import choose_devices
from encoders.fingerprint import file_sha256
from encoders.medimageinsight.checkpoint import load_model, write_folder
from encoders.medimageinsight.config import ImageConfig, UniCLConfig, read_config
from encoders.medimageinsight.davit import MLP_RATIO
from encoders.medimageinsight.folder import ModelFolder, open_folder
from encoders.medimageinsight.tokenizer import read_tokenizer
from encoders.normalise import normalise
from encoders.registry import ENCODERS
from encoders.squash import Squash
from encoders.texts import TextTokenizer
from encoders.tower_encoder import TowerEncoder
from encoders.towers import DualModel
from encoders.weights import weights_folder

NAME = "medimageinsight"
VERSION = "1.0.0"
REMEDY = (
    f"Run `radseek encoders pull {NAME}`, or name the folder that has the files with "
    "`--weights DIR`."
)


def load(weights: Path | None, device: str) -> TowerEncoder:
    """Load MedImageInsight from a folder, by default where `radseek encoders pull` puts it.

    Raises WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not there.
    """
    return load_folder(NAME, VERSION, weights or weights_folder(NAME), REMEDY, device)


def load_folder(name: str, version: str, folder: Path, remedy: str, device: str) -> TowerEncoder:
    """Load any model of this architecture; `remedy` says what to do when files are missing.

    Raises as `load` does.
    """
    chosen = choose_devices(device)[0]
    files = open_folder(folder, remedy)
    model = read_model(files)
    card = EncoderCard(
        name=name,
        version=version,
        dim=model.tower.dim,
        weights_sha256=file_sha256(files.checkpoint),
        preprocessing=model.prepare.profile,
        licence=ENCODERS[name].licence,
    )
    return TowerEncoder(model, card, chosen)


def load_towers(weights: Path | None) -> DualModel:
    """The towers of MedImageInsight, to train. Raises as `load` does."""
    return read_model(open_folder(weights or weights_folder(NAME), REMEDY))


def read_model(files: ModelFolder) -> DualModel:
    """The model of a folder, in evaluation mode. Raises WeightsMismatch."""
    config = read_config(files.config)
    tokenizer = read_tokenizer(files.tokenizer, config.text.context_length)
    _require_same_vocabulary(tokenizer, config, files.tokenizer)
    return DualModel(
        tower=load_model(config, files.checkpoint),
        prepare=Squash(config.image.image_size),
        normalise=partial(normalise, config=config.image),
        widest_map=widest_map(config.image),
        tokens=tokenizer,
        write=partial(_write, files.config, tokenizer),
    )


def widest_map(config: ImageConfig) -> int:
    """Bytes of the widest map that one picture goes through: inside the first stage's MLP."""
    height, width = config.image_size
    tokens = (height // config.patch_stride[0]) * (width // config.patch_stride[0])
    return tokens * config.dims[0] * MLP_RATIO * 4


def _write(
    config: Path, tokenizer: TextTokenizer, folder: Path, weights: Mapping[str, Tensor]
) -> None:
    write_folder(folder, config.read_text(encoding="utf-8"), tokenizer, weights)


def _require_same_vocabulary(tokenizer: TextTokenizer, config: UniCLConfig, folder: Path) -> None:
    if tokenizer.vocab_size != config.text.vocab_size:
        raise WeightsMismatch(
            f"The tokenizer in {folder} has {tokenizer.vocab_size} tokens, but the model reads "
            f"{config.text.vocab_size}. Use the tokenizer the model was trained with."
        )
