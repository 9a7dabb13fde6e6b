"""From a query to the row that the index is searched with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Embeddings
from encoders.base import Encoder
from search.language.understanding import Understood, understand
from search.query import EmbeddingPart, ImagePart, InstancePart, Part, Query, TextPart
from storage.snapshot import Snapshot

Row = NDArray[np.float32]  # (dim,)

SHORTEST = 1e-4  # a sum of unit rows that is shorter points nowhere


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


def encode(query: Query, snapshot: Snapshot, encoder: Callable[[], Encoder]) -> Encoded:
    """Embed each part and add them up by their weights.

    `encoder` is called when a text or image has to be embedded, and not before. Raises
    InvalidRequest when the parts cancel each other out, UnknownName for a picture that is not
    indexed.
    """
    asked = [part.text for part in query.parts if isinstance(part, TextPart)]
    understood = tuple(understand(text, encoder().card) for text in asked)
    texts = iter(understood)
    rows = [_row(part, snapshot, encoder, texts) for part in query.parts]
    weights = np.array([part.weight for part in query.parts], np.float32)
    return Encoded(_unit(weights @ np.stack(rows))[None], _kind(query.parts), understood)


def _row(
    part: Part, snapshot: Snapshot, encoder: Callable[[], Encoder], texts: Iterator[Understood]
) -> Row:
    match part:
        case TextPart():
            return _text_row(next(texts), encoder())
        case ImagePart(pixels):
            loaded = encoder()
            image: Row = loaded.embed_images([loaded.prepare(pixels)])[0]
            return image
        case InstancePart(id):
            stored: Row = snapshot.embeddings([id])[0]
            return stored
        case EmbeddingPart(row):
            return _unit(row)


def _text_row(understood: Understood, encoder: Encoder) -> Row:
    rows = encoder.embed_texts([term.text for term in understood.terms])
    weights = np.array([term.weight for term in understood.terms], np.float32)
    return _unit(weights @ rows)


def _unit(row: Row) -> Row:
    length = float(np.linalg.norm(row))
    if length < SHORTEST:
        raise InvalidRequest(
            "The parts of the query cancel each other out. Change their weights or leave one out."
        )
    return (row / length).astype(np.float32)


def _kind(parts: Sequence[Part]) -> Kind:
    are_texts = {isinstance(part, TextPart) for part in parts}
    if len(are_texts) > 1:
        return Kind.MIXED
    return Kind.TEXT if True in are_texts else Kind.IMAGE
