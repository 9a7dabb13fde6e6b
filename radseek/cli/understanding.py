"""`radseek understand`: what a text becomes for the encoder, without a search."""

from typing import Annotated

import typer

from radseek.cli.options import (
    CollectionOption,
    EncoderOption,
    HomeOption,
    JsonOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say, understood_json


def understand(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="What you would search for.")],
    encoder: EncoderOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the encoder is given for a text, with the weight of each part."""
    from radseek.archive import open_archive
    from search.language.understanding import understand_as

    settings = settings_of(ctx, home, collection, encoder=encoder)
    with open_archive(settings) as archive:
        understood = understand_as(text, archive.encoder_name())
    if as_json:
        put_json(understood_json(understood))
        return
    for term in understood.terms:
        put(f"{term.weight:+6.3f}  {term.text}")
    for note in understood.notes:
        say(str(note))
