"""`radseek status`, `skipped` and `collections`."""

import typer

from radseek.cli.options import CollectionOption, HomeOption, JsonOption, settings_of
from radseek.cli.output import card_json, put, put_facts, put_json, skipped_json


def status(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the collection holds, its encoder, its index."""
    from radseek.archive import open_archive

    settings = settings_of(ctx, home, collection)
    info = open_archive(settings).reader().info()
    facts = {
        "collection": info.name,
        "home": str(settings.home),
        "files": info.files,
        "pictures": info.pictures,
        "skipped": info.skipped,
        "bytes_on_disk": info.bytes_on_disk,
        "rendering": info.rendering,
        "index": info.index_kind,
        "index_rows": info.index_rows,
        "sequence": info.sequence,
        "updated_at": info.updated_at.isoformat(),
    }
    if as_json:
        put_json(facts | {"encoder": card_json(info.card)})
        return
    put_facts(facts | {f"encoder {name}": fact for name, fact in card_json(info.card).items()})


def skipped(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """The files that are not in the index, each with its code and reason."""
    from radseek.archive import open_archive

    files = open_archive(settings_of(ctx, home, collection)).reader().skipped()
    if as_json:
        put_json([skipped_json(file) for file in files])
        return
    for file in files:
        put(f"{file.code.value:<16} {file.path}  {file.reason}")


def list_all(ctx: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The collections in the home."""
    from radseek.archive import collections

    infos = collections(settings_of(ctx, home, None))
    if as_json:
        put_json([{"name": i.name, "pictures": i.pictures, "encoder": i.card.name} for i in infos])
        return
    for info in infos:
        put(f"{info.name:<24} {info.pictures:>9} pictures  {info.card.name}")
