"""An evaluation as the stable JSON that scripts read. It names no patient."""

from typing import Any

from evaluation.evaluating import Evaluation
from evaluation.examples import Example, Examples
from evaluation.index_recall import IndexRecall
from evaluation.tables import Figure, Line, Table


def evaluation_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything that was measured; null: not known."""
    plan = evaluation.plan
    return {
        "pictures": evaluation.pictures,
        "patients": evaluation.patients,
        "alone": evaluation.alone,
        "collection_pictures": evaluation.collection_pictures,
        "copies": evaluation.copies,
        "disputed": evaluation.disputed,
        "unmatched": evaluation.unmatched,
        "image_queries": evaluation.asked,
        "k": plan.k,
        "sample": plan.sample,
        "near": plan.near,
        "rerank": plan.rerank,
        "seed": plan.resampling.seed,
        "resamples": plan.resampling.times,
        "labels": [
            {"label": size.label, "pictures": size.pictures, "patients": size.patients}
            for size in evaluation.sizes
        ],
        "texts": [{"label": query.label, "text": query.text} for query in evaluation.texts],
        "image": [_table(each) for each in evaluation.image],
        "text": [_table(each) for each in evaluation.text],
        "index_kind": evaluation.index_kind,
        "index": [_index(each) for each in evaluation.index],
        "examples": [_examples(each) for each in evaluation.examples],
    }


def _index(measured: IndexRecall) -> dict[str, Any]:
    return {
        "kind": measured.kind.value,
        "queries": measured.queries,
        "k": measured.k,
        "recall": _rounded(measured.recall),
        "when_built": _rounded(measured.when_built),
    }


def _examples(shown: Examples) -> dict[str, Any]:
    return {
        "label": shown.label,
        "text": shown.text,
        "hits": [_example(each) for each in shown.hits],
        "wrong": [_example(each) for each in shown.wrong],
        "misses": [_example(each) for each in shown.misses],
    }


def _example(example: Example) -> dict[str, Any]:
    content = example.content
    return {"sha256": content.sha256, "frame": content.frame, "rank": example.rank}


def _table(table: Table) -> dict[str, Any]:
    return {
        "scope": table.scope.value,
        "unanswerable": table.unanswerable,
        "near": table.near,
        "macro": None if table.macro is None else _line(table.macro),
        "micro": None if table.micro is None else _line(table.micro),
        "labels": [_line(line) for line in table.labels],
        "scanners": [_line(line) for line in table.scanners],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "queries": line.queries,
        "patients": line.patients,
        "relevant": _rounded(line.relevant),
        "candidates": _rounded(line.candidates),
        **{figure.metric.value: _figure(figure) for figure in line.figures},
    }


def _figure(figure: Figure) -> dict[str, float | None]:
    told = {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "chance": figure.chance,
        "best": figure.best,
    }
    return {name: None if value is None else _rounded(value) for name, value in told.items()}


def _rounded(value: float) -> float:
    return round(value, 6)
