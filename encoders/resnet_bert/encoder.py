"""ResNet and BERT with a fusion block, from the folder that training made."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tokenizers import Tokenizer
from torch import Tensor

from core.errors import WeightsMismatch, WeightsMissing
from core.types import EncoderCard
from encoders.devices import choose_devices
from encoders.fingerprint import file_sha256
from encoders.normalise import normalise
from encoders.registry import ENCODERS
from encoders.resnet_bert.checkpoint import load_model, write_folder
from encoders.resnet_bert.config import ResNetBertConfig, read_config
from encoders.squash import Squash
from encoders.texts import TextTokenizer
from encoders.tower_encoder import TowerEncoder
from encoders.towers import DualModel
from encoders.weights import weights_folder

NAME = "resnet_bert"
VERSION = "1"
FILES = ("config.json", "tokenizer.json", "weights.safetensors")
REMEDY = (
    "Nobody publishes such weights: make them with `radseek train contrastive`, and name the "
    "folder that it writes with `--weights DIR`."
)


def load(weights: Path | None, device: str) -> TowerEncoder:
    """Load an encoder that training made.

    Raises WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not there.
    """
    chosen = choose_devices(device)[0]
    folder = weights or weights_folder(NAME)
    model = load_towers(folder)
    card = EncoderCard(
        name=NAME,
        version=VERSION,
        dim=model.tower.dim,
        weights_sha256=file_sha256(folder / FILES[-1]),
        preprocessing=model.prepare.profile,
        licence=ENCODERS[NAME].licence,
    )
    return TowerEncoder(model, card, chosen)


def load_towers(weights: Path | None) -> DualModel:
    """The towers, to train. Raises as `load` does."""
    folder = weights or weights_folder(NAME)
    missing = [file for file in FILES if not (folder / file).is_file()]
    if missing:
        raise WeightsMissing(f"{folder} has no {' and no '.join(missing)}. {REMEDY}")
    config = read_config(folder / "config.json")
    tokenizer = _tokenizer(folder / "tokenizer.json", config)
    return DualModel(
        tower=load_model(config, folder / "weights.safetensors"),
        prepare=Squash(config.image_size),
        normalise=partial(normalise, config=config),
        widest_map=widest_map(config),
        tokens=tokenizer,
        write=partial(_write, folder / "config.json", tokenizer),
    )


def widest_map(config: ResNetBertConfig) -> int:
    """Bytes of the widest map that one picture goes through: behind the first stage."""
    height, width = config.image_size
    widest: int = (height // 4) * (width // 4) * config.image.hidden_sizes[0] * 4
    return widest


def _tokenizer(path: Path, config: ResNetBertConfig) -> TextTokenizer:
    try:
        parsed = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:  # the library raises bare Exception for a bad file
        raise WeightsMismatch(f"Cannot read {path}: {error}. {REMEDY}") from error
    tokenizer = TextTokenizer(parsed, config.context_length)
    if tokenizer.vocab_size != config.text.vocab_size:
        raise WeightsMismatch(
            f"{path} has {tokenizer.vocab_size} tokens, but the model reads "
            f"{config.text.vocab_size}. Use the tokenizer the model was trained with."
        )
    return tokenizer


def _write(
    config: Path, tokenizer: TextTokenizer, folder: Path, weights: Mapping[str, Tensor]
) -> None:
    write_folder(folder, config.read_text(encoding="utf-8"), tokenizer, weights)
