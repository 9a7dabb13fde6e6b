"""What is told of texts that are too long, with an encoder that reads 40 words."""

from search.language.notes import Note, NoteCode
from search.language.terms import Term
from search.language.understanding import Understood
from search.unread import unread_notes, with_unread
from tests.fakes import ColourEncoder

ENCODER = ColourEncoder()


def test_the_end_of_a_long_text_is_told():
    (note,) = unread_notes(["red " * 40, "red " * 40 + "green  blue"], ENCODER)

    assert note == Note(NoteCode.UNREAD, ("colour", "40", "green blue"))
    assert str(note) == "colour reads 40 tokens of a text and left the end out: “green blue”."


def test_of_a_long_end_the_beginning_is_told():
    (note,) = unread_notes(["red " * 100], ENCODER)

    assert note.words[2] == "red " * 20 + "…"


def test_an_end_that_several_texts_have_is_told_once_behind_what_else_is_to_be_known():
    before = Note(NoteCode.ABSENT, ("mass",))
    terms = [Term(f"{first} " + "red " * 39 + "green", 0.5) for first in ("a", "b")]

    told = with_unread(Understood("given", tuple(terms), (before,)), ENCODER)

    assert told.notes == (before, Note(NoteCode.UNREAD, ("colour", "40", "green")))
    assert told.terms == tuple(terms)
