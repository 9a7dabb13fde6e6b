"""The folder that a run begins with: an encoder as it is, or a new one with untrained weights."""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import torch
import yaml
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel, ResNetModel

from core.errors import TrainingError
from encoders.medimageinsight.checkpoint import write_folder as write_unicl
from encoders.medimageinsight.config import read_config as read_unicl
from encoders.medimageinsight.model import CLIP_TEMPERATURE, UniCL, initialise
from encoders.medimageinsight.text import SelfAttention
from encoders.resnet_bert.checkpoint import write_folder as write_resnet_bert
from encoders.resnet_bert.config import parse_config
from encoders.resnet_bert.model import ResNetBert
from encoders.towers import DualTowers
from training.recipe import Loss, Recipe

# Zhai et al., "Sigmoid Loss for Language Image Pre-Training" (ICCV 2023), section 3.1: most pairs
# of a batch are wrong, and the first steps must not be spent on learning that.
SIGMOID_SCALE, SIGMOID_BIAS = 10.0, -10.0

START = "start"

Learn = Callable[[], Tokenizer]  # a tokenizer from the texts of the run


def start_folder(recipe: Recipe, out: Path) -> Path | None:
    """The folder of the encoder that a run goes on from; None for where it usually is."""
    if recipe.model:
        return out / START
    return recipe.folder / recipe.start_from if recipe.start_from else None


def write_start(recipe: Recipe, learn: Learn, out: Path) -> None:
    """Make the folder of a new encoder, where the recipe asks for one. Raises TrainingError."""
    if not recipe.model:
        return
    if recipe.encoder not in NEW:
        raise TrainingError(
            f"{recipe.encoder} cannot be made new from a `model`. Leave that out to go on from the "
            "weights it has, or name a folder with others as `start_from`."
        )
    NEW[recipe.encoder](recipe, learn, out / START)


def _new_unicl(recipe: Recipe, learn: Learn, folder: Path) -> None:
    tokenizer = _tokenizer(recipe, learn)
    path = recipe.folder / recipe.model
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        fields["LANG_ENCODER"]["VOCAB_SIZE"] = tokenizer.get_vocab_size()
        fields["UNICL_MODEL"]["LOGIT_BIAS"] = recipe.loss is Loss.SIGMOID
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise _unusable(path, error) from error
    config = yaml.safe_dump(fields, sort_keys=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    torch.manual_seed(recipe.seed)
    model = UniCL(read_unicl(folder / "config.yaml"))
    start_small(model)
    _set_logits(model)
    write_unicl(folder, config, tokenizer, model.state_dict())


def _new_resnet_bert(recipe: Recipe, learn: Learn, folder: Path) -> None:
    tokenizer = _tokenizer(recipe, learn)
    path = recipe.folder / recipe.model
    image = (
        _published(ResNetModel, recipe.folder / recipe.image_tower) if recipe.image_tower else None
    )
    text = _published(BertModel, recipe.folder / recipe.text_tower) if recipe.text_tower else None
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        fields |= {} if image is None else {"image": image.config.to_dict()}
        fields |= {} if text is None else {"text": text.config.to_dict()}
        fields["text"]["vocab_size"] = tokenizer.get_vocab_size()
        fields["bias"] = recipe.loss is Loss.SIGMOID
        config = parse_config(fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(path, error) from error
    torch.manual_seed(recipe.seed)
    model = ResNetBert(config)
    for tower, published in ((model.image, image), (model.text, text)):
        if published is not None:
            tower.load_state_dict(published.state_dict())
    _set_logits(model)
    write_resnet_bert(folder, json.dumps(fields, indent=1), tokenizer, model.state_dict())


NEW: Final[Mapping[str, Callable[[Recipe, Learn, Path], None]]] = {
    "mini": _new_unicl,
    "medimageinsight": _new_unicl,
    "resnet_bert": _new_resnet_bert,
}


def start_small(model: UniCL) -> None:
    """Initialise as the architecture does, but keep the variance through every product.

    The published models start at a standard deviation of 0.02 everywhere, which suits layers of a
    thousand channels. At 48 channels it leaves every branch almost silent, and the first quarter of
    a short run goes by before the towers answer to their input at all. Source: Glorot and Bengio
    (AISTATS 2010); He et al. (ICCV 2015) for the convolutions.
    """
    initialise(model)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_uniform_(module.weight, a=5**0.5)
        elif isinstance(module, SelfAttention):
            nn.init.xavier_uniform_(module.in_proj_weight)


@torch.no_grad()
def _set_logits(model: DualTowers) -> None:
    if model.logit_bias is None:
        model.logit_scale.fill_(math.log(1 / CLIP_TEMPERATURE))
    else:
        model.logit_scale.fill_(math.log(SIGMOID_SCALE))
        model.logit_bias.fill_(SIGMOID_BIAS)


def _tokenizer(recipe: Recipe, learn: Learn) -> Tokenizer:
    """The tokenizer that the recipe names, that of its text tower, or one learnt from the texts."""
    if recipe.tokenizer:
        path = recipe.folder / recipe.tokenizer
    elif recipe.text_tower:
        path = recipe.folder / recipe.text_tower / "tokenizer.json"
    else:
        return learn()
    try:
        return Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:  # the library raises bare Exception for a bad file
        raise TrainingError(f"Cannot read {path}, the recipe's tokenizer: {error}.") from error


def _published(kind: Any, folder: Path) -> Any:
    """A tower that others trained, from a folder of transformers. Raises TrainingError."""
    try:
        return kind.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise TrainingError(f"Cannot read a {kind.__name__} from {folder}: {error}") from error


def _unusable(path: Path, error: Exception) -> TrainingError:
    return TrainingError(f"Cannot use {path}, the recipe's `model`: {error}.")
