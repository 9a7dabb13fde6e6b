import pytest

from core.errors import CannotDecode
from core.types import SkipCode
from imaging.limits import Limits


def refused(check, *arguments):
    with pytest.raises(CannotDecode) as caught:
        check(*arguments)
    return caught.value


def test_a_picture_may_have_as_many_samples_as_the_limit_and_no_more():
    limits = Limits(frame_samples=24, file_samples=72)
    limits.check_samples(4, 2, 3, 3)
    assert refused(limits.check_samples, 5, 5).code is SkipCode.TOO_LARGE
    assert refused(limits.check_samples, 4, 2, 3, 4).code is SkipCode.TOO_LARGE


def test_a_refusal_says_what_was_declared_and_what_may_be():
    assert refused(Limits(frame_samples=9, file_samples=90).check_samples, 5, 4).reason == (
        "It declares 1 x 5 x 4 x 1 samples; the limits are 9 a frame and 90 a file."
        " Export it smaller."
    )


def test_bytes_are_counted_up_to_the_limit():
    Limits.check_bytes(8, 8, "The file")
    error = refused(Limits.check_bytes, 9, 8, "The file")
    assert error.code is SkipCode.TOO_LARGE
    assert error.reason.startswith("The file has more than 8 bytes, the limit.")
