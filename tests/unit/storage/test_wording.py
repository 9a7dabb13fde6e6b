"""What full-text search is given: words that SQLite's tokenizer can part."""

from hypothesis import given
from hypothesis import strategies as st

from storage.wording import description_words, pairs_of, phrase_words, report_words, words_of

HAN = st.text(alphabet=st.sampled_from("胸腔积液气右侧"), min_size=1, max_size=8)


def test_chinese_is_cut_into_pairs_and_a_last_character() -> None:
    assert words_of("右侧胸腔 CT未见").split() == ["右侧", "侧胸", "胸腔", "腔", "ct", "未见", "见"]
    assert words_of("レントゲン").split() == ["レン", "ント", "トゲ", "ゲン", "ン"]


def test_british_and_american_spelling_are_one() -> None:
    assert words_of("Haemorrhage, Oedema") == words_of("hemorrhage, edema")


def test_full_width_forms_are_folded() -> None:
    assert words_of("ＣＴ　ﾚﾝ").split() == ["ct", "レン", "ン"]


@given(HAN, HAN, HAN)
def test_what_a_text_contains_is_found_by_its_pairs(before: str, wanted: str, behind: str) -> None:
    tokens = words_of(before + wanted + behind).split()
    looked_for = phrase_words(wanted).split()

    if len(wanted) == 1:
        assert any(token.startswith(wanted) for token in tokens)
    else:
        start = len(before)
        assert tokens[start : start + len(looked_for)] == looked_for


def test_a_phrase_ends_in_no_half_pair() -> None:
    assert phrase_words("胸腔 CT") == "胸腔 腔 ct"
    assert phrase_words("CT 胸腔") == "ct 胸腔"
    assert phrase_words("胸") == "胸"
    assert pairs_of("CT胸腔积液 x-ray") == ["ct", "胸腔", "腔积", "积液", "x-ray"]


def test_a_report_has_words_that_it_affirms_and_words_that_it_denies() -> None:
    affirmed, denied = report_words("Effusion. No mass.")

    assert (affirmed.split(), denied.split()) == (["effusion"], ["no", "mass"])


def test_short_names_are_written_out() -> None:
    words = description_words(("CR", "HAND", "L", "PA", "Hand li.", "", "")).split()

    assert {"cr", "radiograph", "x-ray", "hand", "l", "left", "pa", "frontal", "li."} <= set(words)
