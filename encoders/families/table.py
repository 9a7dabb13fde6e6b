"""The families that are read: how each is built, asked and summed up. One row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import WeightsMismatch

CLS = "cls"  # the row is read off a token of its own
ATTENTION = "attention"  # the row is what a learnt query takes from all patches


@dataclass(frozen=True, slots=True)
class TextRules:
    """How texts come to the text tower of a family."""

    tokenizer: str  # class of transformers
    context: int  # tokens that it was trained with, the special ones among them
    repair: str  # what is done to a text before: a name of encoders.families.texts.REPAIRS
    is_fixed: bool  # every text is padded to the context length, and the padding is read


@dataclass(frozen=True, slots=True)
class Family:
    """One family."""

    title: str
    model: str  # class of transformers, or of encoders.families.vit_bert
    processor: str  # class of transformers, of the Pillow kind: what a missing setting is
    pooling: str  # of the image tower
    text: TextRules | None  # None: it knows pictures alone


CLIP_TEXT = TextRules("CLIPTokenizer", 77, "ftfy", is_fixed=False)
SIGLIP_TEXT = TextRules("TokenizersBackend", 64, "canonical", is_fixed=True)
SIGLIP2_TEXT = TextRules("Siglip2Tokenizer", 64, "none", is_fixed=True)
CHINESE_TEXT = TextRules("BertTokenizer", 52, "none", is_fixed=False)
BERT_TEXT = TextRules("BertTokenizer", 256, "none", is_fixed=False)

SIGLIP = Family("SigLIP", "SiglipModel", "SiglipImageProcessorPil", ATTENTION, SIGLIP_TEXT)
SIGLIP2 = Family("SigLIP 2", "SiglipModel", "SiglipImageProcessorPil", ATTENTION, SIGLIP2_TEXT)

# By `model_type` of config.json.
FAMILIES: Final[Mapping[str, Family]] = {
    "clip": Family("CLIP", "CLIPModel", "CLIPImageProcessorPil", CLS, CLIP_TEXT),
    "siglip": SIGLIP,
    "chinese_clip": Family(
        "Chinese-CLIP", "ChineseCLIPModel", "ChineseCLIPImageProcessorPil", CLS, CHINESE_TEXT
    ),
    "radseek_vit_bert": Family(
        "ViT and BERT, of open_clip", "VitBert", "CLIPImageProcessorPil", CLS, BERT_TEXT
    ),
    "dinov2": Family("DINOv2", "Dinov2Model", "BitImageProcessorPil", CLS, None),
    "dinov2_with_registers": Family(
        "DINOv2 with registers", "Dinov2WithRegistersModel", "BitImageProcessorPil", CLS, None
    ),
}
# SigLIP 2 of one resolution calls itself "siglip" and is told by the class of its tokenizer.
GEMMA_TOKENIZERS: Final = ("Gemma", "Siglip2")


def family_of(model_type: str, tokenizer_class: str) -> Family:
    """The family of a `model_type` of config.json, and of a class of tokenizer_config.json.

    Raises WeightsMismatch for one that is not read.
    """
    if model_type == "siglip2":
        raise WeightsMismatch(
            "This is a NaFlex checkpoint of SigLIP 2, whose number of patches follows the picture; "
            "radseek reads those of one resolution. Take one such as "
            "google/siglip2-base-patch16-384."
        )
    if model_type not in FAMILIES:
        raise WeightsMismatch(
            f"radseek reads no models of the type {model_type!r}. Known: "
            f"{', '.join(sorted(FAMILIES))}. Folders of open_clip are read after "
            "`radseek encoders convert`."
        )
    if model_type == "siglip" and tokenizer_class.startswith(GEMMA_TOKENIZERS):
        return SIGLIP2
    return FAMILIES[model_type]
