from hypothesis import given
from hypothesis import strategies as st

from storage.parameters import storable


@given(st.text(st.characters(codec="utf-8")))
def test_good_text_is_kept(text: str) -> None:
    assert storable(text) == text


def test_lone_surrogates_are_replaced() -> None:
    assert storable("K\udce4fer") == "K?fer"


def test_what_is_no_text_is_kept() -> None:
    assert storable(7) == 7
    assert storable(None) is None
