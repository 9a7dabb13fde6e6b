"""Names are found without regard to case, width, form or separators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.names import name_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Müller^Jörg^^Dr.", "müller jörg dr."),
        ("MU\u0308LLER^JO\u0308RG^^DR.", "müller jörg dr."),
        ("ＹＡＭＡＤＡ^ﾀﾛｳ", "yamada タロウ"),
        ("Straße", "strasse"),
        ("İnce^Ἀθηνᾶ", "i\u0307nce ἀθηνᾶ"),
        ("  a\u00a0\tb ", "a b"),
        ("", ""),
    ],
)
def test_a_name_has_one_key_however_it_is_written(written: str, key: str) -> None:
    assert name_key(written) == key


def test_all_three_names_are_in_the_key() -> None:
    assert name_key("Yamada^Tarou", "山田^太郎", "やまだ^たろう") == (
        "yamada tarou 山田 太郎 やまだ たろう"
    )


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
