"""Our own captioner: a picture's regions, an MLP that projects them, and a small decoder.

Source: Liu et al., "Visual Instruction Tuning" (LLaVA, NeurIPS 2023), with the projector of
LLaVA-1.5; the decoder is a Llama of a few layers.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM

IGNORED = -100  # a label that takes no part in the loss


@dataclass(frozen=True, slots=True)
class SmallShape:
    """The numbers that shape the model."""

    dim: int  # of a region: the encoder's
    grid: int  # regions per side that the decoder sees
    vocabulary: int  # tokens; the last two are start and end
    hidden: int = 192
    layers: int = 4
    heads: int = 4
    intermediate: int = 512
    longest: int = 48  # tokens of a text, its end among them

    @property
    def start(self) -> int:
        """The token that stands between picture and text."""
        return self.vocabulary - 2

    @property
    def end(self) -> int:
        """The token that ends a text."""
        return self.vocabulary - 1


class SmallModel(nn.Module):
    """Regions and texts to the likelihood of each next token."""

    def __init__(self, shape: SmallShape) -> None:
        super().__init__()
        self.shape = shape
        self.projector = nn.Sequential(
            nn.Linear(shape.dim, shape.hidden),
            nn.GELU(),
            nn.Linear(shape.hidden, shape.hidden),
        )
        self.decoder = LlamaForCausalLM(_decoder_config(shape))

    def see(self, regions: Tensor) -> Tensor:
        """What the decoder sees of pictures: regions (B, h, w, dim) -> (B, grid * grid, hidden).

        A region's entries are as small as those of a unit row; they are brought to about one.
        """
        maps = regions.permute(0, 3, 1, 2) * self.shape.dim**0.5
        tokens = functional.adaptive_avg_pool2d(maps, self.shape.grid).flatten(2)
        seen: Tensor = self.projector(tokens.transpose(1, 2))
        return seen

    def losses(self, seen: Tensor | None, ids: Tensor, mask: Tensor) -> Tensor:
        """How unlikely each text is, in nats: the sum over its tokens. -> (B,).

        `ids` (B, L) begin with the start token and end with the end token; `mask` tells them from
        padding. Without `seen`, it is the likelihood of the text for no picture at all.
        """
        words = self.decoder.get_input_embeddings()(ids)
        embedded = words if seen is None else torch.cat([seen, words], dim=1)
        hidden = embedded.shape[1] - ids.shape[1]
        logits = self.decoder(inputs_embeds=embedded, use_cache=False).logits[:, hidden:-1]
        targets = ids[:, 1:].masked_fill(~mask[:, 1:], IGNORED)
        each = functional.cross_entropy(
            logits.transpose(1, 2), targets, ignore_index=IGNORED, reduction="none"
        )
        return each.sum(dim=1)

    @torch.inference_mode()
    def write(self, seen: Tensor) -> list[list[int]]:
        """The likeliest next token, again and again, until the end token: ids without the ends."""
        start = torch.full((len(seen), 1), self.shape.start, device=seen.device)
        embedded = torch.cat([seen, self.decoder.get_input_embeddings()(start)], dim=1)
        written = self.decoder.generate(
            inputs_embeds=embedded,
            attention_mask=torch.ones(embedded.shape[:2], dtype=torch.long, device=seen.device),
            max_new_tokens=self.shape.longest,
            do_sample=False,
            eos_token_id=self.shape.end,
            pad_token_id=self.shape.end,
        )
        return [_before_end(row, self.shape.end) for row in written.tolist()]


def _decoder_config(shape: SmallShape) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        max_position_embeddings=shape.grid**2 + shape.longest + 1,
        bos_token_id=shape.start,
        eos_token_id=shape.end,
        pad_token_id=shape.end,
        tie_word_embeddings=True,
    )


def _before_end(ids: list[int], end: int) -> list[int]:
    return ids[: ids.index(end)] if end in ids else ids
