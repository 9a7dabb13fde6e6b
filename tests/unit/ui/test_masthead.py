from ui.access.visitors import Visitor
from ui.parts.masthead import ROLES, end_of

NOBODY = Visitor("", "viewer")
IDA = Visitor("Ida", "identity-viewer", until=1e10)


def test_it_says_what_is_searched_and_offers_the_other_language():
    shown = end_of("chest", NOBODY, "en")
    assert shown["collection"] == "chest"
    assert shown["other"] == {"code": "zh", "name": "中文", "cookie": "radseek-language"}
    assert end_of("chest", NOBODY, "zh")["other"]["name"] == "English"


def test_it_says_who_is_logged_in_and_with_which_role():
    assert end_of("chest", IDA, "en")["person"] == {"name": "Ida", "role": "sees identities"}


def test_where_nobody_logs_in_there_is_nobody_to_log_out():
    assert end_of("chest", NOBODY, "en")["person"] is None


def test_every_role_has_its_words():
    assert list(ROLES) == ["viewer", "identity-viewer", "admin"]
