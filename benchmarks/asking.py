"""Measure queries of words and pictures together, and what judged hits bring; prints tables.

python -m benchmarks.asking MODEL_FOLDER RECIPE.toml DATA_FOLDER

The pictures are those of the development split of a recipe, in a collection of their own. Pictures
of the query's patient are never right or wrong: they do not take part.

Together: a picture of a region with a finding, or of a body part by a modality, and the name of
another finding or modality as words. Right is what has the region or body part of the picture and
what the words say.

Unwanted: a picture with a finding, and words for it that are not wanted, at several weights: its
name, and the phrasings of mini_queries.toml. Right is what has the region of the picture and
another finding, or none; beside it the share of the first ten hits that have the region. The same
with a modality, where right is what has the body part of the picture and another modality.

Judged hits: a query, then two rounds in each of which the first ten hits are judged by their
labels. The figure is how many of the ten are right; those judged before are left out, so without
learning it falls from round to round.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from benchmarks.collection import fill
from benchmarks.development import load_development, options_of
from benchmarks.mini_quality import cases, kind_of, print_table
from core.types import Embeddings, Mask, Record
from encoders.base import Encoder
from evaluation.metrics import average_precision
from evaluation.retrieval import Labels
from search.encoding import Means, encode
from search.query import (
    EmbeddingPart,
    Feedback,
    InstancePart,
    Query,
    Refit,
    TextPart,
    by_instance,
    by_text,
)
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter

FEWEST = 10  # pictures with a label, of one that is asked for
OF_EACH = 15  # pictures that are asked with for each label
JUDGED = 10  # hits of a round
ROUNDS = 3
WORDS = {"MR": "MRI", "XR": "x-ray", "US": "ultrasound"}  # for a modality
HEALTHY = ("normal", "no tumor")  # findings that are none
UNWANTED = (0.3, 1.0)
OF_A_PHRASING = 3  # texts
PHRASINGS = ("usual", "unseen", "held_out")


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A picture and words."""

    kind: str
    picture: int  # its place
    words: str
    right: Mask  # (pictures,)


@dataclass(frozen=True, slots=True, eq=False)
class Unwanted:
    """A picture that has what is not wanted of others."""

    kind: str
    picture: int  # its place
    label: str
    right: Mask  # (pictures,), of its stratum and without the label
    stratum: Mask


