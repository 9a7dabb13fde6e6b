"""Which part of an ultrasound frame is shown: frames whose pixels name their own row and column."""

import numpy as np
import pytest

from imaging.decode import read_pictures_from_bytes, read_view
from imaging.profiles import MI2_COMPAT
from imaging.rules import Rules, View
from tests.unit.imaging.factories import make_dicom, make_item

TWO_D, M_MODE, SPECTRAL, WAVEFORM, GRAPHICS = range(1, 6)


def region(left, top, right, bottom, spatial_format=TWO_D, **elements):
    corners = {
        "RegionLocationMinX0": left,
        "RegionLocationMinY0": top,
        "RegionLocationMaxX1": right,
        "RegionLocationMaxY1": bottom,
        "RegionSpatialFormat": spatial_format,
    }
    return make_item(**{**corners, **elements})


def frame(rows=60, columns=100):
    y, x = np.mgrid[:rows, :columns]
    return np.stack([x, y, 0 * x], axis=2).astype(np.uint8)


def shown(*regions):
    """Give the left, top, right and bottom pixel of what is shown, all of them included."""
    content = make_dicom(frame(), Modality="US", SequenceOfUltrasoundRegions=list(regions))
    (picture,) = read_pictures_from_bytes(content)
    (left, top, _), (right, bottom, _) = picture.pixels[0, 0], picture.pixels[-1, -1]
    assert picture.pixels.shape == (bottom - top + 1, right - left + 1, 3)
    return left, top, right, bottom


ALL = (0, 0, 99, 59)


def test_without_regions_all_is_shown():
    assert shown() == ALL


def test_a_frame_is_cut_to_its_region_with_both_corners():
    assert shown(region(10, 5, 80, 50)) == (10, 5, 80, 50)


def test_two_pictures_side_by_side_are_both_shown():
    assert shown(region(5, 10, 45, 50), region(50, 8, 95, 40)) == (5, 8, 95, 50)


@pytest.mark.parametrize("strip", [M_MODE, SPECTRAL, WAVEFORM, GRAPHICS])
def test_strips_are_left_out_where_there_is_tissue(strip):
    assert shown(region(10, 45, 90, 59, strip), region(20, 2, 80, 40)) == (20, 2, 80, 40)


def test_m_mode_is_the_picture_where_there_is_no_other():
    assert shown(region(10, 5, 90, 40, M_MODE), region(0, 45, 99, 59, SPECTRAL)) == (10, 5, 90, 40)


def test_a_spectrum_is_the_picture_where_there_is_no_other():
    assert shown(region(0, 50, 99, 59, WAVEFORM), region(0, 5, 99, 40, SPECTRAL)) == (0, 5, 99, 40)


def test_graphics_alone_are_no_reason_to_cut():
    assert shown(region(10, 5, 90, 40, GRAPHICS)) == ALL


@pytest.mark.parametrize(
    "broken",
    [
        region(50, 5, 40, 40),  # right of its right side
        region(10, 10, 10, 50),  # of no width
        region(10, 10, 150, 50),  # beyond the frame
        region(4_000_000_000, 10, 4_000_000_010, 50),
        region(10, 10, 14, 14),  # less than a hundredth of the frame
        region(10, 10, None, 50),
    ],
)
def test_an_impossible_region_is_ignored(broken):
    assert shown(broken) == ALL
    assert shown(broken, region(10, 5, 80, 50)) == (10, 5, 80, 50)


def test_a_corner_just_outside_is_let_through():
    assert shown(region(10, 5, 100, 60)) == (10, 5, 99, 59)


def test_mi2_compat_shows_all():
    content = make_dicom(frame(), SequenceOfUltrasoundRegions=[region(10, 5, 80, 50)])
    rules = Rules(profile=MI2_COMPAT)
    assert (read_view(content, View(), rules) == frame()).all()
