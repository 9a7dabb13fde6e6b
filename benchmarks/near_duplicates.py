"""At which cosine pictures are one picture in two forms, and not two; prints Markdown tables.

python -m benchmarks.near_duplicates DATA_FOLDER [--pictures 600] [--encoder mini]
python -m benchmarks.near_duplicates --home HOME

With a data folder (`manifest.csv` beside archives, each row with path, archive, source and
group_id): pictures with changed forms of themselves, and with the nearest picture of another group.
With a home: slices of its default collection with the next slice of their series, and with the
nearest picture of another patient. Quantiles of cosines, and how many a threshold would fold.
"""

import argparse
import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from core.types import Embeddings, Pixels
from encoders.registry import load_encoder
from storage.keys import Key
from storage.reader import CollectionReader

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
THRESHOLDS = (0.9, 0.95, 0.98, 0.99, 0.995)
BLOCK = 2048

Change = Callable[[Image.Image], Image.Image]
Cosines = NDArray[np.float64]


def main() -> None:
    """Measure what the options name."""
    options = _options()
    if options.home is not None:
        put_table(dict(of_slices(options.home)))
    else:
        put_table(dict(of_films(options.data, options.pictures, options.encoder)))


def of_films(data: Path, number: int, name: str) -> Iterator[tuple[str, Cosines]]:
    """Pictures and changed forms of them, then pictures and the nearest of another group."""
    encoder = load_encoder(name, None, "cpu")
    images, groups = _sample(data, number)

    def embed(change: Change) -> Embeddings:
        return encoder.embed_images([encoder.prepare(_pixels(change(one))) for one in images])

    rows = embed(lambda image: image)
    for what, change in CHANGES.items():
        yield what, np.einsum("ij,ij->i", rows, embed(change)).astype(np.float64)
    yield "**nearest picture of another group**", nearest_other(rows, np.array(groups))


def of_slices(home: Path) -> Iterator[tuple[str, Cosines]]:
    """Slices and the next one, then slices and the nearest picture of another patient."""
    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        modality = snapshot.column("modality")
        along, series = snapshot.numbers("along"), snapshot.keys(Key.SERIES)
        rows = snapshot.embeddings(snapshot.ids)
        patients = snapshot.keys(Key.PATIENT)
    for kind in ("CT", "MR"):
        here = np.flatnonzero(
            (np.array(modality.values)[modality.codes] == kind) & np.isfinite(along)
        )
        order = here[np.lexsort((along[here], series[here]))]
        pairs = np.stack([order[:-1], order[1:]])[:, series[order[:-1]] == series[order[1:]]]
        yield f"{kind}: the next slice", np.einsum("ij,ij->i", *rows[pairs]).astype(np.float64)
        others = nearest_other(rows, patients)[here]
        yield f"**{kind}: nearest picture of another patient**", others


def nearest_other(rows: Embeddings, groups: NDArray[np.int64] | NDArray[np.str_]) -> Cosines:
    """The cosine of each row with the nearest of another group: (n,)."""
    found = np.empty(len(rows))
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        cosines = rows[block] @ rows.T
        cosines[groups[block, None] == groups[None]] = -1
        found[block] = cosines.max(axis=1)
    return found


def put_table(table: dict[str, Cosines]) -> None:
    """Quantiles of each, and the share that each threshold folds."""
    heads = [*(f"{q:.0%}" for q in QUANTILES), *(f">= {least}" for least in THRESHOLDS)]
    print("| | n | " + " | ".join(heads) + " |")
    print("|---|---|" + "---|" * len(heads))
    for what, cosines in table.items():
        parts = [f"{value:.3f}" for value in np.quantile(cosines, QUANTILES)]
        shares = [f"{(cosines >= least).mean():.1%}" for least in THRESHOLDS]
        print(f"| {what} | {len(cosines)} | " + " | ".join([*parts, *shares]) + " |")


def _jpeg(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return Image.open(buffer).convert("RGB")


def _half(image: Image.Image) -> Image.Image:
    return image.resize((max(image.width // 2, 1), max(image.height // 2, 1)))


def _cut(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 50, height // 50, width - width // 50, height - height // 50))


CHANGES: dict[str, Change] = {
    "JPEG of quality 60": _jpeg,
    "half the size": _half,
    "2 % cut off at each side": _cut,
    "a tenth brighter, a fifth more contrast": lambda image: ImageEnhance.Contrast(
        ImageEnhance.Brightness(image).enhance(1.1)
    ).enhance(1.2),
    "turned by 2 degrees": lambda image: image.rotate(2, Image.Resampling.BICUBIC),
    "mirrored (another picture, to be sure)": lambda image: image.transpose(
        Image.Transpose.FLIP_LEFT_RIGHT
    ),
}


def _sample(data: Path, number: int) -> tuple[list[Image.Image], list[str]]:
    with (data / "manifest.csv").open(encoding="utf-8") as file:
        every = list(csv.DictReader(file))
    places = np.random.default_rng(7).permutation(len(every))[:number]
    chosen = [every[place] for place in places]
    archives = {row["archive"] for row in chosen}
    opened = {name: zipfile.ZipFile(data / name) for name in archives}
    images = [_read(opened[row["archive"]], row["path"]) for row in chosen]
    return images, [f"{row['source']} {row['group_id']}" for row in chosen]


def _read(archive: zipfile.ZipFile, path: str) -> Image.Image:
    return Image.open(io.BytesIO(archive.read(path))).convert("RGB")


def _pixels(image: Image.Image) -> Pixels:
    return np.asarray(image)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--encoder", default="mini")
    options = parser.parse_args()
    if (options.data is None) == (options.home is None):
        parser.error("give a data folder, or --home")
    return options


if __name__ == "__main__":
    main()
