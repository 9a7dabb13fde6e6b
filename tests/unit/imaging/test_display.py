"""The expected values are worked out by hand from the formulas of DICOM PS3.3 C.11."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imaging.display import (
    GreyDisplay,
    LookupTable,
    Rescale,
    Window,
    WindowFunction,
    percentile_window,
    render_colour,
    render_grey,
    render_palette,
    whole_range,
)

LINEAR, EXACT, SIGMOID = WindowFunction

pictures = arrays.arrays(np.int16, (4, 5), elements=st.integers(-2000, 3000))
centers = st.floats(-1000, 1000)
widths = st.floats(1, 4000)
windows = st.builds(Window, centers, widths, st.sampled_from(WindowFunction))


def shown(values, display):
    return render_grey(np.array([values]), display)[0].tolist()


@pytest.mark.parametrize(
    ("window", "values", "expected"),
    [
        # c = 2048, w = 4096: 0 below 0, 255 above 4095, between (x - 2047.5) / 4095 + 0.5
        (Window(2048, 4096), [-5, 0, 1024, 2048, 4095, 5000], [0, 0, 64, 128, 255, 255]),
        # The standard's own example, c = 2048 and w = 1: a threshold at 2047.5
        (Window(2048, 1), [2046, 2047, 2048, 2049], [0, 0, 255, 255]),
        # c = 0, w = 100: (x - -0.5) / 99 + 0.5
        (Window(0, 100), [-50, -25, 0, 25, 49], [0, 64, 129, 193, 255]),
        # c = 0, w = 100: x / 100 + 0.5
        (Window(0, 100, EXACT), [-50, -25, 0, 25, 50], [0, 64, 128, 191, 255]),
        (Window(0.5, 1, EXACT), [-1, 0, 1, 2], [0, 0, 255, 255]),
        # c = 0, w = 100: 1 / (1 + exp(-4 x / 100))
        (Window(0, 100, SIGMOID), [-1000, -50, 0, 50, 1000], [0, 30, 128, 225, 255]),
    ],
)
def test_a_window_maps_as_the_standard_says(window, values, expected):
    assert shown(values, GreyDisplay(voi=window)) == expected


def test_whole_range_of_8_bit_changes_nothing():
    values = list(range(256))
    assert shown(values, GreyDisplay(voi=whole_range(8))) == values


def test_rescale_comes_before_the_window():
    display = GreyDisplay(Rescale(2.0, -1000.0), Window(0, 100, EXACT))
    assert shown([475, 487.5, 500, 525], display) == [0, 64, 128, 255]


def test_a_modality_table_comes_before_the_window_and_holds_its_ends():
    table = LookupTable(first=10, entries=np.array([0, 50, 100], np.uint16), bits=16)
    display = GreyDisplay(table, Window(50, 100, EXACT))
    assert shown([0, 10, 11, 12, 99], display) == [0, 0, 128, 255, 255]


def test_a_voi_table_spans_the_bits_it_declares():
    table = LookupTable(first=-1, entries=np.array([0, 1023, 4095], np.uint16), bits=12)
    assert shown([-7, -1, 0, 1, 7], GreyDisplay(voi=table)) == [0, 0, 64, 255, 255]


def test_a_table_takes_what_is_not_a_number():
    table = LookupTable(first=0, entries=np.array([65535, 0], np.uint16), bits=16)
    assert shown([np.nan, np.inf, 0.0, 1.0], GreyDisplay(voi=table)) == [0, 0, 255, 0]


def test_an_entry_beyond_the_declared_bits_is_white():
    table = LookupTable(first=0, entries=np.array([0, 300], np.uint16), bits=8)
    assert shown([0, 1], GreyDisplay(voi=table)) == [0, 255]


def test_padding_is_black_even_when_inverted_and_does_not_move_the_window():
    values = [-2000] * 50 + [0, 50, 100]
    display = GreyDisplay(padding=(-2000, -2000), inverted=True)
    assert shown(values, display)[:50] == [0] * 50
    assert shown(values, display)[50:] == shown([0, 50, 100], GreyDisplay(inverted=True))


def test_a_range_of_padding_includes_its_ends():
    display = GreyDisplay(voi=Window(0, 2, EXACT), padding=(10, 12))
    assert shown([9, 10, 11, 12, 13], display) == [255, 0, 0, 0, 255]


def test_a_picture_of_nothing_but_padding_is_black():
    assert shown([5, 5], GreyDisplay(padding=(5, 5))) == [0, 0]


def test_what_is_not_finite_is_black_and_does_not_move_the_window():
    values = [np.nan, np.inf, -np.inf, 0.0, 0.5, 1.0]
    assert shown(values, GreyDisplay()) == [0, 0, 0, *shown([0.0, 0.5, 1.0], GreyDisplay())]


def test_percentiles_1_to_99_are_the_window_of_values_without_one():
    window = percentile_window(np.arange(1001, dtype=np.float64))
    assert (window.center, window.width, window.function) == (500.0, 980.0, EXACT)


@given(
    values=arrays.arrays(np.float64, st.integers(1, 30), elements=st.integers(-500, 500)),
    seed=st.integers(0, 99),
)
def test_counted_values_have_the_window_of_the_values_themselves(values, seed):
    counts = np.random.default_rng(seed).integers(1, 40, len(values))
    counted = percentile_window(values, counts)
    whole = percentile_window(np.repeat(values, counts))
    assert counted.center == pytest.approx(whole.center)
    assert counted.width == pytest.approx(whole.width)


@given(stored=pictures, slope=st.sampled_from([-2.0, 0.5, 3.0]))
def test_large_pictures_have_the_percentiles_of_small_ones(stored, slope):
    """Values of large pictures are counted, those of small ones are sorted."""
    large = np.tile(stored, (60, 60))
    window = percentile_window(large * slope)
    expected = render_grey(large, GreyDisplay(Rescale(slope), window))
    counted = render_grey(large, GreyDisplay(Rescale(slope)))
    assert np.abs(counted.astype(int) - expected).max() <= 1


def test_a_few_bright_pixels_on_black_are_still_seen():
    values = [0] * 999 + [40]
    assert shown(values, GreyDisplay())[-1] == 255


def test_a_constant_picture_is_mid_grey():
    assert set(shown([1234] * 9, GreyDisplay())) == {128}


@given(stored=pictures, window=windows)
def test_a_window_never_turns_brighter_into_darker(stored, window):
    order = np.argsort(stored, axis=None)
    grey = render_grey(stored, GreyDisplay(voi=window)).ravel()[order]
    assert (np.diff(grey.astype(int)) >= 0).all()


@given(stored=pictures, window=st.none() | windows)
def test_monochrome1_is_the_negative_of_monochrome2(stored, window):
    upright = render_grey(stored, GreyDisplay(voi=window))
    inverted = render_grey(stored, GreyDisplay(voi=window, inverted=True))
    assert (inverted == 255 - upright).all()


@given(stored=pictures, window=windows, slope=st.floats(0.1, 5), intercept=st.floats(-2000, 2000))
def test_many_pixels_are_shown_as_few_are(stored, window, slope, intercept):
    """Large pictures go through a table of levels, small ones are computed pixel by pixel."""
    display = GreyDisplay(Rescale(slope, intercept), window)
    large = np.tile(stored, (60, 60))
    assert (render_grey(large, display) == np.tile(render_grey(stored, display), (60, 60))).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.uint32])
def test_the_ends_of_every_integer_type_are_black_and_white(dtype):
    ends = np.iinfo(dtype)
    stored = np.tile(np.array([ends.min, ends.max], dtype), (300, 300))
    assert render_grey(stored, GreyDisplay())[0, :2].tolist() == [0, 255]


@pytest.mark.parametrize(
    ("bits", "values", "expected"),
    [
        (8, [0, 17, 255], [0, 17, 255]),
        (12, [0, 16, 4095], [0, 1, 255]),
        (16, [0, 256, 65535], [0, 1, 255]),
        (4, [0, 5, 15], [0, 85, 255]),
    ],
)
def test_colours_are_scaled_by_their_stored_bits(bits, values, expected):
    stored = np.array([[values]], np.uint16)
    assert render_colour(stored, bits).tolist() == [[expected]]


def test_a_palette_looks_up_each_colour_from_its_first_value():
    palette = [LookupTable(2, np.array(entries, np.uint16), 16) for entries in
               ([0, 65535, 257], [65535, 0, 514], [0, 0, 771])]  # fmt: skip
    rendered = render_palette(np.array([[0, 2, 3, 4, 9]], np.uint8), palette)
    assert rendered.tolist() == [[[0, 255, 0], [0, 255, 0], [255, 0, 0], [1, 2, 3], [1, 2, 3]]]
