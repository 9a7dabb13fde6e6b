"""`radseek explain`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidRequest
from radseek.cli.option_groups import grouped
from radseek.cli.options import JsonOption, PlaceOptions, settings_of
from radseek.cli.output import put, put_json
from radseek.cli.parts import QueryOptions, and_also, query_of
from search.method import Method
from search.query import TextPart

if TYPE_CHECKING:
    from core.types import Pixels
    from search.explain import Explanation, HeatMap


@grouped
def explain(
    ctx: typer.Context,
    asked: QueryOptions,
    place: PlaceOptions,
    picture: Annotated[int, typer.Argument(help="The id of a hit.")],
    out: Annotated[Path, typer.Option("--out", help="PNG file to write.")],
    text: Annotated[
        str | None, typer.Option("--text", help="The words it was found by.", show_default=False)
    ] = None,
    method: Annotated[
        Method,
        typer.Option("--method", help="Cover regions in turn, or take the encoder's last map."),
    ] = Method.COVERING,
    as_json: JsonOption = False,
) -> None:
    """Show which regions of a hit, and of a picture that was asked with, carry its score."""
    from radseek.archive import open_archive

    settings = settings_of(
        ctx, place.home, place.collection, weights=place.weights, device=place.device
    )
    with open_archive(settings) as archive:
        query = query_of(archive, asked)
        query = query if text is None else and_also(query, TextPart(text))
        if not query.parts and not query.feedback.liked:
            raise InvalidRequest("Say what it was found by: --text WORDS, or --like FILE or id.")
        explanation = archive.searcher().explain(query, picture, method)
    _write(explanation, out)
    if as_json:
        put_json(_json(explanation))
    else:
        _put(explanation, out)


def _write(explanation: "Explanation", out: Path) -> None:
    """The hit and what was asked with, one below the other: each as it is, then with its heat."""
    from PIL import Image

    strips = [Image.fromarray(_strip(each)) for each in (explanation.hit, *explanation.query)]
    size = max(strip.width for strip in strips), sum(strip.height for strip in strips)
    sheet, top = Image.new("RGB", size), 0
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height
    try:
        sheet.save(out, "PNG")
    except OSError as error:
        raise InvalidRequest(f"Cannot write {out}: {error.strerror}.") from error


def _strip(each: "HeatMap") -> "Pixels":
    import numpy as np

    from imaging.heat import scale, with_heat

    height, width = each.pixels.shape[:2]
    heated, colours = with_heat(each.pixels, each.heat), scale(height, width, each.heat)
    return np.hstack([each.pixels, heated, colours])


def _put(explanation: "Explanation", out: Path) -> None:
    for name, each in _named(explanation):
        low, high = each.heat.min(), each.heat.max()
        put(f"{name:<6} score {each.score:.3f}, regions from {low:+.4f} to {high:+.4f}")
    for name, value in explanation.shared:
        put(f"shared {name}: {value}")
    put(str(out))


def _json(explanation: "Explanation") -> dict[str, object]:
    maps = [
        {"picture": name, "score": round(each.score, 6), "heat": each.heat.round(6).tolist()}
        for name, each in _named(explanation)
    ]
    return {"maps": maps, "shared": dict(explanation.shared)}


def _named(explanation: "Explanation") -> list[tuple[str, "HeatMap"]]:
    return [("hit", explanation.hit), *(("query", each) for each in explanation.query)]
