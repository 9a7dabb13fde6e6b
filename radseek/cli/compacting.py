"""`radseek compact`."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.options import CollectionOption, HomeOption, JsonOption, settings_of
from radseek.cli.output import put, put_json, say


def compact(
    ctx: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Every shard with an embedding that has ended.")
    ] = False,
    share: Annotated[
        float | None,
        typer.Option(
            "--share",
            min=0,
            max=1,
            help="Shards of whose embeddings more than this share has ended (else 0.2).",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop the embeddings of pictures that were removed or replaced, and what was known of them.

    Shards are written anew where it is worth it; `--all` leaves nothing of what was removed.
    Searches go on meanwhile. A run of `radseek index` ends with it when a shard needs it.
    """
    from radseek.upkeep import compact_collection
    from storage.compaction import DEAD_SHARE

    if everything and share is not None:
        raise InvalidRequest("Name either --all or a --share. --all is --share 0.")
    settings = settings_of(ctx, home, collection)
    wanted = 0.0 if everything else DEAD_SHARE if share is None else share
    say(f"radseek: compacting {settings.collection!r}")
    compacted = compact_collection(settings, wanted)
    if as_json:
        put_json({"collection": settings.collection, **asdict(compacted)})
        return
    put(
        f"{counted(compacted.shards, 'shard')} written anew: "
        f"{counted(compacted.moved, 'embedding')} moved, "
        f"{compacted.dropped} dropped, {compacted.freed_bytes / 1e6:.1f} MB freed"
    )
