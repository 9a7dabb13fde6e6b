from search.language.terms import Term
from search.language.understanding import Understood
from search.remarks import remarks
from search.results import Results, Timings

TIMINGS = Timings(0.0, 0.0, 0.0)


def test_an_answer_to_words_that_were_taken_as_they_stand_has_none():
    understood = Understood("skull", (Term("skull", 1.0),))
    assert list(remarks(Results((), 1, 1, TIMINGS, understood=(understood,)))) == []


def test_what_was_searched_for_in_place_of_the_words_is_said_and_what_counts_against():
    terms = Term("normal chest", 0.5), Term("x-ray, normal", 0.5), Term("pneumonia", -0.3)
    understood = Understood("chest no pneumonia", terms)
    assert list(remarks(Results((), 1, 1, TIMINGS, understood=(understood,)))) == [
        "Searched for “normal chest”, “x-ray, normal”, and against “pneumonia”."
    ]


def test_notes_come_before_the_rank_where_chance_begins():
    results = Results((), 1, 1, TIMINGS, noise_from=3, notes=("Without 5 pictures.",))
    assert list(remarks(results)) == [
        "Without 5 pictures.",
        "From rank 3 on, hits are not told from chance.",
    ]
