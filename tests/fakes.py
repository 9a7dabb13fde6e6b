"""Stand-ins that behave like the real parts, small enough to reason about."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.machine_text import CaptionerCard
from core.types import Embeddings, EncoderCard, Matches, Pixels, Regions, Unread

COLOURS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
READ = 40  # words of a text


def shrink(pixels: Pixels) -> Pixels:
    """Importable in a worker process, as an encoder's `prepare` must be."""
    return np.asarray(Image.fromarray(pixels).resize((8, 8)))


class ColourEncoder:
    """Sees the mean colour of a picture, and reads the names of colours."""

    card = EncoderCard("colour", "1", 3, "c0" * 32, "squash-8", "none")
    device = "cpu"
    at_once = 8
    logit_scale = 10.0
    logit_bias = 0.0
    reads_texts = True

    def kept(self, height: int, width: int) -> tuple[float, float]:
        return 1.0, 1.0

    prepare = staticmethod(shrink)

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        means = [pixels.reshape(-1, 3).mean(axis=0) + 1 for pixels in prepared]
        return _unit(np.asarray(means, dtype=np.float32).reshape(-1, 3))

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        colours = np.asarray(prepared, dtype=np.float32).reshape(-1, 8, 8, 3) + 1
        lengths = np.linalg.norm(colours.mean(axis=(1, 2)), axis=1)
        regions: Regions = colours / lengths[:, None, None, None]
        return regions

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        read = [text.split()[:READ] for text in texts]
        rows = [np.sum([COLOURS.get(w, (0.1,) * 3) for w in words], axis=0) for words in read]
        return _unit(np.asarray(rows, dtype=np.float32).reshape(-1, 3))

    def match(self, prepared: Sequence[Pixels], texts: Sequence[str]) -> Matches:
        """How bright a picture is in the colour of a text, which its row does not tell."""
        colours = np.array([COLOURS.get(text, (0, 0, 0)) for text in texts]).reshape(-1, 3)
        means = [pixels.reshape(-1, 3).mean(axis=0) / 255 for pixels in prepared]
        matches: Matches = (np.reshape(means, (-1, 3)) @ colours.T).astype(np.float32)
        return matches

    def unread(self, text: str) -> Unread | None:
        words = text.split()
        return Unread(READ, " ".join(words[READ:])) if len(words) > READ else None


def _unit(rows: Embeddings) -> Embeddings:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def load_colour_encoder(weights: object, device: str) -> ColourEncoder:
    """What a row of the registry names."""
    return ColourEncoder()


class ColourCaptioner:
    """Says which colour a picture is, or what its nearest neighbour is told to be."""

    card = CaptionerCard("colour", "1", "cc" * 32, "none")
    at_once = 2

    def describe(self, pictures, neighbours):
        pairs = zip(pictures, neighbours, strict=True)
        return [told[0].words if told else self._colour(pixels) for pixels, told in pairs]

    def _colour(self, pixels):
        means = pixels.mean(axis=(0, 1))
        return f"Picture: {['red', 'green', 'blue'][int(means.argmax())]}."


def load_colour_captioner(weights: object, device: str) -> ColourCaptioner:
    """What a row of the captioners names."""
    return ColourCaptioner()


class WarmEncoder(ColourEncoder):
    """Sees red three times as well, and reads no texts."""

    card = EncoderCard("warm", "1", 3, "d0" * 32, "squash-8", "none")
    reads_texts = False

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        return _unit(super().embed_images(prepared) * np.array([3, 1, 1], np.float32))


def load_warm_encoder(weights: object, device: str) -> WarmEncoder:
    """What a row of the registry names."""
    return WarmEncoder()
