import numpy as np

from search.query import ImagePart, Query, by_instance, by_text
from search.results import Results, Timings
from ui.parts.address import View
from ui.parts.answer import query_of, summary
from ui.parts.upload import Upload

UPLOAD = Upload(ImagePart(np.zeros((1, 1, 3), np.uint8)), "data:,", "voi-2")


def test_a_picture_to_resemble_goes_before_words_and_words_before_an_upload():
    assert query_of(View("chest", like=12), UPLOAD) == by_instance(12)
    assert query_of(View("chest"), UPLOAD) == by_text("chest")
    assert query_of(View(), UPLOAD) == Query((UPLOAD.part,))
    assert query_of(View(), None) is None


def test_the_summary_counts_and_times():
    results = Results((), matching=5012, total=9000, timings=Timings(0.030, 0.003, 0.0014))
    assert summary(results) == "Nearest 0 of 5,012, 34 ms"
