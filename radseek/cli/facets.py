"""`radseek facets`."""

from typing import TYPE_CHECKING, Annotated

import typer

from radseek.cli.options import (
    CollectionOption,
    HomeOption,
    JsonOption,
    WhereOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from search.facets import Counted

USUAL = ("modality", "body_part", "view", "sex", "age", "date", "manufacturer", "scanner")
SHOWN = 20  # values of each field; JSON has all


def facets(
    ctx: typer.Context,
    fields: Annotated[
        list[str] | None,
        typer.Argument(help="Fields to count (else the usual ones).", show_default=False),
    ] = None,
    where: WhereOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count the pictures of each value of a field, under the filters on other fields."""
    from radseek.archive import open_archive
    from search.facets import facet
    from search.filters import parse_where
    from search.where.fields import field_of

    wheres = [parse_where(text) for text in where or ()]
    names = [field_of(name).name for name in fields or USUAL]
    with open_archive(settings_of(ctx, home, collection)) as archive:
        snapshot = archive.reader().snapshot()
        counted = {name: facet(snapshot, name, wheres) for name in names}
    if as_json:
        put_json({name: _as_json(values) for name, values in counted.items()})
        return
    for name, values in counted.items():
        _put(name, values)


def _as_json(values: "Counted") -> list[dict[str, str | int]]:
    return [{"value": value, "pictures": n} for value, n in values]


def _put(name: str, values: "Counted") -> None:
    put(name)
    for value, n in values[:SHOWN]:
        put(f"{n:>9,}  {value or '(not stated)'}")
    if len(values) > SHOWN:
        say(f"{name}: {len(values) - SHOWN:,} more values; --json has them all")
