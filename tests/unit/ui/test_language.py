import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.language import LANGUAGE, N_, _, current_language, language_of, number, plural
from ui.languages import Languages


@pytest.fixture
def chinese():
    token = LANGUAGE.set("zh")
    yield
    LANGUAGE.reset(token)


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 pictures"), (1, "1 picture"), (12345, "12,345 pictures")]
)
def test_a_count_is_said_in_its_form(n, said):
    assert plural("{n} picture", "{n} pictures", n) == said


def test_what_else_is_named_is_filled_in_too():
    assert plural("{n} of {all}", "{n} of {all}", 2, all="9") == "2 of 9"


def test_a_number_is_grouped():
    assert number(1234567) == "1,234,567"


def test_a_message_is_english_where_there_is_neither_session_nor_request():
    assert current_language() == "en"
    assert _("Search") == "Search"


def test_a_message_and_a_count_are_said_in_chinese(chinese):
    assert _("Search") == "检索"
    said = plural("{n} more of its series", "{n} more of its series", 1200)
    assert said == "同序列另有 1,200 幅"


def test_a_message_that_is_not_translated_stays_english(chinese):
    assert _("a message of no catalogue") == "a message of no catalogue"
    assert _("CT") == "CT"


def test_a_marked_message_stays_as_it_is_until_it_is_shown(chinese):
    assert N_("Search") == "Search"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de-DE,de;q=0.9,zh;q=0.5,en;q=0.4", "zh"),
        ("en;q=0.4,zh-TW;q=0.5", "zh"),
        ("en,zh", "en"),
        ("fr", "en"),
        ("zh;q=0", "en"),
        ("zh;q=high", "en"),
        ("*", "en"),
        (";q=,,", "en"),
    ],
)
def test_a_browser_gets_the_language_that_it_wants_most(accepted, language):
    assert language_of({}, accepted) == language


def test_what_a_person_chose_wins_over_their_browser():
    assert language_of({"radseek-language": "zh"}, "en") == "zh"
    assert language_of({"radseek-language": "../../etc"}, "en") == "en"


def test_a_route_answers_in_the_language_of_its_request():
    routes = [Route("/", lambda _request: PlainTextResponse(_("Search")))]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(Languages)]))
    assert client.get("/", headers={"Accept-Language": "zh-CN"}).text == "检索"
    assert client.get("/").text == "Search"
