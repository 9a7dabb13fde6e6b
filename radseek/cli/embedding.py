"""`radseek embed` and `classify`: the encoder by itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted
from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    EncoderOption,
    HomeOption,
    JsonOption,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say
from radseek.cli.pictures import pictures

if TYPE_CHECKING:
    from core.types import Embeddings
    from encoders.base import Encoder


def embed(
    ctx: typer.Context,
    inputs: Annotated[list[str], typer.Argument(help="Image files; texts with --text.")],
    text: Annotated[bool, typer.Option("--text", help="The arguments are texts.")] = False,
    npy: Annotated[
        Path | None, typer.Option("--npy", help="Write one .npy file.", show_default=False)
    ] = None,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Print unit embeddings of images or texts, in the order given, as JSON or one .npy file."""
    from radseek.archive import open_archive

    settings = settings_of(ctx, home, collection, encoder=encoder, weights=weights, device=device)
    with open_archive(settings) as archive:
        loaded = archive.encoder()
        if text:
            rows = loaded.embed_texts(inputs)
            _say_unread(inputs, loaded)
        else:
            prepared = [loaded.prepare(pixels) for pixels in pictures(archive, inputs)]
            rows = loaded.embed_images(prepared)
    _put_embeddings(rows, npy)


def classify(
    ctx: typer.Context,
    images: Annotated[list[str], typer.Argument(help="Image files.")],
    labels: Annotated[str, typer.Option("--labels", help="Labels, separated by commas.")],
    multilabel: Annotated[
        bool, typer.Option("--multilabel", help="Each label by itself (sigmoid).")
    ] = False,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Zero-shot probabilities of labels, by softmax over them or by sigmoid of each."""
    from radseek.archive import open_archive
    from search.classify import classify as classify_pictures

    settings = settings_of(ctx, home, collection, encoder=encoder, weights=weights, device=device)
    names = [label.strip() for label in labels.split(",")]
    with open_archive(settings) as archive:
        seen = list(pictures(archive, images))
        table = classify_pictures(archive.encoder(), seen, names, multilabel)
        _say_unread(names, archive.encoder())
    for image, row in zip(images, table.tolist(), strict=True):
        by_label = dict(sorted(zip(names, row, strict=True), key=lambda pair: -pair[1]))
        if as_json:
            put_json({"path": image, "probabilities": by_label})
        else:
            put(f"{image}  " + "  ".join(f"{name} {p:.3f}" for name, p in by_label.items()))


def _say_unread(texts: list[str], encoder: "Encoder") -> None:
    from search.unread import unread_notes

    for note in unread_notes(texts, encoder):
        say(f"radseek: {note}")


def _put_embeddings(rows: "Embeddings", npy: Path | None) -> None:
    if npy is None:
        put_json(rows.tolist())
        return
    import numpy as np

    np.save(npy, rows)
    say(
        f"radseek: wrote {npy}: {counted(rows.shape[0], 'embedding')} of {rows.shape[1]} dimensions"
    )
