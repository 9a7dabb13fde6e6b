"""Our own captioner at work: an encoder's regions in, a line of text out."""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from core.errors import WeightsMismatch
from core.machine_text import CaptionerCard, Neighbour
from core.types import Pixels
from encoders.base import Encoder
from encoders.captioner.small_files import CONFIG, TOKENIZER, WEIGHTS, SmallConfig, read_small
from encoders.captioner.small_model import SmallModel
from encoders.captioner.tokens import padded
from encoders.captioner.vote import Ballot, best, candidates
from encoders.fingerprint import files_sha256
from encoders.registry import load_encoder

AT_ONCE = 64


class SmallCaptioner:
    """A small model on the regions of a frozen encoder. Safe to share between threads."""

    def __init__(
        self, encoder: Encoder, model: SmallModel, tokenizer: Tokenizer, card: CaptionerCard
    ) -> None:
        """Take over a loaded model in evaluation mode."""
        self._encoder = encoder
        self._model = model
        self._tokenizer = tokenizer
        self._card = card

    @property
    def card(self) -> CaptionerCard:
        """What wrote a text; kept with it."""
        return self._card

    @property
    def at_once(self) -> int:
        """How many pictures are best given in one call."""
        return AT_ONCE

    def describe(
        self, pictures: Sequence[Pixels], neighbours: Sequence[Sequence[Neighbour]]
    ) -> list[str]:
        """The likeliest text of each picture, token by token; with neighbours, as they vote."""
        pairs = list(zip(pictures, neighbours, strict=True))
        parts = [pairs[at : at + AT_ONCE] for at in range(0, len(pairs), AT_ONCE)]
        return [text for part in parts for text in self._describe(*zip(*part, strict=True))]

    def _describe(
        self, pictures: Sequence[Pixels], neighbours: Sequence[Sequence[Neighbour]]
    ) -> list[str]:
        seen = self._see(pictures)
        texts = [self._tokenizer.decode(ids) for ids in self._model.write(seen)]
        return [
            self._voted(seen[row], text, told) if told else text
            for row, (text, told) in enumerate(zip(texts, neighbours, strict=True))
        ]

    @torch.inference_mode()
    def _see(self, pictures: Sequence[Pixels]) -> torch.Tensor:
        regions = self._encoder.regions([self._encoder.prepare(one) for one in pictures])
        return self._model.see(torch.from_numpy(regions))

    def _voted(self, seen: torch.Tensor, own: str, told: Sequence[Neighbour]) -> str:
        texts = candidates(own, told)
        ids, mask = padded(
            [each.ids for each in self._tokenizer.encode_batch(texts)], self._model.shape.end
        )
        with torch.inference_mode():
            losses = self._model.losses(seen.expand(len(texts), -1, -1), ids, mask)
        return best(Ballot(tuple(texts), tuple((-losses).tolist())), told)


def load_small(name: str, version: str, licence: str, folder: Path, device: str) -> SmallCaptioner:
    """Load a folder with the encoder that it was trained on.

    Raises WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not there.
    """
    config, model, tokenizer = read_small(folder)
    encoder = load_encoder(config.encoder, None, device)
    _check_encoder(config, encoder, folder)
    sha256 = files_sha256([folder / name for name in (CONFIG, TOKENIZER, WEIGHTS)])
    return SmallCaptioner(encoder, model, tokenizer, CaptionerCard(name, version, sha256, licence))


def _check_encoder(config: SmallConfig, encoder: Encoder, folder: Path) -> None:
    if encoder.card.weights_sha256 != config.encoder_sha256:
        raise WeightsMismatch(
            f"The captioner in {folder} was trained on other weights of {config.encoder!r} "
            f"({config.encoder_sha256[:12]}) than those at hand "
            f"({encoder.card.weights_sha256[:12]}). Train it again: `radseek train captioner`."
        )
