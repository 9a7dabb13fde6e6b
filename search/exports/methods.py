"""The methods card: all that somebody needs to make a search again, and to cite it.

It names no patient: words that may name somebody are left out, and pictures that were asked with
are told by the SHA-256 of their files.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from search.identifiers import may_identify
from search.query import (
    EmbeddingPart,
    ImagePart,
    InstancePart,
    Part,
    Region,
    SeriesPart,
    TextPart,
)
from search.request import Request
from search.results import Results
from search.where.fields import Kind, field_of
from search.where.tree import Condition, Where, leaves
from search.where.writing import write_where
from storage.reader import CollectionReader
from storage.snapshot import Snapshot

NOT_A_DEVICE: Final = "radseek is not a medical device. Its hits are no diagnosis."
LEFT_OUT: Final = "(words that may name a patient or a study, left out)"


@dataclass(frozen=True, slots=True)
class Made:
    """By what a card is written, and when."""

    radseek: str  # its version
    at: datetime  # aware, UTC
    edition: int  # of the collection
    citation: str  # of the encoder; empty where none is known


def collection_card(reader: CollectionReader, made: Made) -> dict[str, Any]:
    """What was searched, as JSON has it: the collection, its encoder and its index."""
    info = reader.info()
    return {
        "radseek": made.radseek,
        "made_at": made.at.isoformat(timespec="seconds"),
        "collection": {
            "name": info.name,
            "edition": made.edition,
            "sequence": info.sequence,
            "updated_at": info.updated_at.isoformat(timespec="seconds"),
            "pictures": info.pictures,
            "rendering": info.rendering,
            "slices_per_series": info.slices_per_series,
        },
        "encoder": asdict(info.card) | {"citation": made.citation},
        "index": {
            "kind": info.index_kind,
            "rows": info.index_rows,
            "recall_at_10": info.index_recall,
            "recall_at_10_of_texts": info.index_recall_texts,
            "parameters": dict(info.index_parameters),
        },
        "notice": NOT_A_DEVICE,
    }


def search_card(
    reader: CollectionReader, request: Request, results: Results, made: Made
) -> dict[str, Any]:
    """The same with what was asked, how it was encoded, and what was found."""
    snapshot = reader.snapshot()
    feedback = request.query.feedback
    return collection_card(reader, made) | {
        "query": {
            "parts": [_part(part, reader, snapshot) for part in request.query.parts],
            "liked": [_content(one, snapshot) for one in feedback.liked],
            "disliked": [_content(one, snapshot) for one in feedback.disliked],
            "refit": feedback.refit.value,
        },
        "encoded": [
            {
                "given": _words(one.given, snapshot),
                "terms": [{"text": t.text, "weight": round(t.weight, 6)} for t in one.terms],
            }
            for one in results.understood
            if not may_identify(one.given, snapshot)
        ],
        "options": {
            "filters": [_filter(where) for where in request.where],
            "k": request.k,
            "offset": request.offset,
            "unit": request.unit.value,
            "ranking": request.ranking.value,
            "rerank": request.rerank,
            "own_patient": request.own_patient,
            "only_patient": request.only_patient,
            "fold": request.fold,
            "diversity": request.diversity,
        },
        "found": {
            "sequence": results.sequence,
            "hits": len(results.hits),
            "matching": results.matching,
            "total": results.total,
            "noise_from": results.noise_from,
        },
    }


def in_markdown(card: Mapping[str, Any]) -> str:
    """A card as a page to be read, or put into a methods section."""
    return "\n".join(("# How this was made", *_sections(card), "", f"_{card['notice']}_", ""))


def _sections(card: Mapping[str, Any]) -> Iterator[str]:
    yield f"\nMade with radseek {card['radseek']} on {card['made_at']}."
    for name, told in card.items():
        if isinstance(told, dict):
            yield from (f"\n## {name.capitalize()}\n", *_lines(told))
        elif name == "encoded" and told:
            yield "\n## Encoded\n"
            for one in told:
                terms = ", ".join(f"`{t['text']}` × {t['weight']:g}" for t in one["terms"])
                yield f"- {_literal(one['given'])}: {terms}"


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    for name, value in told.items():
        title = name.replace("_", " ")
        match value:
            case list() | dict() if not value:
                continue
            case list():
                yield f"- {title}:"
                yield from (f"    - {_literal(one)}" for one in value)
            case None | "":
                continue
            case _:
                yield f"- {title}: {_literal(value)}"


def _literal(value: object) -> str:
    match value:
        case dict():
            return ", ".join(f"{key} {_literal(one)}" for key, one in value.items())
        case bool():
            return "yes" if value else "no"
        case str():
            fence = "``" if "`" in value else "`"
            return f"{fence}{value}{fence}"
        case _:
            return str(value)


def _part(part: Part, reader: CollectionReader, snapshot: Snapshot) -> dict[str, Any]:
    weight = {"weight": part.weight}
    match part:
        case TextPart(text):
            return {"text": _words(text, snapshot)} | weight
        case InstancePart(id, region):
            return {"picture": _content(id, snapshot)} | _region(region) | weight
        case ImagePart(pixels, region):
            sha256 = hashlib.sha256(pixels.tobytes()).hexdigest()
            return {"image": f"of one's own, sha256 of its pixels {sha256}"} | (
                _region(region) | weight
            )
        case SeriesPart(uid):
            return {"series": _first_of(uid, reader, snapshot)} | weight
        case EmbeddingPart(row):
            return {"embedding": f"sha256 {hashlib.sha256(row.tobytes()).hexdigest()}"} | weight


def _words(text: str, snapshot: Snapshot) -> str:
    return LEFT_OUT if may_identify(text, snapshot) else text


def _filter(where: Where) -> str:
    fields = (leaf.field for leaf in leaves(where) if isinstance(leaf, Condition))
    is_of_uids = any(field_of(field).kind is Kind.UID for field in fields)
    return "(a filter on UIDs, left out)" if is_of_uids else write_where(where)


def _content(picture_id: int, snapshot: Snapshot) -> str:
    (content,) = snapshot.contents([picture_id])
    return f"sha256 {content.sha256} frame {content.frame}"


def _first_of(uid: str, reader: CollectionReader, snapshot: Snapshot) -> str:
    """A series by one of its pictures: its UID would lead back to the patient."""
    pictures = (image.picture_id for image in reader.series(uid))
    first = next((one for one in pictures if one is not None), None)
    return "of no picture" if first is None else f"of the picture {_content(first, snapshot)}"


def _region(region: Region | None) -> dict[str, str]:
    if region is None:
        return {}
    sides = (region.left, region.top, region.right, region.bottom)
    return {"region": ",".join(f"{side:.4f}" for side in sides)}
