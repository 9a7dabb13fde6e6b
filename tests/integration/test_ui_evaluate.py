"""The page of evaluations on a real collection, without a browser."""

import sys

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from ui.shared import shared_archive

PAGE = "from ui.evaluate_page.page import main\nmain()\n"
COLOURS = {"red": (200, 0, 0), "green": (0, 200, 0)}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # AppTest puts its own
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    shared_archive.clear()
    yield tmp_path / "home"
    shared_archive().close()
    shared_archive.clear()


@pytest.fixture
def indexed(command, home, tmp_path):
    """Four pictures of each colour; one of the reds is called green."""
    lines = ["path,labels,patient"]
    (tmp_path / "pictures").mkdir()
    for name, colour in COLOURS.items():
        for number in range(4):
            Image.fromarray(np.full((16, 16, 3), colour, np.uint8) + number).save(
                tmp_path / "pictures" / f"{name}{number}.png"
            )
            lines.append(f"pictures/{name}{number}.png,{name},{name}-{number // 2}")
    lines[1] = "pictures/red0.png,green,red-0"
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    command("index", tmp_path / "pictures")
    return home


def _open(**parameters: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    page.query_params.update(parameters)
    page.run()
    assert not page.exception
    return page


def _html(page: AppTest) -> str:
    return " ".join(element.proto.body for element in page.get("html"))


def test_without_an_evaluation_it_says_how_to_make_one(indexed):
    assert "<code>radseek evaluate --by body_part</code>" in _html(_open())


def test_it_shows_the_newest_and_says_of_an_older_one_what_has_changed(command, indexed, tmp_path):
    truth = ("--truth", tmp_path / "truth.csv", "-k", "3")
    command("evaluate", *truth, "--name", "old")
    Image.new("RGB", (16, 16), (9, 9, 9)).save(tmp_path / "pictures" / "grey.png")
    command("index", tmp_path / "pictures")
    command("evaluate", *truth, "--name", "new")

    page = _open()
    newest, oldest = page.selectbox(key="evaluate-evaluation").options
    assert (newest.split(" · ")[0], oldest.split(" · ")[0]) == ("new", "old")
    assert "changed since" not in _html(page)
    page = page.selectbox(key="evaluate-evaluation").select(oldest).run()
    assert "The collection has changed since: 9 pictures now, 8 then." in _html(page)


def test_what_is_damaged_is_told_beside_what_is_whole(command, indexed, tmp_path):
    command("evaluate", "--truth", tmp_path / "truth.csv", "--no-texts")
    folder = indexed / "collections" / "default" / "evaluations"
    (folder / "20200101T000000000000Z.json").write_text("{")
    html = _html(_open())
    assert "<code>evaluations/20200101T000000000000Z.json</code>" in html
    assert "Measured on" in html


def test_an_address_names_the_label_the_figure_and_the_other_evaluation(command, indexed, tmp_path):
    for k in ("2", "3"):
        command("evaluate", "--truth", tmp_path / "truth.csv", "-k", k)
    folder = indexed / "collections" / "default" / "evaluations"
    older, newer = sorted(path.stem for path in folder.iterdir())
    page = _open(
        **{
            "evaluation": newer,
            "with": older,
            "metric": "ndcg",
            "label": "green",
            "group": "misses",
        }
    )
    assert page.get("pills") or page.get("button_group")
    html = _html(page)
    assert "The other one counts the first 2 hits" in html
    assert ">green</h2>" in html


def test_an_admin_starts_one_by_tags_or_by_a_file_below_a_root(indexed, monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(
        "ui.evaluate_page.running.start_evaluation", lambda _, truth: started.append(truth)
    )
    monkeypatch.setenv("RADSEEK_ROOTS", f'["{tmp_path / "pictures"}"]')
    shared_archive.clear()
    assert not [button for button in _open().button if button.key == "evaluate-start"]
    monkeypatch.setenv("RADSEEK_ROLE", "admin")
    page = _open()
    page = page.button(key="evaluate-start").click().run()
    assert "Say where the labels are" in _html(page)
    page.text_input(key="evaluate-file").set_value(str(tmp_path / "truth.csv"))
    page = page.button(key="evaluate-start").click().run()
    assert "may not be read from the page" in _html(page)
    assert started == []
    page.text_input(key="evaluate-file").set_value("")
    page.text_input(key="evaluate-by").set_value("body_part")
    page = page.button(key="evaluate-start").click().run()
    assert [(truth.by, truth.file) for truth in started] == [("body_part", None)]
    assert not page.exception
