"""`radseek map`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted
from radseek.cli.options import CollectionOption, HomeOption, JsonOption, settings_of
from radseek.cli.output import put, put_json, say
from radseek.cli.upkeep import check_bar
from storage.embedding_map import MapMethod

if TYPE_CHECKING:
    from storage.embedding_map import EmbeddingMap

FLAT = (
    "radseek: without the package openTSNE the map is a flat cut through the embeddings, on which "
    "much lies together that is not alike; get a better one by pip install 'radseek[map]'"
)


def map_(
    ctx: typer.Context,
    pictures: Annotated[
        int, typer.Option("--pictures", min=3, max=200_000, help="On the map, at most.")
    ] = 20_000,
    method: Annotated[
        MapMethod | None,
        typer.Option("--method", help="Else tsne where it can be.", show_default=False),
    ] = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lay out the collection on a plane, for the page Explore: what is alike lies together.

    Of a large collection a sample that has some of every modality. It is kept beside the
    embeddings, and says how far it can be trusted. Run it again when much has changed.
    """
    from radseek.mapping import map_collection

    settings = settings_of(ctx, home, collection)
    say(f"radseek: making the map of {settings.collection!r}")
    with check_bar() as show:
        made = map_collection(settings, pictures, method, show)
    if method is None and made.note.method == MapMethod.PCA:
        say(FLAT)
    _put(settings.collection, made, as_json)


def _put(collection: str, made: "EmbeddingMap", as_json: bool) -> None:
    note, trust = made.note, made.note.trust
    if as_json:
        told = asdict(note) | {"made_at": note.made_at.isoformat(), "on_map": len(made.ids)}
        near = {"least": made.near.least, "found": made.near.found, "kept": len(made.near.pairs)}
        put_json({"collection": collection, **told, "near": near})
        return
    put(f"{len(made.ids)} of {counted(note.pictures, 'picture')} on the map, by {note.method}")
    put(
        f"Of the {trust.nearest} nearest pictures {trust.kept:.0%} are the nearest on the map, "
        f"by chance {trust.by_chance:.2%}; trustworthiness {trust.trustworthiness:.3f}"
    )
    pairs = counted(made.near.found, "pair")
    put(
        f"{pairs} of different patients with a cosine of at least {made.near.least}; the nearest "
        f"{len(made.near.pairs)} are on the page"
    )
