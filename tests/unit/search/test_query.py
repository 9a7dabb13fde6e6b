"""What can be asked, and what is refused with advice."""

import numpy as np
import pytest

from core.errors import InvalidRequest
from search.query import (
    EmbeddingPart,
    Feedback,
    ImagePart,
    InstancePart,
    Query,
    Region,
    TextPart,
    by_instance,
    by_text,
)

BLACK = np.zeros((8, 8, 3), np.uint8)
REFUSED = {
    "nothing": (Query(()), "Nothing is asked with"),
    "only disliked": (Query((), Feedback(disliked=(1,))), "one you liked"),
    "an empty text": (by_text("  "), "without a letter or digit"),
    "a text of signs": (by_text("-- ?! \u200f"), "without a letter or digit"),
    "a face": (by_text("\U0001f600"), "without a letter or digit"),
    "no weight": (Query((TextPart("effusion", 0.0),)), "weight of 0.0"),
    "endless weight": (Query((InstancePart(1, weight=float("inf")),)), "weight of inf"),
    "right and wrong": (Query((), Feedback((3, 4), (4,))), "Picture 4 is both"),
    "a region inside out": (Query((InstancePart(1, Region(0.5, 0, 0.5, 1)),)), "0.5,0,1,0.5"),
    "a region outside": (Query((ImagePart(BLACK, Region(0, 0, 1.2, 1)),)), "from 0 to 1"),
    "a region of nan": (Query((InstancePart(1, Region(0, 0, float("nan"), 1)),)), "from 0 to 1"),
    "an embedding of 0": (Query((EmbeddingPart(np.zeros(3, np.float32)),)), "none but 0"),
    "no number": (Query((EmbeddingPart(np.array([1, np.nan], np.float32)),)), "not finite"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_asked_is_refused_with_advice(name):
    query, advice = REFUSED[name]
    with pytest.raises(InvalidRequest, match=advice):
        query.check()


def test_the_whole_picture_is_a_region_and_a_weight_may_be_negative():
    Query((InstancePart(1, Region(0, 0, 1, 1)), TextPart("effusion", -0.5))).check()


def test_pictures_that_are_asked_with_or_judged_are_the_instances_of_a_query():
    query = Query((InstancePart(5, weight=-1), TextPart("a")), Feedback((3,), (4,)))
    assert query.instances() == (5, 3, 4)
    assert query.patients() == (3,)


def test_one_picture_alone_is_told_from_what_is_made_of_more():
    assert by_instance(3).is_one_picture()
    assert not by_text("lung").is_one_picture()
    assert not Query((InstancePart(3), InstancePart(4))).is_one_picture()
    assert not Query((InstancePart(3, weight=-1.0), TextPart("lung"))).is_one_picture()
    assert not Query((InstancePart(3),), Feedback(liked=(5,))).is_one_picture()
