"""What the commands print: results to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from core.types import EncoderCard, Hit, Skipped


def say(text: str) -> None:
    """A line for the person, to stderr."""
    print(text, file=sys.stderr)


def put(text: str) -> None:
    """A line of the result, to stdout."""
    print(text)


def put_json(value: object) -> None:
    """One JSON value on a line of its own; ASCII, since a path need not be valid UTF-8."""
    put(json.dumps(value))


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit as the stable JSON that scripts read."""
    record, tags = hit.record, hit.record.tags
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "id": record.id,
        "path": str(record.path),
        "frame": record.frame,
        "modality": tags.modality,
        "body_part": tags.body_part,
        "laterality": tags.laterality,
        "view": tags.view,
        "study_uid": tags.study_uid,
        "series_uid": tags.series_uid,
        "sop_uid": tags.sop_uid,
        "study_description": tags.study_description,
        "series_description": tags.series_description,
    }


def hits_json(query: str, hits: Iterable[Hit]) -> dict[str, Any]:
    """The answer to one query as JSON."""
    return {"query": query, "hits": [hit_json(hit) for hit in hits]}


def card_json(card: EncoderCard) -> dict[str, Any]:
    """An encoder's card as JSON."""
    return {
        "name": card.name,
        "version": card.version,
        "dim": card.dim,
        "weights_sha256": card.weights_sha256,
        "preprocessing": card.preprocessing,
        "licence": card.licence,
    }


def skipped_json(skipped: Skipped) -> dict[str, str]:
    """A skipped file as JSON."""
    return {"path": str(skipped.path), "code": skipped.code.value, "reason": skipped.reason}


def put_hits(hits: Iterable[Hit]) -> None:
    """Hits as a plain table."""
    for hit in hits:
        tags = hit.record.tags
        kind = " ".join(filter(None, (tags.modality, tags.body_part))) or "-"
        frame = f" frame {hit.record.frame}" if tags.frames > 1 else ""
        place = f"{hit.record.path}{frame}"
        put(f"{hit.rank:>4}  {hit.score:6.3f}  #{hit.record.id:<7} {kind:<16} {place}")


def put_facts(facts: Mapping[str, object]) -> None:
    """Named facts, one a line."""
    width = max(len(name) for name in facts)
    for name, fact in facts.items():
        put(f"{name:<{width}}  {fact}")
