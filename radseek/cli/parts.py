"""From the options of `search` and `similar` to a query of weighted parts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from core.errors import InvalidRequest
from radseek.cli.options import plain_option
from radseek.cli.pictures import named
from radseek.cli.places import location_of
from search.query import (
    EmbeddingPart,
    Feedback,
    ImagePart,
    InstancePart,
    Part,
    Query,
    Refit,
    Region,
    SeriesPart,
    TextPart,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from radseek.archive import Archive

WEIGHT = re.compile(r":(\d+\.?\d*|\.\d+)$")
REGION = re.compile(r"@([\d.]+),([\d.]+),([\d.]+),([\d.]+)$")
PICTURE_ID = re.compile(r"#?(\d+)")
# A picture that is not wanted shares its organ and modality with what is, and would take these away
# at a weight of 1, as words do that are subtracted: of ten hits 39 % kept them.
UNWANTED = 0.3


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """What is asked with beside the argument of the command."""

    PANEL: ClassVar = "What is asked"

    like: Annotated[
        list[str] | None,
        plain_option("--like", "Like this image file or id: X, X@left,top,right,bottom, X:weight."),
    ] = None
    unlike: Annotated[
        list[str] | None,
        plain_option("--unlike", "Unlike this, as for --like; it counts 0.3 unless weighed."),
    ] = None
    series: Annotated[
        list[str] | None,
        plain_option("--series", "Like all slices of this series: UID. Alone: series like it."),
    ] = None
    with_text: Annotated[
        list[str] | None, plain_option("--with", "Fitting these words, too: TEXT or TEXT:weight.")
    ] = None
    without: Annotated[
        list[str] | None,
        plain_option("--without", "Without what these words say: TEXT or TEXT:weight."),
    ] = None
    embedding: Annotated[
        list[str] | None,
        plain_option(
            "--embedding", "Near the row in this .npy file, as `radseek embed` writes it."
        ),
    ] = None
    liked: Annotated[str | None, plain_option("--liked", "Ids of hits that were right: 3,9.")] = (
        None
    )
    disliked: Annotated[str | None, plain_option("--disliked", "Ids of hits that were wrong.")] = (
        None
    )
    refit: Annotated[Refit, typer.Option("--refit", help="How the query learns from them.")] = (
        Refit.ROCCHIO
    )


def query_of(archive: "Archive", options: QueryOptions) -> Query:
    """What the options ask with. Raises InvalidRequest for what cannot be read."""
    parts = (
        *(picture_part(archive, given) for given in options.like or ()),
        *(_opposite(picture_part(archive, given, UNWANTED)) for given in options.unlike or ()),
        *(SeriesPart(*_weighed(given)) for given in options.series or ()),
        *(_text_part(given) for given in options.with_text or ()),
        *(_opposite(_text_part(given)) for given in options.without or ()),
        *(_embedding_part(given) for given in options.embedding or ()),
    )
    liked, disliked = _ids(options.liked), _ids(options.disliked)
    return Query(parts, Feedback(liked, disliked, options.refit))


def and_also(query: Query, part: Part) -> Query:
    """The query with one more part, which comes first."""
    return replace(query, parts=(part, *query.parts))


def picture_part(archive: "Archive", given: str, usual: float = 1.0) -> ImagePart | InstancePart:
    """An image file or an id, with its region and weight; `usual` is the weight of one without.

    A name that ends as if with a region or weight is taken whole where there is such a file.
    """
    text, weight = _weighed(given, usual)
    text, region = _cut(text)
    picture_id = PICTURE_ID.fullmatch(text)
    if picture_id and not Path(text).exists():
        return InstancePart(int(picture_id[1]), region, weight)
    with named(text):
        return replace(archive.query_file(location_of(text)), region=region, weight=weight)


def _text_part(given: str) -> TextPart:
    return TextPart(*_weighed(given))


def _embedding_part(given: str) -> EmbeddingPart:
    text, weight = _weighed(given)
    return EmbeddingPart(_row(Path(text)), weight)


def _row(file: Path) -> "NDArray[np.float32]":
    import numpy as np

    try:
        row: NDArray[np.float32] = np.load(file, allow_pickle=False).astype(np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise InvalidRequest(f"Cannot read {file} as a .npy file: {error}.") from error
    return row[0] if row.ndim == 2 and len(row) == 1 else row


def _weighed(given: str, usual: float = 1.0) -> tuple[str, float]:
    found = WEIGHT.search(given)
    if found is None or Path(given).exists():
        return given, usual
    return given[: found.start()], float(found[1])


def _cut(given: str) -> tuple[str, Region | None]:
    found = REGION.search(given)
    if found is None or Path(given).exists():
        return given, None
    return given[: found.start()], _region(found.groups())


def _region(shares: Sequence[str]) -> Region:
    try:
        return Region(*map(float, shares))
    except ValueError:
        raise InvalidRequest(f"Cannot read the region {','.join(shares)}.") from None


def _opposite(part: Part) -> Part:
    return replace(part, weight=-part.weight)


def _ids(given: str | None) -> tuple[int, ...]:
    return tuple(_each_id(given)) if given else ()


def _each_id(given: str) -> Iterator[int]:
    for word in given.split(","):
        found = PICTURE_ID.fullmatch(word.strip())
        if found is None:
            raise InvalidRequest(f"{word!r} is no id of a hit. Write ids as 3,9.")
        yield int(found[1])
