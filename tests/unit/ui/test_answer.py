import numpy as np

from search.query import ImageQuery, InstanceQuery, TextQuery
from search.searcher import Results, Timings
from ui.parts.address import View
from ui.parts.answer import query_of, summary
from ui.parts.upload import Upload

UPLOAD = Upload(ImageQuery(np.zeros((1, 1, 3), np.uint8)), "data:,", "voi-2")


def test_a_picture_to_resemble_goes_before_words_and_words_before_an_upload():
    assert query_of(View("chest", like=12), UPLOAD) == InstanceQuery(12)
    assert query_of(View("chest"), UPLOAD) == TextQuery("chest")
    assert query_of(View(), UPLOAD) is UPLOAD.query
    assert query_of(View(), None) is None


def test_the_summary_counts_and_times():
    results = Results((), matching=5012, total=9000, timings=Timings(0.030, 0.003, 0.0014))
    assert summary(results) == "Nearest 0 of 5,012, 34 ms"
