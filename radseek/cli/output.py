"""What the commands print: results to stdout, everything else to stderr."""

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from math import floor
from typing import TYPE_CHECKING, Any
from unicodedata import category

from core.counting import counted
from core.types import FoundBy, Hit, Location, SeriesImage, Skipped, Unit

if TYPE_CHECKING:
    from search.enrichment import Alarm
    from search.language.understanding import Understood
    from search.results import Results
    from storage.accounts import CataloguedFile
    from storage.editions import EditionInfo


def say(text: str) -> None:
    """A line for the person, to stderr."""
    print(harmless(text), file=sys.stderr)


def put(text: str) -> None:
    """A line of the result, to stdout."""
    print(harmless(text))


def put_json(value: object) -> None:
    """One JSON value on a line of its own; ASCII, since a path need not be valid UTF-8."""
    print(json.dumps(value))


def harmless(text: str) -> str:
    """The text with what is no letter, sign or space escaped: names come from anybody.

    A path or the name of a member may hold line ends, the escape sequences of a terminal, or marks
    that turn the direction of reading.
    """
    return "".join(
        mark if mark.isprintable() or category(mark) == "Zs" else _escaped(mark) for mark in text
    )


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape", "surrogatepass").decode("ascii")


class HarmlessFormatter(logging.Formatter):
    """Log lines through the same door."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # logging's own name
        """The line, without the traceback that may follow it."""
        return harmless(super().formatMessage(record))


def place_json(location: Location) -> dict[str, str]:
    """Where a file lies: the path on disk, and the name in an archive, empty outside of one."""
    return {"path": str(location.path), "member": location.member}


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit as the stable JSON that scripts read."""
    record, tags = hit.record, hit.record.tags
    return {
        "rank": hit.rank,
        "score": None if hit.score is None else round(hit.score, 6),
        "percentile": hit.percentile and round(hit.percentile, 2),
        "match": None if hit.match is None else round(hit.match, 4),
        "id": record.id,
        **place_json(record.location),
        "frame": record.frame,
        "along": record.along,
        "found_by": hit.found_by.value,
        "machine_text": hit.machine_text,
        "copies": hit.copies,
        "near": hit.near,
        "more": hit.more,
        "like": hit.like,
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


def results_json(query: str, results: "Results") -> dict[str, Any]:
    """The answer to one query as JSON."""
    return {
        "query": query,
        "matching": results.matching,
        "total": results.total,
        "sequence": results.sequence,
        "noise_from": results.noise_from,
        "alarms": [alarm_json(alarm) for alarm in results.alarms],
        "notes": list(results.notes),
        "understood": [understood_json(understood) for understood in results.understood],
        "hits": [hit_json(hit) for hit in results.hits],
    }


def alarm_json(alarm: "Alarm") -> dict[str, Any]:
    """What hits share, as JSON."""
    return {
        "tag": alarm.tag,
        "value": alarm.value,
        "modality": alarm.modality,
        "hits": alarm.hits,
        "of": alarm.of,
        "base_rate": round(alarm.base_rate, 4),
        "sentence": str(alarm),
    }


def understood_json(understood: "Understood") -> dict[str, Any]:
    """A text of the query as it was understood, as JSON."""
    return {
        "given": understood.given,
        "encoded": [
            {"text": term.text, "weight": round(term.weight, 6)} for term in understood.terms
        ],
        "notes": [str(note) for note in understood.notes],
    }


def edition_json(info: "EditionInfo") -> dict[str, Any]:
    """An edition as JSON."""
    return {
        "number": info.number,
        "complete": info.is_complete,
        "files_known": info.files,
        "bytes_on_disk": info.bytes_on_disk,
        "rendering": info.binding.rendering,
        "slices_per_series": info.binding.slices_per_series,
        "encoder": asdict(info.binding.card),
    }


def skipped_json(skipped: Skipped) -> dict[str, str]:
    """A skipped file as JSON."""
    place = place_json(skipped.location)
    return place | {"code": skipped.code.value, "reason": skipped.reason}


def catalogued_json(file: "CataloguedFile") -> dict[str, str]:
    """A file without a picture as JSON."""
    place = place_json(file.location)
    return place | {
        "code": file.code.value,
        "reason": file.reason,
        "modality": file.modality,
        "sop_class_uid": file.sop_class_uid,
    }


def series_image_json(image: SeriesImage) -> dict[str, Any]:
    """One image of a series as JSON."""
    return {
        **place_json(image.location),
        "frame": image.frame,
        "orientation": image.orientation,
        "along": image.along,
        "instance_number": image.instance_number,
        "id": image.picture_id,
    }


def put_hits(hits: Iterable[Hit], unit: Unit = Unit.PICTURE) -> None:
    """Hits as a plain table; each stands for a unit of that kind."""
    for hit in hits:
        tags = hit.record.tags
        kind = " ".join(filter(None, (tags.modality, tags.body_part))) or "-"
        frame = f" frame {hit.record.frame}" if tags.frames > 1 else ""
        more = f"{_stands_for(hit, unit)}{_nearest_of_query(hit)}{_by_words(hit)}{_match(hit)}"
        place = f"{hit.record.location}{frame}{more}"
        score = f"{_score(hit):>6}{_share_below(hit)}"
        put(f"{hit.rank:>4}  {score}  #{hit.record.id:<7} {kind:<16} {place}")


def _by_words(hit: Hit) -> str:
    if hit.found_by not in (FoundBy.WORDS, FoundBy.BOTH):
        return ""
    return " (its machine text fits)" if hit.machine_text else " (its words fit)"


def _share_below(hit: Hit) -> str:
    """The percentile rounded down, so that it never claims more than is known."""
    return "" if hit.percentile is None else f"  >{floor(hit.percentile * 10) / 10:5.1f} %"


def _stands_for(hit: Hit, unit: Unit) -> str:
    counts = {
        "with the same pixels": hit.copies,
        "that are nearly the same": hit.near,
        f"of its {unit}": hit.more,
    }
    told = [f"{count} more {which}" for which, count in counts.items() if count]
    return f" (and {', '.join(told)})" if told else ""


def _nearest_of_query(hit: Hit) -> str:
    return "" if hit.like is None else f" (like #{hit.like})"


def _match(hit: Hit) -> str:
    return "" if hit.match is None else f" (matches by {100 * hit.match:.0f} %)"


def _score(hit: Hit) -> str:
    return "" if hit.score is None else f"{hit.score:.3f}"


def put_results(results: "Results", unit: Unit) -> None:
    """The answer to one query: hits to stdout, what is to be known of them to stderr."""
    from search.remarks import remarks

    put_hits(results.hits, unit)
    for line in (*remarks(results), _took(results)):
        say(line)


def _took(results: "Results") -> str:
    timings = results.timings
    reread = f"reading again {timings.reread_s * 1e3:.1f} ms, " if timings.reread_s else ""
    return (
        f"{len(results.hits)} of {counted(results.matching, 'picture')}; encoder "
        f"{timings.encode_s * 1e3:.1f} ms, index {timings.index_s * 1e3:.1f} ms, {reread}"
        f"catalog {timings.catalog_s * 1e3:.1f} ms, judging {timings.judging_s * 1e3:.1f} ms"
    )


def put_facts(facts: Mapping[str, object]) -> None:
    """Named facts, one a line."""
    width = max(len(name) for name in facts)
    for name, fact in facts.items():
        put(f"{name:<{width}}  {fact}")
