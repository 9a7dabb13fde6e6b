"""Folders of published families, as their own library writes them, with small random weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

SIDE, PATCH, WIDTH, SPACE = 32, 8, 32, 16
CHARACTERS = [chr(code) for code in range(33, 127)] + list("胸部光片膝头颅")

VISION: dict[str, Any] = {
    "hidden_size": WIDTH,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "image_size": SIDE,
    "patch_size": PATCH,
}
TEXT: dict[str, Any] = {
    "hidden_size": WIDTH,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}


def clip(folder: Path) -> Path:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [*letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {token: at for at, token in enumerate(tokens)}
    special = {"<|startoftext|>": len(tokens), "<|endoftext|>": len(tokens) + 1}
    tokenizer = transformers.CLIPTokenizer(vocab=vocabulary | special, merges=[])
    text = TEXT | {
        "vocab_size": len(tokens) + 2,
        "max_position_embeddings": 20,
        "bos_token_id": len(tokens),
        "eos_token_id": len(tokens) + 1,
        "pad_token_id": len(tokens) + 1,
    }
    config = transformers.CLIPConfig(text_config=text, vision_config=VISION, projection_dim=SPACE)
    processor = transformers.CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    return _saved(folder, transformers.CLIPModel, config, processor, tokenizer)


def siglip(folder: Path) -> Path:
    pieces = ["</s>", "<unk>", "▁", *CHARACTERS, "▁1", "▁ct", "▁head", "▁chest", "▁knee"]
    scores = [0.0, 0.0, *(-len(pieces) / len(piece) for piece in pieces[2:])]
    unigrams = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=1))
    unigrams.pre_tokenizer = pre_tokenizers.Metaspace()
    unigrams.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 0)]
    )
    special = {"eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>"}
    tokenizer = transformers.TokenizersBackend(tokenizer_object=unigrams, **special)
    return _siglip(folder, tokenizer)


def siglip2(folder: Path) -> Path:
    tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *CHARACTERS]
    tokenizer = transformers.Siglip2Tokenizer(
        vocab={token: at for at, token in enumerate(tokens)}, merges=[], padding_side="right"
    )
    return _siglip(folder, tokenizer)


def chinese_clip(folder: Path) -> Path:
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS]
    tokens += [f"##{character}" for character in CHARACTERS]
    tokenizer = transformers.BertTokenizer(vocab={token: at for at, token in enumerate(tokens)})
    text = TEXT | {"vocab_size": len(tokens), "max_position_embeddings": 20}
    config = transformers.ChineseCLIPConfig(
        text_config=text, vision_config=VISION, projection_dim=SPACE
    )
    processor = transformers.ChineseCLIPImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, do_center_crop=False
    )
    return _saved(folder, transformers.ChineseCLIPModel, config, processor, tokenizer)


def dinov2(folder: Path) -> Path:
    vision = {name: value for name, value in VISION.items() if name != "intermediate_size"}
    processor = transformers.BitImageProcessorPil(
        size={"shortest_edge": 36}, crop_size={"height": SIDE, "width": SIDE}
    )
    config = transformers.Dinov2Config(**vision, mlp_ratio=2)
    return _saved(folder, transformers.Dinov2Model, config, processor, None)


def _siglip(folder: Path, tokenizer: Any) -> Path:
    text = TEXT | {"vocab_size": len(tokenizer), "max_position_embeddings": 20}
    config = transformers.SiglipConfig(text_config=text, vision_config=VISION)
    processor = transformers.SiglipImageProcessorPil(
        size={"height": SIDE, "width": SIDE}, resample=2
    )
    return _saved(folder, transformers.SiglipModel, config, processor, tokenizer)


def _saved(folder: Path, kind: Any, config: Any, processor: Any, tokenizer: Any) -> Path:
    torch.manual_seed(0)
    model = kind(config)
    with torch.no_grad():
        for value in model.parameters():  # published starts are so small that rows look alike
            value.add_(0.3 * torch.randn_like(value))
        if hasattr(model, "logit_scale"):
            model.logit_scale.fill_(3.0)
    for part in (model, processor, tokenizer):
        if part is not None:
            part.save_pretrained(folder)
    return folder


TINY: dict[str, Callable[[Path], Path]] = {
    "clip": clip,
    "siglip": siglip,
    "siglip2": siglip2,
    "chinese_clip": chinese_clip,
    "dinov2": dinov2,
}
