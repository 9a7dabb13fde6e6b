"""How long an encoder takes: to load, for a text, for an image, for a batch. Prints a table.

python -m benchmarks.encoder [--encoder mini] [--weights DIR] [--device cpu]
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from core.types import Pixels
from encoders.base import Encoder
from encoders.registry import load_encoder

BATCH = 64
LONG_TEXT = "word " * 100


def main() -> None:
    """Load an encoder, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="mini")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=21)
    options = parser.parse_args()
    started = perf_counter()
    encoder = load_encoder(options.encoder, options.weights, options.device)
    loading = perf_counter() - started
    print(f"| import and load | {loading:.2f} s |")
    for what, figure in measure(encoder, options.repeats):
        print(f"| {what} | {figure} |", flush=True)


def measure(encoder: Encoder, repeats: int) -> Iterator[tuple[str, str]]:
    """The rows of the table, medians of `repeats`."""
    noise = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    prepared = encoder.prepare(noise)

    def milliseconds(work: Callable[[], object]) -> float:
        return 1e3 * median(seconds(work) for _ in range(repeats))

    short, long = ["axial CT of the head"], [LONG_TEXT]
    yield "one short text", f"{milliseconds(lambda: encoder.embed_texts(short)):.1f} ms"
    yield "one text of full length", f"{milliseconds(lambda: encoder.embed_texts(long)):.1f} ms"
    yield "prepare one 512 x 512 image", f"{milliseconds(lambda: encoder.prepare(noise)):.1f} ms"
    yield "one prepared image", f"{milliseconds(lambda: encoder.embed_images([prepared])):.1f} ms"
    yield (
        f"prepared images, {BATCH} at once",
        f"{images_per_second(encoder, prepared):.0f} images/s",
    )


def images_per_second(encoder: Encoder, prepared: Pixels, batches: int = 5) -> float:
    """What the encoder does alone, from prepared pixels."""
    pictures = [prepared] * BATCH
    encoder.embed_images(pictures)
    return BATCH / median(seconds(lambda: encoder.embed_images(pictures)) for _ in range(batches))


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    started = perf_counter()
    work()
    return perf_counter() - started


if __name__ == "__main__":
    main()
