"""The small captioner that ships inside, or another one of its kind from a folder."""

from pathlib import Path

from encoders.captioner.small import SmallCaptioner, load_small

NAME = "mini"
VERSION = "1"
LICENCE = "CC BY-SA 4.0"


def load(weights: Path | None, device: str) -> SmallCaptioner:
    """Load it. Raises WeightsMissing, WeightsMismatch, InvalidRequest."""
    return load_small(NAME, VERSION, LICENCE, weights or Path(__file__).parent, device)
