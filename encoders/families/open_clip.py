"""Folders of open_clip to those that radseek reads: every tensor by its name, none left over."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import transformers
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from core.errors import InvalidRequest, WeightsMismatch, WeightsMissing
from encoders.families.folder import (
    OPEN_CLIP,
    FamilyFolder,
    missing,
    origin_of,
    read_json,
    write_note,
)
from encoders.families.pixels import Statistics
from encoders.families.preprocess import Fit
from encoders.families.table import FAMILIES
from encoders.families.towers import PREFIX
from encoders.families.vit_bert import LAYER_NORM_EPS, VitBertConfig
from encoders.families.writing import write_folder
from encoders.tensors import require_safetensors

WEIGHTS: Final = "open_clip_model.safetensors"
HEAD: Final = 64  # channels of one head, in all models that are read
MEAN: Final = (0.48145466, 0.4578275, 0.40821073)  # of open_clip where it says nothing
STD: Final = (0.26862954, 0.26130258, 0.27577711)
POOLER: Final = "cls_last_hidden_state_pooler"
SIZES: Final = ("tiny", "small", "base", "large")
RESIZES: Final = ("shortest", "squash")
FILTERS: Final = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
}
# Choices of a configuration that the code takes for granted; None: it does not say.
VIT_CHOICES: Final = {
    "timm_model_name": tuple(
        f"vit_{size}_patch{patch}_224" for size in SIZES for patch in (16, 32)
    ),
    "timm_pool": (None, "", "token"),
    "timm_proj": ("linear",),
    "timm_proj_bias": (None, False),
}
BERT_CHOICES: Final = {
    "pooler_type": (None, POOLER),  # as older versions of open_clip called what follows
    "hf_pooler_type": (None, POOLER),
    "proj": (None, "mlp"),
    "hf_proj_type": (None, "mlp"),
}
CLIP_VISION_CHOICES: Final = {
    "timm_model_name": (None,),
    "global_average_pool": (None, False),
    "attentional_pool": (None, False),
    "pool_type": (None, "tok"),
}
CLIP_TEXT_CHOICES: Final = {
    "hf_model_name": (None,),
    "pool_type": (None, "argmax"),
    "no_causal_mask": (None, False),
    "embed_cls": (None, False),
}
LEFT_OUT: Final = re.compile(r"attn_mask|.*\.position_ids|text\.transformer\.pooler\..*")
# Parts of a layer of open_clip's own transformers, and of CLIPModel's.
CLIP_LAYER: Final = {
    "ln_1": "layer_norm1",
    "attn.out_proj": "self_attn.out_proj",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
}
CLIP_NAMES: Final = {
    "logit_scale": "logit_scale",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final": "text_model.final_layer_norm",
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.ln_pre": "vision_model.pre_layrnorm",
    "visual.ln_post": "vision_model.post_layernorm",
}
CLIP_TURNED: Final = {  # as products from the other side
    "text_projection": "text_projection.weight",
    "visual.proj": "visual_projection.weight",
}
VIT_LAYER: Final = {
    "norm1": "layernorm_before",
    "attn.proj": "attention.o_proj",
    "norm2": "layernorm_after",
    "mlp.fc1": "mlp.fc1",
    "mlp.fc2": "mlp.fc2",
}
VIT_NAMES: Final = {
    "logit_scale": "logit_scale",
    "visual.trunk.cls_token": "vision_model.embeddings.cls_token",
    "visual.trunk.pos_embed": "vision_model.embeddings.position_embeddings",
    "visual.trunk.patch_embed.proj": "vision_model.embeddings.patch_embeddings.projection",
    "visual.trunk.norm": "vision_model.layernorm",
    "visual.head.proj": "visual_projection",
    "text.proj": "text_projection",
    "text.transformer": "text_model",
}

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Converted:
    """A configuration of a family, and its tensors."""

    family: str
    config: Any
    tensors: dict[str, Tensor]


def convert(folder: Path, out: Path) -> Path:
    """Write a folder that radseek reads from one of open_clip, and return it.

    Read are open_clip's own CLIP models, and those of a ViT of timm with a BERT, as BiomedCLIP.
    Raises WeightsMissing, WeightsMismatch, and InvalidRequest for a model of another shape.
    """
    if not (folder / OPEN_CLIP).is_file():
        raise WeightsMissing(f"{folder} has no {OPEN_CLIP}: it is no folder of open_clip.")
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise missing(folder, WEIGHTS, "Fetch it from where the configuration came from.")
    settings = read_json(folder / OPEN_CLIP)
    fit, statistics = _processing(settings)
    require_safetensors(weights)
    made = _converted(settings["model_cfg"], load_file(weights))
    files = FamilyFolder(folder, {}, FAMILIES[made.family], (weights,))
    tensors = {f"{PREFIX}{name}": tensor.float() for name, tensor in made.tensors.items()}
    write_folder(files, made.config, fit, statistics, out, tensors)
    write_note(out, origin_of(folder))
    return out


def _converted(model: Mapping[str, Any], tensors: Tensors) -> Converted:
    vision, text = model["vision_cfg"], model["text_cfg"]
    kept = {name: tensor for name, tensor in tensors.items() if not LEFT_OUT.fullmatch(name)}
    pooler = text.get("hf_pooler_type") or text.get("pooler_type")
    if pooler == POOLER and _has(vision, VIT_CHOICES) and _has(text, BERT_CHOICES):
        return Converted("radseek_vit_bert", _vit_bert(model, kept), dict(_named(kept, _of_vit)))
    if _has(vision, CLIP_VISION_CHOICES) and _has(text, CLIP_TEXT_CHOICES):
        return Converted("clip", _clip(model, kept), dict(_named(kept, _of_clip)))
    raise InvalidRequest(
        "radseek converts open_clip's own CLIP models with a ViT, and those of a ViT of timm with "
        "a BERT, as BiomedCLIP. Look for a folder of this model in the format of transformers."
    )


def _has(settings: Mapping[str, Any], choices: Mapping[str, tuple[object, ...]]) -> bool:
    """Whether each setting is one of its choices; None stands for one that is not made."""
    return all(settings.get(name) in allowed for name, allowed in choices.items())


def _processing(settings: Mapping[str, Any]) -> tuple[Fit, Statistics]:
    given, side = (
        settings.get("preprocess_cfg", {}),
        settings["model_cfg"]["vision_cfg"]["image_size"],
    )
    way, name = given.get("resize_mode", "shortest"), given.get("interpolation", "bicubic")
    if way not in RESIZES or name not in FILTERS or not isinstance(side, int):
        raise InvalidRequest(f"radseek does not prepare pictures by {way!r}, {name!r} to {side}.")
    fit = Fit(side, (side, side), FILTERS[name])
    statistics = Statistics(1 / 255, tuple(given.get("mean", MEAN)), tuple(given.get("std", STD)))
    return fit if way == "shortest" else Fit((side, side), None, FILTERS[name]), statistics


def _clip(model: Mapping[str, Any], tensors: Tensors) -> Any:
    vision, text = model["vision_cfg"], model["text_cfg"]
    act = {"hidden_act": "quick_gelu" if model.get("quick_gelu") else "gelu"}
    ends = {"eos_token_id": text["vocab_size"] - 1, "bos_token_id": text["vocab_size"] - 2}
    return transformers.CLIPConfig(
        projection_dim=model["embed_dim"],
        vision_config=act
        | {
            "hidden_size": vision["width"],
            "num_hidden_layers": vision["layers"],
            "num_attention_heads": vision["width"] // vision.get("head_width", HEAD),
            "intermediate_size": len(tensors["visual.transformer.resblocks.0.mlp.c_fc.bias"]),
            "patch_size": vision["patch_size"],
            "image_size": vision["image_size"],
        },
        text_config=act
        | ends
        | {
            "hidden_size": text["width"],
            "num_hidden_layers": text["layers"],
            "num_attention_heads": text["heads"],
            "intermediate_size": len(tensors["transformer.resblocks.0.mlp.c_fc.bias"]),
            "max_position_embeddings": text["context_length"],
            "vocab_size": text["vocab_size"],
            "pad_token_id": text["vocab_size"] - 1,
        },
    )


def _vit_bert(model: Mapping[str, Any], tensors: Tensors) -> VitBertConfig:
    """What open_clip leaves to the names of the parts is told by the shapes of their tensors."""
    patches = tensors["visual.trunk.patch_embed.proj.weight"]
    words = tensors["text.transformer.embeddings.word_embeddings.weight"]
    positions = tensors["text.transformer.embeddings.position_embeddings.weight"]
    inner = tensors["text.transformer.encoder.layer.0.intermediate.dense.bias"]
    return VitBertConfig(
        transformers.ViTConfig(
            hidden_size=len(patches),
            num_hidden_layers=_layers(tensors, r"visual\.trunk\.blocks\.(\d+)\."),
            num_attention_heads=len(patches) // HEAD,
            intermediate_size=len(tensors["visual.trunk.blocks.0.mlp.fc1.bias"]),
            image_size=model["vision_cfg"]["image_size"],
            patch_size=patches.shape[-1],
            layer_norm_eps=LAYER_NORM_EPS,
        ),
        transformers.BertConfig(
            hidden_size=words.shape[1],
            num_hidden_layers=_layers(tensors, r"text\.transformer\.encoder\.layer\.(\d+)\."),
            num_attention_heads=words.shape[1] // HEAD,
            intermediate_size=len(inner),
            vocab_size=len(words),
            max_position_embeddings=len(positions),
        ),
        projection_dim=model["embed_dim"],
        hidden_dim=len(tensors["text.proj.0.weight"]),
        context_length=model["text_cfg"].get("context_length", 77),
    )


def _layers(tensors: Tensors, pattern: str) -> int:
    found = (re.match(pattern, name) for name in tensors)
    return 1 + max(int(match[1]) for match in found if match)


def _named(
    tensors: Tensors, rename: Callable[[str, Tensor], Iterator[tuple[str, Tensor]] | None]
) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in tensors.items():
        renamed = rename(name, tensor)
        if renamed is None:
            raise WeightsMismatch(
                f"The weights have a tensor {name!r} that models of this shape do not have, so "
                "they cannot be converted."
            )
        yield from renamed


def _of_clip(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]] | None:
    if name in CLIP_TURNED:
        return iter([(CLIP_TURNED[name], tensor.T)])
    layer = re.fullmatch(r"(visual\.)?transformer\.resblocks\.(\d+)\.(.+)", name)
    if layer is None:
        return _renamed(name, tensor, CLIP_NAMES, "")
    place = f"{'vision' if layer[1] else 'text'}_model.encoder.layers.{layer[2]}."
    return _joined(layer[3], tensor, "attn.in_proj_", f"{place}self_attn.") or _renamed(
        layer[3], tensor, CLIP_LAYER, place
    )


def _of_vit(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]] | None:
    layer = re.fullmatch(r"visual\.trunk\.blocks\.(\d+)\.(.+)", name)
    if layer is None:
        return _renamed(name, tensor, VIT_NAMES, "")
    place = f"vision_model.layers.{layer[1]}."
    return _joined(layer[2], tensor, "attn.qkv.", f"{place}attention.") or _renamed(
        layer[2], tensor, VIT_LAYER, place
    )


def _joined(
    name: str, tensor: Tensor, prefix: str, place: str
) -> Iterator[tuple[str, Tensor]] | None:
    """Queries, keys and values that one tensor holds one after the other."""
    if not name.startswith(prefix):
        return None
    kind = name.removeprefix(prefix)
    parts = zip("qkv", tensor.chunk(3), strict=True)
    return ((f"{place}{letter}_proj.{kind}", part) for letter, part in parts)


def _renamed(
    name: str, tensor: Tensor, names: Mapping[str, str], place: str
) -> Iterator[tuple[str, Tensor]] | None:
    """Under the name of the part that the name begins with; None when there is none."""
    for part, new in names.items():
        if name == part or name.startswith(f"{part}."):
            return iter([(f"{place}{new}{name.removeprefix(part)}", tensor)])
    return None
