"""A contact sheet: many thumbnails on pages of paper, or in one tall picture."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from core.errors import InvalidRequest

DPI: Final = 150
WIDTH, HEIGHT = 1240, 1754  # A4 at that resolution
MARGIN: Final = 56
GAP: Final = 12
COLUMNS: Final = 5
SIDE: Final = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) // COLUMNS  # of a thumbnail
LINE: Final = 20  # of a caption
HEADER: Final = 44
MOST_IN_PNG: Final = 300
PAPER, INK, FAINT, BLACK = "white", "#1c1f24", "#5c636d", "black"


@dataclass(frozen=True, slots=True)
class SheetTile:
    """One picture of a sheet."""

    thumbnail: bytes | None  # as `make_thumbnail` made it; None: there is none
    caption: Sequence[str] = ()  # short lines; ASCII is always drawn


@dataclass(frozen=True, slots=True)
class SheetStyle:
    """What all pages have in common."""

    heading: str
    foot: str
    caption_lines: int  # of each picture, at most

    @property
    def row_height(self) -> int:
        """Of a row of pictures, with the gap below, in pixels."""
        return SIDE + self.caption_lines * LINE + GAP

    @property
    def rows(self) -> int:
        """Of pictures on a page."""
        return (HEIGHT - 2 * MARGIN - HEADER - LINE) // self.row_height


def write_pdf(tiles: Iterable[SheetTile], count: int, style: SheetStyle, path: Path) -> None:
    """Write the pages into a file that is there and empty, one after the other."""
    a_page = style.rows * COLUMNS
    pages = max(ceil(count / a_page), 1)
    for number, part in enumerate(_parts(tiles, a_page), 1):
        sheet = _draw(part, style, HEIGHT, f"{number} / {pages}")
        sheet.save(path, "PDF", resolution=DPI, append=number > 1, producer="", creator="")


def png_sheet(tiles: Iterable[SheetTile], count: int, style: SheetStyle) -> bytes:
    """All pictures in one tall PNG. Raises InvalidRequest for more than MOST_IN_PNG."""
    if count > MOST_IN_PNG:
        raise InvalidRequest(
            f"A contact sheet in PNG holds {MOST_IN_PNG} pictures at most, and these are "
            f"{count:,}. Take the PDF, which has pages."
        )
    rows = max(ceil(count / COLUMNS), 1)
    height = 2 * MARGIN + HEADER + LINE + rows * style.row_height
    written = BytesIO()
    _draw(list(tiles), style, height, "").save(written, "PNG", dpi=(DPI, DPI))
    return written.getvalue()


def _parts(tiles: Iterable[SheetTile], size: int) -> Iterator[Sequence[SheetTile]]:
    """The tiles of each page; there is one page at least."""
    waiting = iter(tiles)
    part = list(islice(waiting, size))
    yield part
    while part := list(islice(waiting, size)):
        yield part


def _draw(tiles: Sequence[SheetTile], style: SheetStyle, height: int, page: str) -> Image.Image:
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    font, small = ImageFont.load_default(18), ImageFont.load_default(14)
    pen.text((MARGIN, MARGIN), style.heading, INK, font)
    pen.text((WIDTH - MARGIN, MARGIN), page, FAINT, small, anchor="ra")
    pen.text((MARGIN, height - MARGIN), style.foot, FAINT, small, anchor="ld")
    for place, tile in enumerate(tiles):
        row, column = divmod(place, COLUMNS)
        left = MARGIN + column * (SIDE + GAP)
        top = MARGIN + HEADER + row * style.row_height
        _place(sheet, tile.thumbnail, left, top)
        for line, text in enumerate(tile.caption):
            pen.text((left, top + SIDE + 4 + line * LINE), _fitting(text, small), INK, small)
    return sheet


def _place(sheet: Image.Image, thumbnail: bytes | None, left: int, top: int) -> None:
    """Draw a thumbnail in the middle of its square; black where there is none."""
    sheet.paste(BLACK, (left, top, left + SIDE, top + SIDE))
    if thumbnail is None:
        return
    with Image.open(BytesIO(thumbnail), formats=["WEBP"]) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
    sheet.paste(picture, (left + (SIDE - picture.width) // 2, top + (SIDE - picture.height) // 2))


def _fitting(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The text, cut off where it would run into its neighbour."""
    while text and font.getlength(text) > SIDE:
        text = text[:-1]
    return text
