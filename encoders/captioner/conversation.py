"""Any image-text-to-text checkpoint of the transformers library as a captioner.

LLaVA, PaliGemma, Gemma 3, MedGemma and others of the same interface, from a folder: its own
processor and chat template, safetensors only, no code of the checkpoint's, no network.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors import SafetensorError
from transformers import AutoModelForImageTextToText, AutoProcessor

from core.errors import InvalidRequest, WeightsMismatch, WeightsMissing
from core.machine_text import CaptionerCard, Neighbour
from core.types import Pixels
from encoders.devices import choose_devices
from encoders.fingerprint import files_sha256

VERSION = "1"  # of what is asked and how
LICENCE = "as its publisher states"
LONGEST = 128  # tokens of a text
ASKED = (
    "Describe this radiology image in one or two sentences: modality, body part, plane or view, "
    "and what is seen. Do not guess what cannot be seen."
)
TOLD = "Similar images of the archive, nearest first, are known to be:"
# What checkpoints without a chat template were trained to be asked, by their model type.
# Source: Beyer et al., "PaliGemma" (2024), section 3.2.3.
BARE = {"paligemma": "caption en"}


class ConversationCaptioner:
    """A model that is shown a picture and asked about it. Not for several threads at once."""

    def __init__(
        self, model: Any, processor: Any, card: CaptionerCard, device: torch.device
    ) -> None:
        """Take over a loaded model in evaluation mode, on its device."""
        self._model = model
        self._processor = processor
        self._card = card
        self._device = device

    @property
    def card(self) -> CaptionerCard:
        """What wrote a text; kept with it."""
        return self._card

    @property
    def at_once(self) -> int:
        """One: a picture's text must not depend on the padding that others bring."""
        return 1

    def describe(
        self, pictures: Sequence[Pixels], neighbours: Sequence[Sequence[Neighbour]]
    ) -> list[str]:
        """The answer to one question, token by token the likeliest.

        Where the model takes no free question, as PaliGemma, neighbours are not told to it.
        """
        pairs = zip(pictures, neighbours, strict=True)
        return [self._describe(pixels, told) for pixels, told in pairs]

    @torch.inference_mode()
    def _describe(self, pixels: Pixels, told: Sequence[Neighbour]) -> str:
        inputs = self._processor(
            images=Image.fromarray(pixels), text=self._prompt(told), return_tensors="pt"
        ).to(self._device, dtype=self._model.dtype)
        written = self._model.generate(**inputs, max_new_tokens=LONGEST, do_sample=False)
        answer = written[0, inputs["input_ids"].shape[1] :]
        return str(self._processor.decode(answer, skip_special_tokens=True)).strip()

    def _prompt(self, told: Sequence[Neighbour]) -> str:
        if self._processor.chat_template is None:
            return f"<image>{BARE[self._model.config.model_type]}"
        content = [{"type": "image"}, {"type": "text", "text": question(told)}]
        return str(
            self._processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True
            )
        )


def question(told: Sequence[Neighbour]) -> str:
    """What is asked, after what is known of the neighbours."""
    known = [f"- {each.words} (similarity {each.similarity:.2f})" for each in told if each.words]
    return "\n".join([TOLD, *known, "", ASKED] if known else [ASKED])


def load(weights: Path | None, device: str) -> ConversationCaptioner:
    """Load the checkpoint in a folder. Raises WeightsMissing, WeightsMismatch, InvalidRequest."""
    if weights is None:
        raise InvalidRequest("Name the folder of the checkpoint with --captioner-weights DIR.")
    files = sorted(weights.glob("*.safetensors"))
    if not files or not (weights / "config.json").is_file():
        raise WeightsMissing(
            f"{weights} has no config.json with *.safetensors beside it. Copy the whole folder of "
            "an image-text-to-text checkpoint there; files of other formats are never opened."
        )
    chosen = choose_devices(device)[0]
    model, processor = _read(weights, chosen)
    _check_prompt(weights, model, processor)
    texts = sorted(weights.glob("*.json")) + sorted(weights.glob("*.jinja"))
    card = CaptionerCard(
        f"transformers:{weights.resolve().name}", VERSION, files_sha256([*files, *texts]), LICENCE
    )
    return ConversationCaptioner(model, processor, card, chosen)


def _read(folder: Path, device: torch.device) -> tuple[Any, Any]:
    kind = torch.float32 if device.type == "cpu" else torch.bfloat16
    try:
        model = AutoModelForImageTextToText.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, dtype=kind
        )
        processor = AutoProcessor.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise WeightsMismatch(
            f"Cannot use {folder} as an image-text-to-text checkpoint: {error} "
            "It must hold all files that its publisher put beside each other."
        ) from error
    return model.eval().to(device), processor


def _check_prompt(folder: Path, model: Any, processor: Any) -> None:
    if processor.chat_template is None and model.config.model_type not in BARE:
        raise WeightsMismatch(
            f"The checkpoint in {folder} ({model.config.model_type}) has no chat template, so "
            "nobody knows how to ask it. Take one that was trained to follow instructions."
        )
