"""What of an encoder a run trains: all, the last layers of each tower, or low-rank additions.

Source of the additions: Hu et al., "LoRA" (ICLR 2022), by the library peft.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from importlib import import_module
from typing import Any

from torch import Tensor, nn

from core.errors import TrainingError
from encoders.layered import Layer, Layered
from encoders.towers import DualTowers
from training.recipe import Layers, Tuning


def tune(towers: DualTowers, how: Tuning) -> list[nn.Module]:
    """Let the chosen parameters take gradients, and no others. -> the modules that rest.

    These are to stay in evaluation mode: nothing random, and statistics as they are. What follows
    the towers is always trained: projections, temperature, fusion. Raises TrainingError.
    """
    towers.requires_grad_(True)
    if how.layers is Layers.ALL:
        return []
    if not isinstance(towers, Layered):
        raise TrainingError(
            f"The layers of {type(towers).__name__} are not known one by one, so it can be trained "
            'as a whole alone. Take `tuning.layers = "all"`.'
        )
    stacks = towers.layers()
    kept = how.last if how.layers is Layers.LAST else 0
    resting = [layer for stack in stacks for layer in stack[: len(stack) - kept]]
    _freeze(resting)
    modules = [part for layer in resting for part in layer if isinstance(part, nn.Module)]
    if how.layers is Layers.LORA:
        _add_low_rank(towers, modules, how)
    return modules


def merged(towers: nn.Module, weights: Mapping[str, Tensor], how: Tuning) -> Mapping[str, Tensor]:
    """Weights in training under the names of the encoder, with what was added summed up."""
    if how.layers is not Layers.LORA:
        return weights
    whole = deepcopy(towers)
    whole.load_state_dict(weights)
    addition = _peft().tuners.tuners_utils.BaseTunerLayer
    for module in whole.modules():
        if isinstance(module, addition):
            module.merge()
    plain = whole.state_dict().items()
    return {key.replace(".base_layer", ""): value for key, value in plain if ".lora_" not in key}


def _freeze(layers: Iterable[Layer]) -> None:
    for layer in layers:
        for part in layer:
            part.requires_grad_(False)


def _add_low_rank(towers: nn.Module, resting: Sequence[nn.Module], how: Tuning) -> None:
    """Put a trainable product of two thin matrices beside every product of the resting modules."""
    peft = _peft()
    inside = {id(module) for part in resting for module in part.modules() if _is_product(module)}
    names = [name for name, module in towers.named_modules() if id(module) in inside]
    learning = [each for each in towers.parameters() if each.requires_grad]
    config = peft.LoraConfig(r=how.rank, lora_alpha=how.alpha, target_modules=names)
    peft.inject_adapter_in_model(config, towers)  # freezes all but what it adds
    for parameter in learning:
        parameter.requires_grad_(True)


def _is_product(module: nn.Module) -> bool:
    return isinstance(module, nn.Linear) or (isinstance(module, nn.Conv2d) and module.groups == 1)


def _peft() -> Any:
    try:
        return import_module("peft")
    except ImportError as error:
        raise TrainingError(
            "`lora` needs the library peft. Install it with `pip install 'radseek[lora]'`."
        ) from error
