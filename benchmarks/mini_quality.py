"""Measure what an encoder has learnt on the development split of a recipe; prints Markdown tables.

python -m benchmarks.mini_quality MODEL_FOLDER RECIPE.toml DATA_FOLDER
"""

import tomllib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from statistics import fmean

from benchmarks.development import load_development, options_of
from core.types import Embeddings
from encoders.base import Encoder
from evaluation.retrieval import (
    ALL,
    ImageResult,
    Labels,
    TextCase,
    TextResult,
    image_results,
    raw_pixel_embeddings,
    text_results,
)

QUERIES = Path(__file__).with_name("mini_queries.toml")
PHRASINGS = ("usual", "unseen")
Row = tuple[str | int | float, ...]


def main() -> None:
    """Measure one model and print."""
    found = load_development(options_of(__doc__).parse_args())
    encoder, labels, embeddings = found.encoder, found.labels, found.rows
    print(f"{len(labels)} pictures of {len({(x.source, x.group_id) for x in labels})} groups.\n")
    print_table(("text query", "n", *_headings()), query_rows(encoder, embeddings, labels))
    print_table(
        ("text query, by source", "n", *_headings()), source_rows(encoder, embeddings, labels)
    )
    print_table(("image query", "n", "radseek-mini", "raw pixels"),
        image_rows(embeddings, raw_pixel_embeddings(found.pictures), labels))  # fmt: skip


def cases(phrasing: str) -> list[TextCase]:
    """The fixed queries of one kind."""
    table = tomllib.loads(QUERIES.read_text(encoding="utf-8"))["case"]
    return [
        TextCase(text, *(row.get(name, "") for name in ("modality", "body_part", "finding")))
        for row in table
        for text in row[phrasing]
    ]


def query_rows(encoder: Encoder, pictures: Embeddings, labels: Sequence[Labels]) -> Iterator[Row]:
    """Mean average precision by what is asked for, and over each kind of query."""
    usual, unseen = (text_results(encoder, pictures, labels, cases(kind)) for kind in PHRASINGS)
    for kind in ("modality and body part", "modality or body part", "finding"):
        chosen = [[x for x in results if kind_of(x.case) == kind] for results in (usual, unseen)]
        yield _mean_row(f"**{kind}, all**", *chosen)
        yield from _rows_by_case(*chosen)


def source_rows(encoder: Encoder, pictures: Embeddings, labels: Sequence[Labels]) -> Iterator[Row]:
    """Mean average precision of the pictures of each source among all that is not asked for."""
    for source in sorted({label.source for label in labels}):
        usual, unseen = (
            text_results(encoder, pictures, labels, cases(kind), source) for kind in PHRASINGS
        )
        for kind in ("modality and body part", "finding"):
            chosen = [
                [x for x in results if kind_of(x.case) == kind] for results in (usual, unseen)
            ]
            if chosen[0]:
                yield _mean_row(f"{source}: {kind}", *chosen)


def image_rows(model: Embeddings, raw: Embeddings, labels: Sequence[Labels]) -> Iterator[Row]:
    """Precision at 10 by source, other patients only, with the baseline beside it."""
    regions = [label.region for label in labels]
    yield from _beside(
        "modality and body part", *(image_results(x, labels, regions) for x in (model, raw))
    )
    rows = [row for row, label in enumerate(labels) if label.finding and label.source != "vqarad"]
    found = [labels[row] for row in rows]
    findings = [f"{label.region} {label.finding}" for label in found]
    yield from _beside("finding", *(image_results(x[rows], found, findings) for x in (model, raw)))


def kind_of(case: TextCase) -> str:
    """What a query asks for."""
    if case.finding:
        return "finding"
    return f"modality {'and' if case.modality and case.body_part else 'or'} body part"


def print_table(heading: Row, rows: Iterator[Row]) -> None:
    """Print Markdown."""
    lines = [heading, tuple("---" for _ in heading), *rows]
    print("\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines), end="\n\n")


def _headings() -> Row:
    return "relevant", "chance", "usual words", "words never trained on"


def _rows_by_case(usual: list[TextResult], unseen: list[TextResult]) -> Iterator[Row]:
    by_case = {key: list(group) for key, group in groupby(unseen, _asked)}
    for key, group in groupby(usual, _asked):
        yield _mean_row(key, list(group), by_case.get(key, []))


def _asked(result: TextResult) -> str:
    case = result.case
    return " ".join(part for part in (case.modality, case.body_part, case.finding) if part)


def _mean_row(name: str, usual: list[TextResult], unseen: list[TextResult]) -> Row:
    return (
        name,
        len(usual) + len(unseen),
        round(fmean(x.relevant for x in usual)),
        fmean(x.chance for x in usual),
        fmean(x.average_precision for x in usual),
        fmean(x.average_precision for x in unseen) if unseen else "",
    )


def _beside(what: str, model: list[ImageResult], raw: list[ImageResult]) -> Iterator[Row]:
    for ours, base in zip(model, raw, strict=True):
        name = f"**{what}, all**" if ours.source == ALL else f"{what}: {ours.source}"
        yield name, ours.queries, ours.precision, base.precision


def _cell(value: str | int | float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
