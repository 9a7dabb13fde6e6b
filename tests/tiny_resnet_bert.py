"""A ResNet and BERT encoder that is made in a moment."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from encoders.medimageinsight.tokenizer import put_between_ends
from encoders.resnet_bert.checkpoint import write_folder
from encoders.resnet_bert.config import parse_config
from encoders.resnet_bert.model import ResNetBert

FIELDS = {
    "image_size": [64, 64],
    "context_length": 48,
    "projection": 32,
    "fusion": {"heads": 8, "layers": 1},
    "image": {
        "embedding_size": 8,
        "hidden_sizes": [8, 16, 24, 32],
        "depths": [1, 1, 1, 1],
        "layer_type": "basic",
    },
    "text": {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 48,
        "vocab_size": 258,
    },
}


def write_tiny(folder: Path) -> ResNetBert:
    """Write its folder; the same weights each time. -> the model, in evaluation mode."""
    torch.manual_seed(0)
    model = ResNetBert(parse_config(FIELDS)).eval()
    for module in model.modules():
        if isinstance(module, torch.nn.Linear | torch.nn.Embedding):
            torch.nn.init.normal_(module.weight, std=0.3)  # 0.02 makes all texts alike
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_var.uniform_(0.5, 2)
    torch.nn.init.constant_(model.logit_scale, 2.5)
    write_folder(folder, json.dumps(FIELDS), bytes_as_tokens(), model.state_dict())
    return model


def bytes_as_tokens() -> Tokenizer:
    """Each byte of a text is a token, between a start and an end."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    numbers = {letter: number for number, letter in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(numbers, []))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    put_between_ends(tokenizer)
    return tokenizer
