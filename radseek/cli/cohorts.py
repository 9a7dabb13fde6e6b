"""`radseek cohort`: named sets of pictures that a person puts together."""

from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted, noun
from core.errors import InvalidRequest
from radseek.cli.options import CollectionOption, HomeOption, JsonOption, settings_of
from radseek.cli.output import place_json, put, put_json, say

if TYPE_CHECKING:
    from core.types import Record
    from storage.reader import CollectionReader

app = typer.Typer(help="Named sets of pictures, which outlive indexing anew.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the cohort.")]
IdsArgument = Annotated[list[str], typer.Argument(help="Ids of hits.")]


@app.command("list")
def list_all(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """The cohorts of the collection, each with the number of its pictures."""
    found = _reader(ctx, home, collection).cohorts.all()
    if as_json:
        put_json(
            [
                {
                    "name": one.name,
                    "pictures": one.pictures,
                    "made_at": one.made_at.isoformat(),
                    "note": one.note,
                }
                for one in found
            ]
        )
        return
    for one in found:
        pictures = f"{one.pictures:>9} {noun(one.pictures, 'picture'):<8}"
        put(f"{one.name:<24} {pictures}  {one.made_at:%Y-%m-%d}")


@app.command()
def show(
    ctx: typer.Context,
    name: NameArgument,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """The pictures of a cohort that the collection has, in order, and how many it has not."""
    from storage.contents import Content

    reader = _reader(ctx, home, collection)
    snapshot, members = reader.snapshot(), reader.cohorts.members(name)
    ids = snapshot.holding([member.content for member in members])
    notes: dict[Content, str] = {member.content: member.note for member in members}
    shown = list(zip(snapshot.describe(list(ids.values())), map(notes.get, ids), strict=True))
    absent = len(members) - len(shown)
    if as_json:
        pictures = [_json(record) | {"note": note} for record, note in shown]
        put_json({"name": name, "absent": absent, "pictures": pictures})
        return
    for one, note in shown:
        place = f"#{one.id:<7} {one.tags.modality or '-':<4} {one.location} frame {one.frame}"
        put(f"{place}  {note}".rstrip())
    if absent:
        say(f"radseek: not in the collection now: {absent} more")


@app.command()
def add(
    ctx: typer.Context,
    name: NameArgument,
    ids: IdsArgument,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Put pictures into a cohort, which is made when it is new."""
    came = add_pictures(_reader(ctx, home, collection), name, _numbers(ids))
    put(f"new in {name}: {came} of {len(ids)}")


@app.command()
def remove(
    ctx: typer.Context,
    name: NameArgument,
    ids: IdsArgument,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Take pictures out of a cohort; they stay in the collection."""
    reader = _reader(ctx, home, collection)
    went = reader.cohorts.remove(name, reader.snapshot().contents(_numbers(ids)))
    put(f"taken out of {name}: {went} of {len(ids)}")


@app.command()
def rename(
    ctx: typer.Context,
    name: NameArgument,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Give a cohort another name."""
    _reader(ctx, home, collection).cohorts.rename(name, new)
    put(f"{name} is {new} now")


@app.command()
def note(
    ctx: typer.Context,
    name: NameArgument,
    text: Annotated[str, typer.Argument(help="What is noted, in place of what was before.")],
    picture: Annotated[
        str | None,
        typer.Option("--picture", help="Id of one of its pictures.", show_default=False),
    ] = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Write the note of a cohort, or of one of its pictures; an empty one takes it away."""
    reader = _reader(ctx, home, collection)
    if picture is None:
        reader.cohorts.describe(name, text)
        return
    (content,) = reader.snapshot().contents(_numbers([picture]))
    reader.cohorts.annotate(name, content, text)


@app.command()
def delete(
    ctx: typer.Context,
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Forget a cohort; its pictures stay in the collection."""
    cohorts = _reader(ctx, home, collection).cohorts
    pictures = counted(len(cohorts.contents(name)), "picture")
    if not yes:
        say(f"radseek: the cohort {name!r} of {pictures} is to be forgotten")
        typer.confirm("Forget it?", abort=True, err=True)
    cohorts.delete(name)
    put(f"{name} is forgotten; what was in it stays in the collection: {pictures}")


def add_pictures(reader: "CollectionReader", name: str, ids: list[int]) -> int:
    """Put indexed pictures into a cohort and give how many were not in it."""
    return reader.cohorts.add(name, reader.snapshot().contents(ids))


def _reader(
    ctx: typer.Context, home: HomeOption, collection: CollectionOption
) -> "CollectionReader":
    from radseek.archive import open_archive

    return open_archive(settings_of(ctx, home, collection)).reader()


def _numbers(ids: list[str]) -> list[int]:
    """Ids as they are typed or printed, `12` or `#12`."""
    wrong = next((one for one in ids if not one.removeprefix("#").isdecimal()), None)
    if wrong is not None:
        raise InvalidRequest(f"{wrong!r} is no id of a hit. Write ids as 3 9.")
    return [int(one.removeprefix("#")) for one in ids]


def _json(record: "Record") -> dict[str, object]:
    return {
        "id": record.id,
        **place_json(record.location),
        "frame": record.frame,
        "modality": record.tags.modality,
    }
