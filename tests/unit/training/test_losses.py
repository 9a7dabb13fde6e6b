"""The losses, against values worked out by hand, loops over pairs, and transformers' own."""

import math
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from transformers import SiglipConfig, SiglipModel
from transformers.models.clip.modeling_clip import image_text_contrastive_loss

from training.losses import Pairs, info_nce, likeness, one_direction, sigmoid

ALL = 100  # rows at once: more than any table here has


def table(logits: Tensor, positive: Tensor, negative: Tensor) -> Pairs:
    """Pairs with these very logits."""
    candidates = torch.eye(logits.shape[1], dtype=logits.dtype)
    return Pairs(logits, candidates, positive, negative, logits.new_tensor(0.0))


def drawn(seed: int, queries: int, candidates: int) -> Pairs:
    rng = torch.Generator().manual_seed(seed)
    kinds = torch.randint(3, (queries, candidates), generator=rng)
    rows, columns = (
        torch.randn(n, 4, generator=rng, dtype=torch.float64) for n in (queries, candidates)
    )
    scale, bias = torch.tensor(0.9, dtype=torch.float64), torch.tensor(-1.0, dtype=torch.float64)
    return Pairs(rows, columns, kinds == 0, kinds == 1, scale, bias)


def each_its_own(rows: Tensor, columns: Tensor, scale: float, bias: float) -> Pairs:
    own = torch.eye(len(rows), dtype=torch.bool)
    return Pairs(rows, columns, own, ~own, torch.tensor(math.log(scale)), torch.tensor(bias))


def total(pieces: Iterator[Tensor]) -> float:
    return sum(piece.item() for piece in pieces)


def slow_one_direction(logits: Tensor, positive: Tensor, negative: Tensor) -> float:
    """The definition, pair by pair."""
    rows = []
    for row in range(len(logits)):
        rivals = sum(math.exp(x) for x, no in zip(logits[row], negative[row], strict=True) if no)
        hits = [math.exp(x) for x, yes in zip(logits[row], positive[row], strict=True) if yes]
        if hits and rivals:
            rows.append(sum(-math.log(hit / (hit + rivals)) for hit in hits) / len(hits))
    return sum(rows) / len(rows) if rows else 0.0


def slow_sigmoid(logits: Tensor, positive: Tensor, negative: Tensor) -> float:
    """The definition, pair by pair."""
    kinds = zip(logits.flatten(), positive.flatten(), negative.flatten(), strict=True)
    losses = [math.log(1 + math.exp(-x if yes else x)) for x, yes, no in kinds if yes or no]
    return sum(losses) / len(logits)


def test_one_positive_per_caption_is_plain_info_nce() -> None:
    logits = torch.tensor([[2.0, 0.0], [1.0, 3.0]])
    positive = torch.eye(2, dtype=torch.bool)

    loss = total(info_nce(table(logits, positive, ~positive), ALL))

    captions = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-2))) / 2
    images = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(-3))) / 2
    assert loss == pytest.approx((captions + images) / 2)


def test_info_nce_is_the_loss_of_clip() -> None:
    torch.manual_seed(0)
    pairs = each_its_own(torch.randn(6, 3), torch.randn(6, 3), scale=4.0, bias=0.0)

    loss = total(info_nce(pairs, ALL))

    assert loss == pytest.approx(image_text_contrastive_loss(pairs.logits(slice(None))).item())


def test_the_sigmoid_loss_is_that_of_siglip() -> None:
    torch.manual_seed(0)
    small = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    config = SiglipConfig(
        text_config={**small, "num_attention_heads": 2, "vocab_size": 20, "projection_size": 8},
        vision_config={**small, "num_attention_heads": 2, "image_size": 8, "patch_size": 4},
    )
    model = SiglipModel(config).eval()
    with torch.no_grad():
        model.logit_scale.fill_(math.log(10))
        model.logit_bias.fill_(-3)
        out = model(
            input_ids=torch.randint(3, 20, (5, 6)),
            pixel_values=torch.randn(5, 3, 8, 8),
            return_loss=True,
        )

    loss = total(sigmoid(each_its_own(out.text_embeds, out.image_embeds, 10.0, -3.0), ALL))

    assert loss == pytest.approx(out.loss.item())


def test_the_sigmoid_loss_of_two_pairs_by_hand() -> None:
    positive = torch.tensor([[True, False], [False, False]])
    negative = torch.tensor([[False, True], [False, False]])
    logits = torch.tensor([[2.0, -1.0], [5.0, 5.0]])

    loss = total(sigmoid(table(logits, positive, negative), ALL))

    assert loss == pytest.approx((math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-1))) / 2)


def test_positives_of_a_caption_do_not_compete() -> None:
    logits = torch.tensor([[1.0, 5.0, 0.0]])
    positive = torch.tensor([[True, True, False]])

    loss = total(one_direction(table(logits, positive, ~positive), ALL))

    expected = (math.log(1 + math.exp(0 - 1)) + math.log(1 + math.exp(0 - 5))) / 2
    assert loss == pytest.approx(expected)


def test_a_pair_that_is_neither_takes_no_part() -> None:
    positive = torch.tensor([[True, False, False]])
    negative = torch.tensor([[False, True, False]])

    losses = [
        total(one_direction(table(torch.tensor([[1.0, 0.5, x]]), positive, negative), ALL))
        for x in (-9.0, 0.0, 9.0)
    ]

    assert losses == [pytest.approx(math.log(1 + math.exp(-0.5)))] * 3


def test_a_batch_without_negatives_gives_nothing_to_learn() -> None:
    logits = torch.ones(2, 2, requires_grad=True)
    everything = torch.ones(2, 2, dtype=torch.bool)

    pieces = list(info_nce(table(logits, everything, ~everything), ALL))
    for piece in pieces:
        piece.backward()  # type: ignore[no-untyped-call]

    assert [piece.item() for piece in pieces] == [0, 0]
    assert logits.grad is not None
    assert torch.equal(logits.grad, torch.zeros(2, 2))


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**31))
def test_the_losses_agree_with_their_definitions(captions: int, images: int, seed: int) -> None:
    pairs = drawn(seed, captions, images)
    written = pairs.logits(slice(None)), pairs.positive, pairs.negative
    turned = tuple(each.T for each in written)

    both = slow_one_direction(*written) + slow_one_direction(*turned)
    assert total(info_nce(pairs, ALL)) == pytest.approx(both / 2)
    assert total(sigmoid(pairs, ALL)) == pytest.approx(slow_sigmoid(*written))


@given(st.integers(1, 7), st.sampled_from([info_nce, sigmoid]), st.integers(0, 2**31))
def test_pieces_give_the_gradient_of_the_whole(at_once: int, loss: object, seed: int) -> None:
    pairs = drawn(seed, 6, 5)
    leaves = [pairs.queries, pairs.candidates, pairs.log_scale]
    found = []
    for rows in (ALL, at_once):
        for leaf in leaves:
            leaf.requires_grad_().grad = None
        for piece in loss(pairs, rows):  # type: ignore[operator]
            piece.backward()
        found.append([leaf.grad for leaf in leaves])

    torch.testing.assert_close(found[1], found[0])


def test_likeness_draws_the_same_class_together_and_spares_the_picture_itself() -> None:
    embeddings = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    same = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=torch.bool)

    loss = total(one_direction(likeness(embeddings, same, ~same, scale=2.0), ALL))

    first = math.log(1 + math.exp(2 * (0.6 - 0.0)))
    second = math.log(1 + math.exp(2 * (0.8 - 0.0)))
    assert loss == pytest.approx((first + second) / 2)  # the third has no other of its class
