"""From a query to the row that the index is searched with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Embeddings, EncoderCard, Pixels, Record
from encoders.base import Encoder
from search.balance import balanced
from search.feedback import refit
from search.language.understanding import Understood, understand, understand_unwanted
from search.query import EmbeddingPart, ImagePart, InstancePart, Part, Query, SeriesPart, TextPart
from search.regions import cut_out
from search.sampling import Sampler
from search.unread import with_unread
from search.volumes import slices_of
from storage.snapshot import Snapshot

Row = NDArray[np.float64]  # (dim,)
Rows = NDArray[np.float64]  # (n, dim)

SHORTEST: Final = 1e-4  # a sum of unit rows that is shorter points nowhere


class Kind(StrEnum):
    """What a query was made of: cosines of texts and of images lie on different scales."""

    TEXT = "text"
    IMAGE = "image"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A query for the index."""

    row: Embeddings  # (1, dim), of unit length
    kind: Kind
    understood: tuple[Understood, ...]  # of each text
    is_one_picture: bool = False  # so that its row lies among those of pictures


@dataclass(frozen=True, slots=True)
class Means:
    """What queries on one collection are encoded by."""

    card: EncoderCard  # of the collection
    encoder: Callable[[], Encoder]  # called when a text or an image has to be embedded
    pixels_of: Callable[[Record], Pixels]  # an indexed picture at its full size
    sampler: Sampler = field(default_factory=Sampler)


def needs_encoder(query: Query) -> bool:
    """Whether a text or an image has to be embedded."""
    return any(isinstance(part, TextPart) or is_seen(part) for part in query.parts)


def encode(query: Query, snapshot: Snapshot, means: Means) -> Encoded:
    """Embed each part, add them up by their weights, and learn from what was judged.

    All texts are embedded in one call, and so are all images. Raises InvalidRequest when the parts
    cancel each other out, a region is too small, or of a picture whose file is gone, UnknownName
    for a picture that is not indexed.
    """
    understood = _understood(query, means)
    asked = _asked(query, understood, snapshot, means)
    if query.feedback.is_given():
        asked = refit(asked, query.feedback, snapshot, means.sampler)[None]
    row = _unit(asked[0])[None].astype(np.float32)
    told = tuple(with_unread(text, means.encoder()) for text in understood)
    return Encoded(row, _kind(query), told, query.is_one_picture())


def embed_texts(texts: Sequence[str], means: Means) -> Embeddings:
    """The rows of texts, each as a query of its own: n texts, at least one -> (n, dim)."""
    understood = [understand(text, means.card) for text in texts]
    return np.stack(list(_text_rows(understood, means))).astype(np.float32)


def _understood(query: Query, means: Means) -> tuple[Understood, ...]:
    texts = (part for part in query.parts if isinstance(part, TextPart))
    return tuple(_understand(part, means.card) for part in texts)


def _understand(part: TextPart, card: EncoderCard) -> Understood:
    return understand(part.text, card) if part.weight > 0 else understand_unwanted(part.text, card)


def _asked(
    query: Query, understood: Sequence[Understood], snapshot: Snapshot, means: Means
) -> Rows:
    """The sum of all parts, of unit length: (1, dim); (0, dim) when there are none."""
    if not query.parts:
        return np.zeros((0, means.card.dim))
    rows = _unit_rows(query, understood, snapshot, means)
    kinds = _by_kind(query.parts, rows, _weights(query, understood))
    return _unit(balanced(kinds, snapshot, means.sampler))[None]


def _unit_rows(
    query: Query, understood: Sequence[Understood], snapshot: Snapshot, means: Means
) -> list[Row]:
    texts = _text_rows(understood, means)
    images = _image_rows(query, snapshot, means)
    return [_row(part, texts, images, snapshot, means.card.dim) for part in query.parts]


def _row(
    part: Part, texts: Iterator[Row], images: Iterator[Row], snapshot: Snapshot, dim: int
) -> Row:
    match part:
        case TextPart():
            return next(texts)
        case EmbeddingPart(row):
            return _given(row, dim)
        case InstancePart(id, region=None):
            stored: Row = snapshot.embeddings([id])[0]
            return stored
        case SeriesPart(uid):
            return _unit(snapshot.embeddings(slices_of(snapshot, uid)).mean(axis=0))
        case ImagePart() | InstancePart():
            return next(images)


def _given(row: NDArray[np.float32], dim: int) -> Row:
    if row.shape != (dim,):
        raise InvalidRequest(
            f"The embedding is of shape {row.shape}; the collection's have {dim} dimensions. "
            "Make it with the collection's encoder: radseek embed."
        )
    return _unit(row)


def _text_rows(understood: Sequence[Understood], means: Means) -> Iterator[Row]:
    terms = [term for text in understood for term in text.terms]
    if not terms:
        return
    rows = iter(means.encoder().embed_texts([term.text for term in terms]))
    for text in understood:
        yield _unit(np.sum([term.weight * next(rows) for term in text.terms], axis=0))


def _image_rows(query: Query, snapshot: Snapshot, means: Means) -> Iterator[Row]:
    seen = [pixels_of(part, snapshot, means) for part in query.parts if is_seen(part)]
    if seen:
        encoder = means.encoder()
        yield from encoder.embed_images([encoder.prepare(pixels) for pixels in seen])


def is_seen(part: Part) -> bool:
    """Whether its pixels have to be embedded."""
    return isinstance(part, ImagePart) or (
        isinstance(part, InstancePart) and part.region is not None
    )


def pixels_of(part: Part, snapshot: Snapshot, means: Means) -> Pixels:
    """What is seen of a picture that is asked with: its region (H, W, 3). Raises as `encode`."""
    match part:
        case ImagePart(pixels, region):
            return cut_out(pixels, region)
        case InstancePart(id, region):
            (record,) = snapshot.describe([id])
            return cut_out(means.pixels_of(record), region)
        case _:
            raise TypeError(f"{part!r} has no pixels")


def _weights(query: Query, understood: Sequence[Understood]) -> NDArray[np.float64]:
    """What each part counts, 1 at most: twice all weights is the same query.

    Of words that are not wanted the terms say what they are against.
    """
    strengths = iter(understood)
    counts = (
        abs(part.weight) * next(strengths).strength if isinstance(part, TextPart) else part.weight
        for part in query.parts
    )
    weights = np.fromiter(counts, np.float64)
    scaled: NDArray[np.float64] = weights / np.abs(weights).max()
    return scaled


def _by_kind(
    parts: Sequence[Part], rows: Sequence[Row], weights: NDArray[np.float64]
) -> list[tuple[Rows, NDArray[np.float64]]]:
    """Rows and weights of texts, and of all else; a kind that is not asked with is left out."""
    stacked = np.stack(rows)
    are_texts = np.array([isinstance(part, TextPart) for part in parts])
    return [(stacked[of], weights[of]) for of in (are_texts, ~are_texts) if of.any()]


def _unit(row: Row | NDArray[np.float32]) -> Row:
    length = float(np.linalg.norm(row))
    if length < SHORTEST:
        raise InvalidRequest(
            "The parts of the query cancel each other out. Change their weights or leave one out."
        )
    return np.asarray(row, np.float64) / length


def _kind(query: Query) -> Kind:
    are_texts = {isinstance(part, TextPart) for part in query.parts}
    if query.feedback.is_given():
        are_texts.add(False)
    if len(are_texts) > 1:
        return Kind.MIXED
    return Kind.TEXT if True in are_texts else Kind.IMAGE
