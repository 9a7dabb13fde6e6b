import numpy as np
import pytest

from core.pixels import as_rgb, grey_channel

GREY = np.arange(6, dtype=np.uint8).reshape(2, 3)


def test_a_grey_picture_shows_each_value_in_three_channels():
    assert as_rgb(GREY).tolist() == [
        [[0, 0, 0], [1, 1, 1], [2, 2, 2]],
        [[3, 3, 3], [4, 4, 4], [5, 5, 5]],
    ]


def test_it_is_seen_and_not_copied():
    assert np.shares_memory(as_rgb(GREY), GREY)


def test_it_cannot_be_written_as_one_value_shows_in_three_places():
    with pytest.raises(ValueError, match="read-only"):
        as_rgb(GREY.copy())[0, 0, 0] = 9


@pytest.mark.parametrize("part", [np.s_[:], np.s_[1:, ::2], np.s_[::-1], np.s_[:1, :1]])
def test_the_channel_of_a_grey_picture_or_a_part_of_it_is_known(part):
    channel = grey_channel(as_rgb(GREY)[part])
    assert channel is not None
    assert channel.tolist() == GREY[part].tolist()


@pytest.mark.parametrize(
    "pixels",
    [
        np.stack([GREY, GREY, GREY], axis=2),
        np.stack([GREY, GREY + 1, GREY], axis=2),
        np.full((1, 1, 3), 7, np.uint8),
    ],
)
def test_three_channels_in_memory_are_taken_as_colours(pixels):
    assert grey_channel(pixels) is None
