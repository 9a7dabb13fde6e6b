"""Captioners with random weights, in the folders that radseek reads."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    CLIPVisionConfig,
    GemmaConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    PreTrainedTokenizerFast,
    SiglipVisionConfig,
)
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from encoders.captioner.small_files import SmallConfig, write_small
from encoders.captioner.small_model import SmallModel, SmallShape
from training.captioner.tokens import train_caption_tokenizer

TEMPLATE = (
    "{% for message in messages %}USER: {% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>\n{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %} ASSISTANT:"
)
SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
HEADS = {"num_attention_heads": 2, "num_key_value_heads": 2}
HEADS_OF_TOWER = {"num_attention_heads": 2}
CAPTIONS = ["CT of the head, axial plane.", "X-ray of the hand.", "MRI of the head: no tumor."]


def write_small_captioner(folder: Path, encoder_sha256: str, dim: int) -> SmallModel:
    """Our own kind, on an encoder of these weights."""
    torch.manual_seed(1)
    tokenizer = train_caption_tokenizer(CAPTIONS, 280)
    size = tokenizer.get_vocab_size()
    shape = SmallShape(dim, 3, size, hidden=16, layers=2, heads=2, intermediate=24, longest=12)
    model = SmallModel(shape).eval()
    config = SmallConfig("mini", encoder_sha256, shape)
    write_small(folder, config, model.state_dict(), tokenizer)
    return model


def write_llava(folder: Path, template: str | None = TEMPLATE) -> None:
    """LLaVA: a CLIP tower, a projector and a Llama."""
    torch.manual_seed(0)
    tokens = _tokens("<image>")
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**SMALL, **HEADS_OF_TOWER, image_size=28, patch_size=14),
        text_config=LlamaConfig(
            vocab_size=len(tokens), max_position_embeddings=1024, **SMALL, **HEADS
        ),
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    LlavaProcessor(
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28}
        ),
        tokenizer=tokens,
        patch_size=14,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=template,
    ).save_pretrained(folder)


def write_paligemma(folder: Path) -> None:
    """PaliGemma: a SigLIP tower, a projector and a Gemma; no chat template."""
    torch.manual_seed(0)
    tokens = _tokens("<image>")
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(**SMALL, **HEADS_OF_TOWER, image_size=28, patch_size=14),
        text_config=GemmaConfig(vocab_size=len(tokens) + 2048, head_dim=16, **SMALL, **HEADS),
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
        projection_dim=32,
    )
    PaliGemmaForConditionalGeneration(config).save_pretrained(folder)
    images = SiglipImageProcessorPil(size={"height": 28, "width": 28})
    images.image_seq_length = 4
    PaliGemmaProcessor(image_processor=images, tokenizer=tokens).save_pretrained(folder)


def _tokens(*more: str) -> PreTrainedTokenizerFast:
    """Bytes, and some special tokens."""
    letters = {letter: at for at, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocab=letters, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<s>", "</s>", "<pad>", *more])
    ends = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **ends)
