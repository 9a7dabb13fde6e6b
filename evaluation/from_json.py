"""An evaluation out of the JSON that was kept of it, with figures as they were rounded."""

from collections.abc import Mapping
from typing import Any

from evaluation.answers import Plan, Scope
from evaluation.bootstrap import Resampling
from evaluation.evaluating import Evaluation, Size
from evaluation.examples import Example, Examples
from evaluation.index_recall import IndexRecall, Kind
from evaluation.ranking import METRICS
from evaluation.tables import Figure, Line, Table
from evaluation.text_queries import TextQuery
from storage.contents import Content

Told = Mapping[str, Any]


def evaluation_from(told: Told) -> Evaluation:
    """What `evaluation_json` was given. Raises KeyError, TypeError, ValueError for other things."""
    resampling = Resampling(told["resamples"], told["seed"])
    return Evaluation(
        told["collection_pictures"],
        told["pictures"],
        told["patients"],
        told["alone"],
        tuple(Size(**size) for size in told["labels"]),
        told["copies"],
        told["disputed"],
        told["unmatched"],
        told["image_queries"],
        Plan(told["k"], told["sample"], told["near"], told.get("rerank", 0), resampling),
        tuple(map(_table, told["image"])),
        tuple(map(_table, told["text"])),
        tuple(TextQuery(**text) for text in told["texts"]),
        told["index_kind"],
        tuple(IndexRecall(**(index | {"kind": Kind(index["kind"])})) for index in told["index"]),
        tuple(map(_examples, told["examples"])),
    )


def _table(told: Told) -> Table:
    macro, micro = told["macro"], told["micro"]
    return Table(
        Scope(told["scope"]),
        None if macro is None else _line(macro),
        None if micro is None else _line(micro),
        tuple(map(_line, told["labels"])),
        tuple(map(_line, told["scanners"])),
        told["unanswerable"],
        told["near"],
    )


def _line(told: Told) -> Line:
    return Line(
        told["name"],
        told["queries"],
        told["patients"],
        told["relevant"],
        told["candidates"],
        tuple(Figure(metric, **told[metric.value]) for metric in METRICS),
    )


def _examples(told: Told) -> Examples:
    hits, wrong, misses = (
        tuple(Example(Content(one["sha256"], one["frame"]), one["rank"]) for one in told[kind])
        for kind in ("hits", "wrong", "misses")
    )
    return Examples(told["label"], told["text"], hits, wrong, misses)
