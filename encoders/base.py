"""What every encoder can do."""

from collections.abc import Sequence
from typing import Protocol

from core.types import Embeddings, EncoderCard, Matches, Pixels, Prepare, Regions, Unread


class Encoder(Protocol):
    """An encoder of pictures, and mostly of texts.

    The same input always gives the same row, whatever the batch around it.
    """

    @property
    def card(self) -> EncoderCard:
        """What a collection made with this encoder is bound to."""

    @property
    def device(self) -> str:
        """Where it runs: "cpu", "cuda:0", ..."""

    @property
    def at_once(self) -> int:
        """How many pictures fill its device; more in a call are embedded one part after another."""

    @property
    def prepare(self) -> Prepare:
        """The encoder's own resize; weights and preprocessing change together."""

    def kept(self, height: int, width: int) -> tuple[float, float]:
        """The shares of a picture's height and width, about its middle, that `prepare` keeps."""

    @property
    def logit_scale(self) -> float:
        """The factor on cosines before softmax or sigmoid (the exponential is already taken)."""

    @property
    def logit_bias(self) -> float:
        """What is added to scaled cosines before a sigmoid; 0 of one trained without."""

    @property
    def reads_texts(self) -> bool:
        """Whether texts can be embedded; else `embed_texts` and `unread` raise InvalidRequest."""

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Embed pictures that went through `prepare`: n of (S, S, 3) -> (n, dim)."""

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        """What each region adds to a picture's row: n of (S, S, 3) -> (n, h, w, dim).

        Regions tile the prepared picture from the left upper corner. The mean over them is the row
        that `embed_images` gives; none of them is of unit length by itself. (0, 0, 0, dim) for no
        pictures. Raises InvalidRequest of an encoder whose rows are no mean of regions.
        """

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: n strings -> (n, dim). Of one that is too long, the beginning."""

    def match(self, prepared: Sequence[Pixels], texts: Sequence[str]) -> Matches:
        """How probably each picture fits each text, read together: n of (S, S, 3) -> (n, texts).

        Raises InvalidRequest of an encoder that reads the two sides apart alone.
        """

    def unread(self, text: str) -> Unread | None:
        """What of a text is too much for `embed_texts`; None for one that is read to its end."""
