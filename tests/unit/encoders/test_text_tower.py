"""The text tower against the hidden states that the reference recorded."""

import torch
from torch import Tensor

from encoders.medimageinsight.model import UniCL

NOISE = {"atol": 5e-6, "rtol": 1e-6}


def test_every_block_gives_the_recorded_states_of_real_tokens(
    tiny: UniCL, recorded: dict[str, Tensor]
) -> None:
    ids, mask = recorded["txt.input_ids"], recorded["txt.attention_mask"]
    seen: list[Tensor] = []
    for block in tiny.lang_encoder.resblocks:
        block.register_forward_hook(lambda _module, _inputs, output: seen.append(output))

    with torch.inference_mode():
        tiny.lang_encoder(ids, mask)

    for index, states in enumerate(seen):
        expected = recorded[f"txt.block{index}"]
        torch.testing.assert_close(states[mask.bool()], expected[mask.bool()], **NOISE)


def test_the_feature_is_the_last_hidden_state_of_the_end_token(
    tiny: UniCL, recorded: dict[str, Tensor]
) -> None:
    with torch.inference_mode():
        features = tiny.lang_encoder(recorded["txt.input_ids"], recorded["txt.attention_mask"])

    rows = torch.arange(len(features))
    expected = recorded["txt.last_hidden"][rows, recorded["txt.eos_index"]]
    torch.testing.assert_close(features, expected, **NOISE)


def test_padding_does_not_change_a_text(tiny: UniCL, recorded: dict[str, Tensor]) -> None:
    ids, mask = recorded["txt.input_ids"][:3], recorded["txt.attention_mask"][:3]

    with torch.inference_mode():
        short = tiny.lang_encoder(ids[:, :5], mask[:, :5])
        long = tiny.lang_encoder(ids, mask)

    torch.testing.assert_close(short, long, atol=2e-6, rtol=0)


def test_what_stands_in_the_padding_does_not_matter(
    tiny: UniCL, recorded: dict[str, Tensor]
) -> None:
    ids, mask = recorded["txt.input_ids"][:3], recorded["txt.attention_mask"][:3]
    blank = ids.masked_fill(mask == 0, 0)

    with torch.inference_mode():
        assert torch.equal(tiny.lang_encoder(blank, mask), tiny.lang_encoder(ids, mask))


def test_a_later_word_changes_an_earlier_state(tiny: UniCL) -> None:
    """There is no causal mask, so the first token sees the last."""
    ids = torch.tensor([[1022, 5, 6, 1023], [1022, 5, 7, 1023]])
    seen: list[Tensor] = []
    tiny.lang_encoder.resblocks[0].register_forward_hook(
        lambda _module, _inputs, output: seen.append(output)
    )

    with torch.inference_mode():
        tiny.lang_encoder(ids, torch.ones_like(ids))

    assert (seen[0][0, 0] - seen[0][1, 0]).abs().max() > 1e-3
