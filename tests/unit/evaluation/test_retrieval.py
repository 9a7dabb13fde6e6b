"""Text and image retrieval on a few pictures whose ranking is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.types import Embeddings, EncoderCard, Pixels, Regions
from evaluation.retrieval import (
    ImageResult,
    Labels,
    TextCase,
    image_results,
    plain_cases,
    raw_pixel_embeddings,
    summary,
    text_results,
)

CARD = EncoderCard("fake", "1", 2, "", "", "")


class FakeEncoder:
    """Knows two texts."""

    card = CARD
    device = "cpu"
    at_once = 8
    logit_scale = 1.0

    def prepare(self, pixels: Pixels) -> Pixels:
        return pixels

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        raise NotImplementedError

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        raise NotImplementedError

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        known = {"right": (1.0, 0.0), "up": (0.0, 1.0)}
        return np.array([known[text] for text in texts], np.float32)


def at_degrees(*angles: float) -> Embeddings:
    radians = np.radians(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def labels(source: str = "s", group: str = "g", finding: str = "") -> Labels:
    return Labels(source, group, "CT", "head", finding)


def test_a_query_is_scored_by_where_its_pictures_rank() -> None:
    pictures = at_degrees(0, 30, 60, 90)
    known = [labels(finding=name) for name in ("a", "b", "a", "b")]
    cases = [TextCase("right", finding="a"), TextCase("up", "CT", "head", "a")]

    right, up = text_results(FakeEncoder(), pictures, known, cases)

    assert right.average_precision == pytest.approx((1 + 2 / 3) / 2)  # ranks 1 and 3
    assert up.average_precision == pytest.approx((1 / 2 + 2 / 4) / 2)  # ranks 2 and 4
    assert (right.chance, right.relevant) == (0.5, 2)


def test_a_query_that_no_picture_answers_is_left_out() -> None:
    results = text_results(
        FakeEncoder(), at_degrees(0), [labels()], [TextCase("right", finding="none such")]
    )

    assert results == []


def test_a_picture_never_finds_its_own_patient() -> None:
    pictures = at_degrees(0, 1, 50, 60)
    known = [labels(group="1"), labels(group="1"), labels(group="2"), labels(group="3")]

    (everything, _) = image_results(pictures, known, ["a", "a", "b", "a"], k=1)

    # 0 and 1 are neighbours but of one patient: both find 2, which is wrong; 3 finds 2 as well;
    # 2 is the only one with its answer, so it does not count.
    assert everything == ImageResult("all", 3, 0.0)


def test_precision_is_given_for_each_source() -> None:
    pictures = at_degrees(0, 5, 80, 90, 42)
    known = [
        labels("x", "1"),
        labels("x", "2"),
        labels("y", "3"),
        labels("y", "4"),
        labels("y", "5"),
    ]

    results = image_results(pictures, known, ["a", "a", "b", "b", "a"], k=1)

    # 42 degrees is nearest to 5 degrees (37 away) and to 80 (38 away).
    assert results == [
        ImageResult("all", 5, 1.0),
        ImageResult("x", 2, 1.0),
        ImageResult("y", 3, 1.0),
    ]


def test_groups_of_the_same_name_in_two_sources_are_two_groups() -> None:
    pictures = at_degrees(0, 1)
    known = [labels("x", "1"), labels("y", "1")]

    assert image_results(pictures, known, ["a", "a"])[0] == ImageResult("all", 2, 1.0)


def test_raw_pixels_ignore_brightness_and_contrast() -> None:
    rng = np.random.default_rng(0)
    dark = rng.integers(0, 60, (64, 64, 3)).astype(np.uint8)
    other = rng.integers(0, 60, (64, 64, 3)).astype(np.uint8)

    rows = raw_pixel_embeddings([dark, dark * 3 + 20, other])

    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows[0] @ rows[1] == pytest.approx(1, abs=1e-5)
    assert rows[0] @ rows[2] < 0.2


def test_raw_pixels_are_means_of_cells() -> None:
    """A 64 x 64 picture has cells of 2 x 2."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[0:2, 2:4] = 200

    row = raw_pixel_embeddings([picture])[0].reshape(32, 32)

    assert np.unravel_index(row.argmax(), row.shape) == (0, 1)
    assert len(np.unique(row.round(6))) == 2


def test_a_source_is_measured_without_the_right_answers_of_others() -> None:
    pictures = at_degrees(0, 10, 20, 30)
    known = [
        labels("x", finding="a"), labels("y", finding="b"),
        labels("y", finding="a"), labels("x", finding="b"),
    ]  # fmt: skip

    (result,) = text_results(
        FakeEncoder(), pictures, known, [TextCase("right", finding="a")], source="y"
    )

    # 0 degrees is out; of 10 (b), 20 (a), 30 (b) the second is right.
    assert (result.average_precision, result.relevant) == (0.5, 1)
    assert result.chance == pytest.approx(1 / 3)


def test_plain_queries_name_every_region_and_finding_once() -> None:
    known = [labels(finding="mass"), labels(finding="mass"), labels()]

    cases = plain_cases(known)

    assert cases == [
        TextCase("CT of the head", "CT", "head"),
        TextCase("CT of the head with mass", "CT", "head", "mass"),
    ]


def test_the_summary_is_made_of_both_kinds_of_query() -> None:
    class Plain(FakeEncoder):
        def embed_texts(self, texts: Sequence[str]) -> Embeddings:
            return at_degrees(*[0.0 if text.endswith("mass") else 90.0 for text in texts])

    pictures = at_degrees(-60, 60, *range(80, 91))
    names = ["mass", "mass", *["normal"] * 11]
    known = [labels("x", str(n), name) for n, name in enumerate(names)]

    figures = summary(Plain(), pictures, known)

    assert figures["text_region_map"] == 1.0  # all are CT of the head
    assert figures["text_finding_map"] == 1.0  # masses are nearer to 0 degrees, the rest to 90
    assert figures["image_region_p10"] == 1.0
    assert figures["image_finding_p10"] == pytest.approx(12 / 13)  # a mass among normal ones


def test_the_summary_of_pictures_without_findings_says_so() -> None:
    class Plain(FakeEncoder):
        def embed_texts(self, texts: Sequence[str]) -> Embeddings:
            return at_degrees(*[0.0 for _ in texts])

    figures = summary(Plain(), at_degrees(0, 10), [labels(group="1"), labels(group="2")])

    assert np.isnan(figures["text_finding_map"])
    assert np.isnan(figures["image_finding_p10"])
    assert figures["image_region_p10"] == 1.0
