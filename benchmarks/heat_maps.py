"""Whether heat maps show what carries a score: its fall when the hottest quarter is covered.

python -m benchmarks.heat_maps MODEL_FOLDER RECIPE.toml DATA_FOLDER
"""

import argparse
from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from benchmarks.development import load_development, options_of
from benchmarks.mini_quality import print_table
from core.types import Embeddings, Pixels
from encoders.base import Encoder
from evaluation.retrieval import Labels
from search.covering import GRID, Heat, covering_heat, edges_of
from search.explain import parts_heat

COVERED = GRID * GRID // 4  # cells
Fall = tuple[float, float, float]
WORDS = {"XR": "x-ray", "MR": "MRI", "CT": "CT", "US": "ultrasound"}


def main() -> None:
    """Measure one model and print."""
    options = _options()
    found = load_development(options)
    print_table(
        ("fall of the score", "n", "covering", "parts", "random cells"),
        _lines(found.encoder, found.pictures, found.labels, found.rows, options.pictures),
    )


def _lines(
    encoder: Encoder,
    pictures: Sequence[Pixels],
    labels: Sequence[Labels],
    rows: Embeddings,
    count: int,
) -> Iterator[tuple[str | int | float, ...]]:
    random = np.random.default_rng(0)
    known = np.array([label.source != "vqarad" for label in labels])
    with_finding = known & np.array([label.finding != "" for label in labels])
    groups = np.array([f"{label.source}/{label.group_id}" for label in labels])

    def text(place: int, finding: str) -> NDArray[np.float32]:
        label = labels[place]
        with_it = f" with {finding}" if finding else ""
        words = f"{WORDS[label.modality]} of the {label.body_part}{with_it}"
        row: NDArray[np.float32] = encoder.embed_texts([words])[0]
        return row

    def nearest(place: int) -> NDArray[np.float32]:
        scores = np.where(groups != groups[place], rows @ rows[place], -1)
        row: NDArray[np.float32] = rows[scores.argmax()]
        return row

    for name, pool, query in (
        ("finding in words", with_finding, lambda place: text(place, labels[place].finding)),
        ("another picture", known, nearest),
        ("modality and part in words", known, lambda place: text(place, "")),
    ):
        places = random.permutation(np.flatnonzero(pool))[:count].tolist()
        falls = [_falls(encoder, pictures[place], query(place), random) for place in places]
        yield name, len(falls), *(fmean(each) for each in zip(*falls, strict=True))


def _falls(
    encoder: Encoder, picture: Pixels, row: NDArray[np.float32], random: np.random.Generator
) -> Fall:
    maps = (
        covering_heat(encoder, picture, row),
        _in_cells(parts_heat(encoder, picture, row)),
        random.random((GRID, GRID)),
    )
    covered = [_covered(picture, heat, random) for heat in maps]
    scores = encoder.embed_images([picture, *covered]) @ row
    covering, parts, chance = (scores[0] - scores[1:]).tolist()
    return covering, parts, chance


def _in_cells(heat: Heat) -> NDArray[np.float64]:
    """The value below the centre of each cell of a finer or coarser map."""
    rows, columns = (
        ((np.arange(GRID) + 0.5) * size / GRID).astype(np.int64) for size in heat.shape
    )
    return heat[np.ix_(rows, columns)].astype(np.float64)


def _covered(
    picture: Pixels, heat: NDArray[np.float64] | Heat, random: np.random.Generator
) -> Pixels:
    """The picture without its hottest cells; equal ones are drawn by lot."""
    copy = picture.copy()
    order = np.lexsort((random.random(GRID * GRID), -heat.ravel()))
    for cell in order[:COVERED].tolist():
        top, bottom, left, right = edges_of(picture, cell // GRID, cell % GRID, 1)
        copy[top:bottom, left:right] = picture.mean(axis=(0, 1))
    return copy


def _options() -> argparse.Namespace:
    parser = options_of(__doc__)
    parser.add_argument("--pictures", type=int, default=50, help="of each kind")
    return parser.parse_args()


if __name__ == "__main__":
    main()
