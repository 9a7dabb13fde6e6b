"""Our own captioner: what it writes, what it finds likely, how neighbours vote, its files."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WeightsMismatch, WeightsMissing
from core.machine_text import Neighbour
from encoders.captioner.mini.load import load
from encoders.captioner.small_files import read_small
from encoders.captioner.small_model import SmallModel
from encoders.captioner.vote import SMALLEST, Ballot, best, candidates
from encoders.registry import load_encoder
from tests.tiny_captioners import write_small_captioner

SHIPPED = 25 * 2**20  # bytes that a model shipped inside may have


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    card = load_encoder("mini", device="cpu").card
    write_small_captioner(folder, card.weights_sha256, card.dim)
    return folder


@pytest.fixture
def model(folder: Path) -> SmallModel:
    return read_small(folder)[1]


def seen_by(model: SmallModel, pictures: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    regions = torch.randn((pictures, 3, 3, model.shape.dim), generator=generator) / 16
    return model.see(regions)


def next_logits(model: SmallModel, seen: torch.Tensor, ids: list[int]) -> torch.Tensor:
    """What may follow these ids, by one pass over all of them."""
    words = model.decoder.get_input_embeddings()(torch.tensor([ids]))
    with torch.inference_mode():
        return model.decoder(inputs_embeds=torch.cat([seen, words], dim=1)).logits[0, -1]


def test_it_writes_the_likeliest_token_each_time(model: SmallModel) -> None:
    seen = seen_by(model, 3)
    for row, written in enumerate(model.write(seen)):
        ids = [model.shape.start]
        while len(ids) <= model.shape.longest:
            ids.append(int(next_logits(model, seen[row : row + 1], ids).argmax()))
            if ids[-1] == model.shape.end:
                break
        assert written == [token for token in ids[1:] if token != model.shape.end]


def test_the_loss_is_the_sum_over_tokens_and_padding_takes_no_part(model: SmallModel) -> None:
    seen, start, end = seen_by(model, 1), model.shape.start, model.shape.end
    ids = [start, 5, 9, 7, end]
    expected = -sum(
        float(next_logits(model, seen, ids[:at]).log_softmax(0)[ids[at]]) for at in range(1, 5)
    )
    padded = torch.tensor([[*ids, end, end]])
    mask = torch.tensor([[True] * 5 + [False] * 2])

    assert model.losses(seen, padded, mask).item() == pytest.approx(expected, rel=1e-4)
    assert model.losses(None, padded, mask).item() != pytest.approx(expected, rel=1e-4)


def test_more_regions_are_seen_as_a_grid_of_their_means(model: SmallModel) -> None:
    regions = torch.randn(1, 3, 3, model.shape.dim)
    finer = regions.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)

    torch.testing.assert_close(model.see(finer), model.see(regions))


def test_neighbours_are_candidates_with_votes() -> None:
    known = [(0.8, "b"), (0.7, "b"), (0.9, ""), (-1.0, "c")]
    told = [Neighbour(at, *each) for at, each in enumerate(known)]
    texts = candidates("a", told)

    assert texts == ["a", "b", "c"]
    # a: 0.1, b: 0.1 + 0.8 + 0.7, c: 0.1 of 1.8 votes
    gap = math.log((SMALLEST + 1.5) / SMALLEST)
    assert best(Ballot(tuple(texts), (0.0, -gap + 0.01, -9.0)), told) == "b"
    assert best(Ballot(tuple(texts), (0.0, -gap - 0.01, -9.0)), told) == "a"


@given(st.lists(st.integers(-20, 0), min_size=1, max_size=6))
def test_without_votes_the_likeliest_is_best(likelihoods: list[int]) -> None:
    texts = tuple(map(str, range(len(likelihoods))))

    assert best(Ballot(texts, tuple(likelihoods)), []) == texts[int(np.argmax(likelihoods))]


def test_neighbours_vote_with_the_likelihoods_of_the_picture(folder: Path) -> None:
    captioner, encoder = load(folder, "cpu"), load_encoder("mini", device="cpu")
    pixels = np.full((20, 20, 3), 90, np.uint8)
    _, model, tokenizer = read_small(folder)
    seen = model.see(torch.from_numpy(encoder.regions([encoder.prepare(pixels)])))
    (own,) = captioner.describe([pixels], [[]])
    told = [Neighbour(1, 0.9, "X-ray of the hand."), Neighbour(2, 0.8, "CT.")]

    likelihoods = []
    for text in (own, "X-ray of the hand.", "CT."):
        ids = torch.tensor([tokenizer.encode(text).ids])
        likelihoods.append(-model.losses(seen, ids, torch.ones_like(ids, dtype=torch.bool)).item())
    expected = best(Ballot((own, "X-ray of the hand.", "CT."), tuple(likelihoods)), told)
    assert captioner.describe([pixels], [told]) == [expected]
    assert captioner.describe([pixels], [[Neighbour(1, 0.9, own)]]) == [own]


def test_files_that_are_not_there_are_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())

    with pytest.raises(WeightsMissing, match=r"no tokenizer.json and no weights.safetensors"):
        read_small(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [("config.json", b"{}"), ("tokenizer.json", b"{}"), ("weights.safetensors", b"short")],
)
def test_files_that_cannot_be_used_are_refused(
    folder: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).write_bytes(content)

    with pytest.raises(WeightsMismatch, match=str(tmp_path)):
        read_small(tmp_path)


def test_weights_of_another_shape_are_refused(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    config["shape"]["layers"] = 3
    (tmp_path / "config.json").write_text(json.dumps(config))

    with pytest.raises(WeightsMismatch, match="lack"):
        read_small(tmp_path)


def test_it_is_bound_to_the_encoder_it_was_trained_on(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((folder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"encoder_sha256": "ab" * 32}))

    with pytest.raises(WeightsMismatch, match="trained on other weights of 'mini'"):
        load(tmp_path, "cpu")


def test_the_shipped_one_fits_the_shipped_encoder_and_is_small() -> None:
    shipped = load(None, "cpu")

    (text,) = shipped.describe([np.zeros((96, 96, 3), np.uint8)], [[]])
    assert text.endswith(".")
    files = Path(load.__code__.co_filename).parent.iterdir()
    assert sum(file.stat().st_size for file in files if file.is_file()) < SHIPPED
