"""`radseek render`."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import CannotDecode, InvalidRequest
from radseek.cli.options import CollectionOption, HomeOption, RenderingOption, settings_of
from radseek.cli.output import put
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from imaging.display import Window
    from imaging.rules import Crop


def render(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help="Image file; of a member ARCHIVE.zip!/NAME.")],
    out: Annotated[Path, typer.Argument(help="PNG file to write.")],
    window: Annotated[
        str | None,
        typer.Option(
            "--window",
            help="Center/width, such as 40/400, or the name of a CT window, such as lung.",
            show_default=False,
        ),
    ] = None,
    frame: Annotated[
        int | None,
        typer.Option(
            "--frame", min=0, help="Frame, from 0 (else the middle one).", show_default=False
        ),
    ] = None,
    crop: Annotated[
        str | None,
        typer.Option(
            "--crop", help="Left,top,width,height of the picture, in pixels.", show_default=False
        ),
    ] = None,
    overlays: Annotated[
        bool, typer.Option("--overlays", help="Draw the graphics that the file lays over it.")
    ] = False,
    rendering: RenderingOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Write one picture of a file as PNG, as it is shown when it is indexed or asked with."""
    from PIL import Image

    from imaging.rules import View
    from radseek.archive import open_archive

    view = View(frame, _window(window), _crop(crop), overlays)
    with open_archive(settings_of(ctx, home, collection, rendering=rendering)) as archive:
        try:
            pixels = archive.view(location_of(file), view)
        except CannotDecode as error:
            raise InvalidRequest(f"Cannot read {file}: {error}") from error
    try:
        Image.fromarray(pixels).save(out, "PNG")
    except OSError as error:
        raise InvalidRequest(f"Cannot write {out}: {error.strerror}.") from error
    put(str(out))


def _window(text: str | None) -> "Window | None":
    from imaging.presets import CT_PRESETS

    if text is None or text in CT_PRESETS:
        return None if text is None else CT_PRESETS[text]
    return _center_width(text)


def _center_width(text: str) -> "Window":
    from imaging.display import Window
    from imaging.presets import CT_PRESETS

    try:
        center, width = (float(number) for number in text.split("/"))
    except ValueError:
        center = width = math.nan
    if not (math.isfinite(center) and math.isfinite(width) and width > 0):
        known = ", ".join(CT_PRESETS)
        raise InvalidRequest(f"{text!r} is no window. Write 40/400, or one of {known}.")
    return Window(center, width)


def _crop(text: str | None) -> "Crop | None":
    from imaging.rules import Crop

    if text is None:
        return None
    try:
        left, top, width, height = (int(number) for number in text.split(","))
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is no crop. Write left,top,width,height.") from error
    return Crop(left, top, width, height)
