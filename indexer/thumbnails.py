"""Make missing thumbnails again, from files whose bytes are still the ones that were indexed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.types import DecodedFile, Found
from imaging.work import Outcome
from storage.lacking import Lacking
from storage.writer import CollectionWriter

Decode = Callable[[Iterable[Found]], Iterator[Outcome]]


@dataclass(frozen=True, slots=True)
class Remade:
    """What came of the pictures that had no thumbnail."""

    made: int = 0
    left: int = 0  # the file is gone, has changed, or cannot be read now


def remake_thumbnails(
    writer: CollectionWriter,
    decode: Decode,
    is_picture: Callable[[bytes], bool],
    show: Callable[[Remade], None],
) -> Remade:
    """Make the thumbnails that lack, or that are no pictures, and keep them."""
    remade = Remade()
    for part in writer.lacking_thumbnails(is_picture):
        made = dict(_made(part, decode))
        writer.put_thumbnails(made)
        lacked = sum(len(file.pictures) for file in part)
        remade = Remade(remade.made + len(made), remade.left + lacked - len(made))
        show(remade)
    return remade


def _made(part: Iterable[Lacking], decode: Decode) -> Iterator[tuple[int, bytes]]:
    """Thumbnails by the ids of their pictures."""
    wanted = {file.found.location: file for file in part}
    for outcome in decode([file.found for file in wanted.values()]):
        if isinstance(outcome, DecodedFile):
            file = wanted.get(outcome.source.location)
            if file is not None and outcome.source.sha256 == file.sha256:
                yield from _thumbnails(outcome, file)


def _thumbnails(decoded: DecodedFile, file: Lacking) -> Iterator[tuple[int, bytes]]:
    for picture in decoded.pictures:
        if picture.frame in file.pictures:
            yield file.pictures[picture.frame], picture.thumbnail
