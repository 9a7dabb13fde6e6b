"""The laws of a query of parts, whatever the encoder and the collection are."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import ColourEncoder
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidRequest, UnknownName
from search.encoding import Kind, Means, encode, needs_encoder
from search.query import (
    EmbeddingPart,
    Feedback,
    ImagePart,
    InstancePart,
    Query,
    Region,
    TextPart,
    by_text,
)
from tests.unit.search.snapshots import FakeSnapshot

ROWS = np.random.default_rng(1).normal(size=(60, 3)) + 1
SNAPSHOT = FakeSnapshot(ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True))
WHOLE = Region(0, 0, 1, 1)
NAMES = ("red", "green", "blue", "grey")


class CountingEncoder(ColourEncoder):
    """Counts how often it is called."""

    def __init__(self):
        self.calls = []

    def embed_images(self, prepared):
        self.calls.append(("images", len(prepared)))
        return super().embed_images(prepared)

    def embed_texts(self, texts):
        self.calls.append(("texts", len(texts)))
        return super().embed_texts(texts)


def not_needed(*_):
    raise AssertionError("it is not needed")


def picture(*colour):
    return np.broadcast_to(np.array(colour, np.uint8), (64, 64, 3))


MEANS = Means(ColourEncoder.card, ColourEncoder, lambda _: picture(250, 20, 20))


def row(query, means=MEANS):
    return encode(query, SNAPSHOT, means).row[0]


weights = st.floats(0.1, 5) | st.floats(-5, -0.1)
colours = st.tuples(*[st.integers(0, 255)] * 3)
parts = st.one_of(
    st.builds(TextPart, st.sampled_from(NAMES), weights),
    st.builds(InstancePart, st.integers(1, 60), st.none(), weights),
    st.builds(lambda c, w: ImagePart(picture(*c), weight=w), colours, weights),
    st.builds(lambda at, w: EmbeddingPart(SNAPSHOT.embeddings([at])[0], w), st.just(7), weights),
)
queries = st.lists(parts, min_size=1, max_size=5).map(lambda these: Query(tuple(these)))


def row_or_none(query):
    try:
        return row(query)
    except InvalidRequest:
        return None


@given(query=queries, order=st.randoms(use_true_random=False))
def test_the_order_of_parts_does_not_matter(query, order):
    mixed = list(query.parts)
    order.shuffle(mixed)
    one, other = row_or_none(query), row_or_none(Query(tuple(mixed)))
    assert (one is None) == (other is None)
    if one is not None:
        assert one == pytest.approx(other, abs=1e-5)


@given(query=queries, factor=st.sampled_from([1e-6, 0.5, 2.0, 1e6]))
def test_the_scale_of_all_weights_does_not_matter(query, factor):
    scaled = Query(tuple(replace(part, weight=part.weight * factor) for part in query.parts))
    one, other = row_or_none(query), row_or_none(scaled)
    assert (one is None) == (other is None)
    if one is not None:
        assert one == pytest.approx(other, abs=1e-5)


pictures = st.lists(
    parts.filter(lambda part: not isinstance(part, TextPart)), min_size=1, max_size=5
)


@given(query=pictures.map(lambda these: Query(tuple(these))))
def test_the_opposite_of_all_pictures_is_the_opposite_row(query):
    opposite = Query(tuple(replace(part, weight=-part.weight) for part in query.parts))
    one, other = row_or_none(query), row_or_none(opposite)
    assert (one is None) == (other is None)
    if one is not None:
        assert one == pytest.approx(-other, abs=1e-5)


@given(part=parts)
def test_a_part_given_twice_is_itself(part):
    assert row(Query((part, part))) == pytest.approx(row(Query((part,))), abs=1e-5)


@given(query=queries)
def test_a_row_is_of_unit_length(query):
    found = row_or_none(query)
    assert found is None or np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_words_that_are_not_wanted_are_denied_and_not_subtracted():
    unwanted, denied = Query((TextPart("pneumonia", -2.0),)), Query((TextPart("no pneumonia"),))

    assert row(unwanted) == pytest.approx(row(denied), abs=1e-6)
    assert encode(unwanted, SNAPSHOT, MEANS).understood[0].terms[-1].weight < 0


def test_a_modality_that_is_not_wanted_is_subtracted_and_counts_less():
    both = row(Query((TextPart("red"), TextPart("CT", -1.0))))

    red, ct = row(Query((TextPart("red"),))), row(Query((TextPart("CT"),)))
    expected = red - 0.35 * ct
    assert both == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


def test_pictures_are_added_by_their_weights():
    query = Query((InstancePart(1, weight=2.0), InstancePart(2, weight=-0.5)))
    expected = 2 * SNAPSHOT.embeddings([1])[0] - 0.5 * SNAPSHOT.embeddings([2])[0]
    assert row(query) == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)


def test_the_length_of_an_embedding_does_not_matter():
    given_row = SNAPSHOT.embeddings([4])[0]
    assert row(Query((EmbeddingPart(9 * given_row),))) == pytest.approx(given_row, abs=1e-6)


def test_a_region_of_all_is_the_picture():
    whole = ImagePart(picture(9, 90, 200), WHOLE)
    assert row(Query((whole,))).tolist() == row(Query((replace(whole, region=None),))).tolist()


def test_a_region_of_an_indexed_picture_is_embedded_from_its_file():
    seen = ColourEncoder().embed_images([picture(250, 20, 20)])[0]
    snapshot = FakeSnapshot(ROWS)
    snapshot.describe = lambda ids: [f"record of {each}" for each in ids]
    asked = []
    means = replace(MEANS, pixels_of=lambda record: asked.append(record) or picture(250, 20, 20))
    found = encode(Query((InstancePart(3, WHOLE),)), snapshot, means).row[0]
    assert found == pytest.approx(seen, abs=1e-6)
    assert asked == ["record of 3"]


def test_all_pictures_are_embedded_in_one_call_and_all_texts_in_another():
    encoder = CountingEncoder()
    asked = (
        TextPart("red"),
        ImagePart(picture(1, 2, 3)),
        TextPart("blue"),
        ImagePart(picture(9, 9, 9)),
    )
    row(Query(asked), replace(MEANS, encoder=lambda: encoder))
    assert [kind for kind, _ in sorted(encoder.calls)] == ["images", "texts"]
    assert ("images", 2) in encoder.calls


def test_stored_rows_need_no_encoder():
    query = Query((InstancePart(1), EmbeddingPart(ROWS[0].astype(np.float32))), Feedback((2,)))
    assert not needs_encoder(query)
    row(query, Means(ColourEncoder.card, not_needed, not_needed))


@pytest.mark.parametrize(
    "part", [TextPart("red"), ImagePart(picture(1, 1, 1)), InstancePart(1, WHOLE)]
)
def test_words_and_pixels_need_the_encoder(part):
    assert needs_encoder(Query((InstancePart(2), part)))


def test_parts_that_cancel_each_other_out_are_refused():
    with pytest.raises(InvalidRequest, match="cancel each other out"):
        row(Query((InstancePart(1), InstancePart(1, weight=-1.0))))


def test_an_embedding_of_another_encoder_is_refused():
    with pytest.raises(InvalidRequest, match="3 dimensions"):
        row(Query((EmbeddingPart(np.ones(4, np.float32)),)))


def test_a_picture_that_is_not_indexed_is_named():
    with pytest.raises(UnknownName):
        row(Query((InstancePart(99),)))


def test_the_kind_says_what_was_asked_with():
    assert encode(by_text("red"), SNAPSHOT, MEANS).kind is Kind.TEXT
    assert encode(Query((InstancePart(1),)), SNAPSHOT, MEANS).kind is Kind.IMAGE
    mixed = (Query((TextPart("red"), InstancePart(1))), Query((TextPart("red"),), Feedback((1,))))
    assert [encode(query, SNAPSHOT, MEANS).kind for query in mixed] == [Kind.MIXED, Kind.MIXED]


def test_what_was_liked_alone_is_the_query():
    liked = SNAPSHOT.embeddings([5, 9]).mean(axis=0)
    found = row(Query((), Feedback((5, 9))))
    assert found == pytest.approx(liked / np.linalg.norm(liked), abs=1e-6)
