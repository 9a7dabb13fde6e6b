from search.language.notes import Note, NoteCode
from search.language.terms import Term
from search.language.understanding import Understood
from ui.search_page.understood import understood_html

TERMS = (Term("chest x-ray", 0.6), Term("clear <b>", 0.4), Term("pneumonia", -0.35))


def test_the_line_names_what_was_encoded_and_the_table_its_weights():
    html = understood_html((Understood("chest, no pneumonia", TERMS),))
    assert "Encoded “chest x-ray”, “clear &lt;b&gt;”, and against “pneumonia”" in html
    assert "<caption>For “chest, no pneumonia”</caption>" in html
    assert "<td>+0.60</td><td>chest x-ray</td>" in html
    assert "<td>-0.35</td><td>pneumonia</td>" in html
    assert "<b>" not in html


def test_what_only_counts_against_is_said_so():
    html = understood_html((Understood("ct", (Term("ct", -1.0),)),))
    assert "<summary>Encoded against “ct”</summary>" in html


def test_notes_stand_open():
    note = Note(NoteCode.TRANSLATED, ("<气胸>", "pneumothorax"))
    html = understood_html((Understood("气胸", (Term("pneumothorax", 1.0),), (note,)),))
    _, _, open_part = html.partition("</details>")
    assert "&lt;气胸&gt; was read as “pneumothorax”." in open_part


def test_several_texts_have_a_table_each():
    texts = (Understood("a", (Term("a", 1.0),)), Understood("b", (Term("b", 1.0),)))
    assert understood_html(texts).count("<table>") == 2
