"""Measure what understanding a query does for an encoder; prints Markdown tables.

python -m benchmarks.language MODEL_FOLDER RECIPE.toml DATA_FOLDER

The pictures are the development split of the recipe, the queries those of mini_queries.toml.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import process_time

import numpy as np
from numpy.typing import NDArray

from benchmarks.development import load_development, options_of
from benchmarks.mini_quality import QUERIES, Row, kind_of, print_table
from core.types import Embeddings
from encoders.base import Encoder
from evaluation.metrics import average_precision
from evaluation.retrieval import Labels, TextCase
from search.language.terms import Term
from search.language.understanding import understand

PHRASINGS = ("usual", "unseen", "held_out", "chinese")
KINDS = ("modality and body part", "modality or body part", "finding")
SECONDS = 1.0  # of CPU time for each text whose understanding is timed

# A scene, a finding, and the label of pictures without it; relevant labels of pictures with it.
DENIALS = (
    ("chest x-ray", "pneumonia", "XR chest", "normal", ("bacterial pneumonia", "viral pneumonia")),
    ("chest film", "consolidation", "XR chest", "normal", ("bacterial pneumonia",)),
    ("CXR", "covid", "XR chest", "normal", ("COVID-19",)),
    ("brain MRI", "tumour", "MR head", "no tumor", ("glioma", "meningioma", "pituitary tumor")),
    ("head MR", "glioma", "MR head", "no tumor", ("glioma",)),
    ("MRI of the head", "meningioma", "MR head", "no tumor", ("meningioma",)),
    ("breast ultrasound", "mass", "US breast", "normal", ("benign mass", "malignant mass")),
    ("breast sonogram", "cancer", "US breast", "normal", ("malignant mass",)),
)  # fmt: skip
TIMED = ("CXR", "chest x-ray with effusion but no pneumothorax", "无气胸的胸片", "red")


@dataclass(frozen=True, slots=True)
class Bench:
    """Pictures with their labels, and the encoder of both."""

    encoder: Encoder
    pictures: Embeddings
    labels: Sequence[Labels]

    def scores(self, terms: Sequence[Term]) -> NDArray[np.float32]:
        """Of each picture the score for a weighted sum of texts, up to a common factor."""
        rows = self.encoder.embed_texts([term.text for term in terms])
        weights = np.array([term.weight for term in terms], np.float32)
        scores: NDArray[np.float32] = self.pictures @ (weights @ rows)
        return scores

    def typed(self, text: str) -> NDArray[np.float32]:
        """Scores of a text that goes to the encoder as it is."""
        return self.scores([Term(text, 1.0)])

    def understood(self, text: str) -> NDArray[np.float32]:
        """Scores of a text as a search understands it."""
        return self.scores(understand(text, self.encoder.card).terms)


def main() -> None:
    """Measure one encoder and print."""
    found = load_development(options_of(__doc__).parse_args())
    encoder, bench = found.encoder, Bench(found.encoder, found.rows, found.labels)
    print_table(("text query", "n", "as typed", "understood"), quality_rows(bench))
    print_table(
        ("query", "against", '"X"', '"no X", as typed', '"no X", understood'), denial_rows(bench)
    )
    print_table(("text", "understanding it, CPU ms"), time_rows(encoder))


def quality_rows(bench: Bench) -> Iterator[Row]:
    """Mean average precision over the queries of each kind."""
    for kind in KINDS:
        for phrasing in PHRASINGS:
            cases = [case for case in _cases(phrasing) if kind_of(case) == kind]
            typed = fmean(_precision(bench.typed, case, bench.labels) for case in cases)
            understood = fmean(_precision(bench.understood, case, bench.labels) for case in cases)
            yield f"{kind}, {phrasing}", len(cases), typed, understood


def _cases(phrasing: str) -> Iterator[TextCase]:
    for row in tomllib.loads(QUERIES.read_text(encoding="utf-8"))["case"]:
        facts = [row.get(name, "") for name in ("modality", "body_part", "finding")]
        yield from (TextCase(text, *facts) for text in row[phrasing])


def _precision(
    scores_of: Callable[[str], NDArray[np.float32]], case: TextCase, labels: Sequence[Labels]
) -> float:
    relevant = np.array([case.is_answered_by(label) for label in labels])
    return average_precision(relevant[np.argsort(-scores_of(case.text), kind="stable")])


def denial_rows(bench: Bench) -> Iterator[Row]:
    """How often a picture without the finding comes before one with it, of the same region."""
    for scene, finding, region, without, with_ in DENIALS:
        regions = np.array([label.region == region for label in bench.labels])
        normal = regions & np.array([label.finding == without for label in bench.labels])
        ill = regions & np.array([label.finding in with_ for label in bench.labels])
        asked = bench.typed(f"{scene} {finding}")
        no = f"{scene} no {finding}"
        shares = (_first(x, normal, ill) for x in (asked, bench.typed(no), bench.understood(no)))
        yield no, f"{int(normal.sum())} / {int(ill.sum())}", *shares


def _first(
    scores: NDArray[np.float32], ones: NDArray[np.bool_], others: NDArray[np.bool_]
) -> float:
    """The share of pairs in which the one scores higher: the area under the ROC curve."""
    return float((scores[ones][:, None] > scores[others][None, :]).mean())


def time_rows(encoder: Encoder) -> Iterator[Row]:
    """CPU milliseconds of understanding a text, with the tables at hand."""
    for text in TIMED:
        understand(text, encoder.card)
        started, times = process_time(), 0
        while process_time() - started < SECONDS:
            understand(text, encoder.card)
            times += 1
        yield text, (process_time() - started) / times * 1e3


if __name__ == "__main__":
    main()
