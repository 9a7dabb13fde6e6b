"""A contact sheet shows each thumbnail in its place."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops

from core.errors import InvalidRequest
from imaging.contact_sheet import (
    COLUMNS,
    GAP,
    HEADER,
    HEIGHT,
    MARGIN,
    MOST_IN_PNG,
    SIDE,
    WIDTH,
    SheetStyle,
    SheetTile,
    png_sheet,
    write_pdf,
)
from imaging.thumbnail import make_thumbnail

STYLE = SheetStyle("radseek, 7 pictures", "Not for diagnosis.", caption_lines=2)


def tile(level, *caption):
    return SheetTile(make_thumbnail(np.full((SIDE, SIDE, 3), level, np.uint8)), caption)


def sheet(tiles):
    return Image.open(BytesIO(png_sheet(tiles, len(tiles), STYLE)))


def middle(place):
    row, column = divmod(place, COLUMNS)
    left = MARGIN + column * (SIDE + GAP)
    return left + SIDE // 2, MARGIN + HEADER + row * STYLE.row_height + SIDE // 2


def test_thumbnails_stand_in_their_order():
    levels = [30, 60, 90, 120, 150, 180, 210]
    drawn = sheet([tile(level) for level in levels])
    found = [drawn.getpixel(middle(place))[0] for place in range(len(levels))]
    assert np.abs(np.array(found) - levels).max() <= 3  # WebP loses a little
    assert drawn.getpixel(middle(7)) == (255, 255, 255)


def test_a_picture_without_a_thumbnail_is_black():
    assert sheet([SheetTile(None)]).getpixel(middle(0)) == (0, 0, 0)


def test_captions_are_drawn_below_and_do_not_reach_their_neighbours():
    plain, told = sheet([tile(99), tile(99)]), sheet([tile(99, "W" * 200), tile(99)])
    left, top, right, bottom = ImageChops.difference(plain, told).getbbox()
    assert left >= MARGIN
    assert right <= MARGIN + SIDE
    assert top >= MARGIN + HEADER + SIDE
    assert bottom <= MARGIN + HEADER + STYLE.row_height


def test_a_pdf_has_as_many_pages_as_it_needs(tmp_path):
    path = tmp_path / "sheet.pdf"
    a_page = STYLE.rows * COLUMNS
    for count, pages in ((0, 1), (1, 1), (a_page, 1), (a_page + 1, 2), (2 * a_page + 1, 3)):
        path.unlink(missing_ok=True)
        write_pdf((tile(9) for _ in range(count)), count, STYLE, path)
        content = path.read_bytes()
        assert content.startswith(b"%PDF-")
        assert content.count(b"/Type /Page\n") + content.count(b"/Type /Page ") >= pages
        assert f"/Count {pages}".encode() in content


def test_a_page_of_a_pdf_is_a4(tmp_path):
    write_pdf([tile(9)], 1, STYLE, tmp_path / "sheet.pdf")
    assert (round(210 / 25.4 * 150), round(297 / 25.4 * 150)) == (WIDTH, HEIGHT)


def test_a_png_has_an_end():
    with pytest.raises(InvalidRequest, match="Take the PDF"):
        png_sheet(iter(()), MOST_IN_PNG + 1, STYLE)
