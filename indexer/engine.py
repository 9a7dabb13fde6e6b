"""What makes embeddings of files: here, on several devices, or on other machines."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol

from core.types import DecodedFile, EmbeddedFile, Found
from imaging.work import Before, Outcome

Come = Outcome | EmbeddedFile  # what an engine may say of a file


class Engine(Protocol):
    """Reads files and embeds their pictures."""

    @property
    def device(self) -> str:
        """Where the encoder runs: "cpu", "cuda:0", "2 x cuda", "ray, 4 workers"."""

    @property
    def advice(self) -> str:
        """A sentence on the device that a person should read; empty when there is none."""

    @property
    def at_once(self) -> int:
        """How many pictures one call of `embed` should bring, so that the device is well filled."""

    def read(self, found: Iterable[Found], before: Before, defer_slices: bool) -> Iterator[Come]:
        """Yield one outcome for each file, members of containers included, as they come.

        As `DecodePool.run` does. An engine that embeds where it decodes gives an EmbeddedFile in
        place of a DecodedFile. Files are taken one by one, some ahead of their outcomes.
        """

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        """Begin to embed the pictures of files, and give what will hold them in their order.

        Returns at once while the devices have room, and waits for room else. The future raises
        what the encoder raises.
        """