Worded = tuple[Unwanted, str]  # with the words for it


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A query whose hits are judged."""

    kind: str
    query: Query
    right: Mask
    others: Mask  # pictures that take part


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """All that is asked on."""

    snapshot: Snapshot
    means: Means
    rows: Embeddings  # in the order of the snapshot's ids
    labels: Sequence[Labels]
    groups: NDArray[np.str_]

    def scores(self, query: Query) -> NDArray[np.float32]:
        """The cosine of every picture with a query."""
        return np.asarray(self.rows @ encode(query, self.snapshot, self.means).row[0])

    def others(self, place: int) -> Mask:
        """The pictures of other patients."""
        return np.asarray(self.groups != self.groups[place])


def main() -> None:
    """Fill a collection in a temporary folder, ask, and print."""
    found = load_development(options_of(__doc__).parse_args())
    encoder, labels, rows = found.encoder, found.labels, found.rows
    with tempfile.TemporaryDirectory() as home, opened(Path(home), encoder, rows) as reader:
        bench = bench_of(reader, encoder, labels)
        random = np.random.default_rng(0)
        heading = ("picture and words", "n", "words alone", "picture alone", "sum", "balanced")
        print_table(heading, together_rows(bench, list(pairs(labels, random))))
        unwanted_heading = ("what is not wanted", "n", "mean average precision", "kept in 10")
        print_table(unwanted_heading, unwanted_rows(bench, list(unwanted(labels, random))))
        rounds = tuple(f"round {number}" for number in range(1, ROUNDS + 1))
        asked = [*text_queries(bench), *picture_queries(bench, random)]
        print_table(("query", "n", "learning", *rounds), judged_rows(bench, asked))


def opened(home: Path, encoder: Encoder, rows: Embeddings) -> CollectionReader:
    """A collection of these rows, whose ids are in their order."""
    with CollectionWriter.open(home, "main", encoder.card, "voi-1") as writer:
        fill(writer, rows, 512, b"")
    return CollectionReader.open(home, "main")


def bench_of(reader: CollectionReader, encoder: Encoder, labels: Sequence[Labels]) -> Bench:
    """What is asked on."""
    snapshot = reader.snapshot()
    groups = np.array([f"{label.source}/{label.group_id}" for label in labels])
    means = Means(encoder.card, lambda: encoder, _no_region)
    return Bench(snapshot, means, snapshot.embeddings(snapshot.ids), labels, groups)


def pairs(labels: Sequence[Labels], random: np.random.Generator) -> Iterator[Pair]:
    """A picture of a region or body part, with the words for another label that it has as well."""
    regions, parts = [x.region for x in labels], [x.body_part for x in labels]
    yield from _pairs("finding", regions, [x.finding for x in labels], random)
    yield from _pairs("modality", parts, [x.modality for x in labels], random)


def _pairs(
    kind: str, strata: Sequence[str], told: Sequence[str], random: np.random.Generator
) -> Iterator[Pair]:
    stratum, label = np.array(strata), np.array(told)
    for name in np.unique(stratum):
        within = stratum == name
        known, counts = np.unique(label[within & (label != "")], return_counts=True)
        frequent = known[counts >= FEWEST]
        for wanted in frequent if len(frequent) > 1 else ():
            with_another = np.flatnonzero(within & (label != wanted) & (label != ""))
            chosen = random.choice(with_another, min(OF_EACH, len(with_another)), replace=False)
            words = WORDS.get(str(wanted), str(wanted))
            yield from (Pair(kind, at, words, within & (label == wanted)) for at in chosen.tolist())


def together_rows(bench: Bench, asked: Sequence[Pair]) -> Iterator[tuple[str | int | float, ...]]:
    """Mean average precision of each part by itself, of their plain sum, and of the query."""
    for kind in sorted({pair.kind for pair in asked}):
        chosen = [pair for pair in asked if pair.kind == kind]
        figures = np.array([_precisions(bench, pair) for pair in chosen])
        yield (kind, len(chosen), *figures.mean(axis=0).tolist())


def _precisions(bench: Bench, pair: Pair) -> list[float]:
    ids, others = bench.snapshot.ids, bench.others(pair.picture)
    text, picture = TextPart(pair.words), InstancePart(int(ids[pair.picture]))
    words, pixels = bench.scores(Query((text,))), bench.scores(Query((picture,)))
    ways = (words, pixels, words + pixels, bench.scores(Query((text, picture))))
    return [average_precision(_ranked(scores, others, pair.right)) for scores in ways]


def unwanted(labels: Sequence[Labels], random: np.random.Generator) -> Iterator[Unwanted]:
    """Pictures with a finding, or by a modality, and those known to be without it."""
    regions, parts = [x.region for x in labels], [x.body_part for x in labels]
    told = [x.finding for x in labels]
    yield from _unwanted("finding", regions, told, random)
    yield from _unwanted("modality", parts, [x.modality for x in labels], random)


def _unwanted(
    kind: str, strata: Sequence[str], told: Sequence[str], random: np.random.Generator
) -> Iterator[Unwanted]:
    stratum, label = np.array(strata), np.array(told)
    for name in np.unique(stratum):
        within = (stratum == name) & (label != "")
        known, counts = np.unique(label[within], return_counts=True)
        for wrong in known[(counts >= FEWEST) & ~np.isin(known, HEALTHY)]:
            having, right = np.flatnonzero(within & (label == wrong)), within & (label != wrong)
            for at in random.choice(having, min(OF_EACH, len(having)), replace=False).tolist():
                if right.any():
                    yield Unwanted(kind, at, str(wrong), right, np.asarray(stratum == name))


def unwanted_rows(
    bench: Bench, asked: Sequence[Unwanted]
) -> Iterator[tuple[str | int | float, ...]]:
    """How well pictures are found that are without it, by the words for it and their weight."""
    phrasings = {"its name": [_named(each) for each in asked if each.kind == "finding"]}
    phrasings |= {phrasing: list(_phrased(bench, asked, phrasing)) for phrasing in PHRASINGS}
    phrasings |= {"a modality": [_named(each) for each in asked if each.kind == "modality"]}
    for phrasing, pairs in phrasings.items():
        yield (f"{phrasing}, picture alone", len(pairs), *_means(bench, pairs, None))
        for weight in UNWANTED:
            yield (f"{phrasing}, unwanted {weight}", len(pairs), *_means(bench, pairs, weight))


def _named(each: Unwanted) -> Worded:
    return each, WORDS.get(each.label, each.label)


def _phrased(bench: Bench, asked: Sequence[Unwanted], phrasing: str) -> Iterator[Worded]:
    texts: dict[tuple[str, str], list[str]] = {}
    for case in cases(phrasing):
        texts.setdefault((f"{case.modality} {case.body_part}", case.finding), []).append(case.text)
    for each in asked:
        key = bench.labels[each.picture].region, each.label
        yield from ((each, text) for text in texts.get(key, ())[:OF_A_PHRASING])


def _means(bench: Bench, pairs: Sequence[Worded], weight: float | None) -> tuple[float, ...]:
    figures = [_without(bench, each, text, weight) for each, text in pairs]
    return tuple(np.mean(figures, axis=0).tolist())


def _without(bench: Bench, each: Unwanted, text: str, weight: float | None) -> tuple[float, float]:
    picture = InstancePart(int(bench.snapshot.ids[each.picture]))
    texts = () if weight is None else (TextPart(text, -weight),)
    scores, others = bench.scores(Query((picture, *texts))), bench.others(each.picture)
    kept = float(_ranked(scores, others, each.stratum)[:10].mean())
    return average_precision(_ranked(scores, others, each.right)), kept


def text_queries(bench: Bench) -> Iterator[Asked]:
    """The fixed text queries that are answered by enough pictures for all rounds."""
    everyone = np.ones(len(bench.labels), np.bool_)
    for case in (case for phrasing in PHRASINGS for case in cases(phrasing)):
        right = np.array([case.is_answered_by(label) for label in bench.labels])
        if right.sum() >= JUDGED * ROUNDS:
            row = encode(by_text(case.text), bench.snapshot, bench.means).row[0]
            query = Query((EmbeddingPart(row),))  # so that the text is embedded once
            yield Asked(f"text: {kind_of(case)}", query, right, everyone)


def picture_queries(bench: Bench, random: np.random.Generator) -> Iterator[Asked]:
    """Pictures with a finding, for others with it."""
    told = np.array([x.finding and f"{x.region} {x.finding}" for x in bench.labels])
    for name in np.unique(told[told != ""]):
        right = told == name
        if right.sum() < JUDGED * ROUNDS:
            continue
        for at in random.choice(np.flatnonzero(right), OF_EACH, replace=False).tolist():
            query = by_instance(int(bench.snapshot.ids[at]))
            yield Asked("picture: finding", query, right, bench.others(at))


def judged_rows(bench: Bench, asked: Sequence[Asked]) -> Iterator[tuple[str | int | float, ...]]:
    """Precision of each round, by kind of query and by how it learns."""
    for kind in sorted({each.kind for each in asked}):
        chosen = [each for each in asked if each.kind == kind]
        for refit in (None, *Refit):
            rounds = [_rounds(bench, each, refit) for each in chosen]
            how = "none" if refit is None else refit.value
            yield (kind, len(chosen), how, *(fmean(each) for each in zip(*rounds, strict=True)))


def _rounds(bench: Bench, asked: Asked, refit: Refit | None) -> list[float]:
    precisions, query, left = [], asked.query, asked.others.copy()
    for _ in range(ROUNDS):
        order = np.argsort(-bench.scores(query), kind="stable")
        hits = order[left[order]][:JUDGED]
        left[hits] = False
        precisions.append(float(asked.right[hits].mean()))
        if refit is not None:
            query = _judged(query, bench.snapshot.ids, hits, asked.right, refit)
    return precisions


def _judged(
    query: Query, ids: NDArray[np.int64], hits: NDArray[np.int64], right: Mask, refit: Refit
) -> Query:
    before = query.feedback
    liked, disliked = (tuple(ids[hits[which]].tolist()) for which in (right[hits], ~right[hits]))
    feedback = Feedback((*before.liked, *liked), (*before.disliked, *disliked), refit)
    return replace(query, feedback=feedback)


def _ranked(scores: NDArray[np.float32], others: Mask, right: Mask) -> Mask:
    order = np.argsort(-scores[others], kind="stable")
    return np.asarray(right[others][order])


def _no_region(record: Record) -> NoReturn:
    raise AssertionError(f"picture {record.id} is asked with as a whole")


if __name__ == "__main__":
    main()
