import re
from pathlib import Path

from ui.viewer.words import words

ASSETS = Path(__file__).parents[3] / "ui" / "assets"
# What the browser asks for by a name that it has from elsewhere: of a button, a problem.
BY_NAME = re.compile(
    r"(preset|key|keyName)-.*|same-.*|alternate|conflict|changed|un\w+|invalid|busy|login"
)
BUTTONS = re.compile(r"\[((?:\"\w+\"(?:, )?)+)\]")


def test_every_text_that_the_browser_asks_for_is_there_and_no_other():
    modules = [module.read_text() for module in (ASSETS / "viewer").glob("*.js")]
    asked = {name for text in modules for name in re.findall(r"words\.(\w+)", text)}
    tools = (ASSETS / "viewer" / "toolbar.js").read_text()
    buttons = {name for names in BUTTONS.findall(tools) for name in re.findall(r"\w+", names)}
    plain = {name for name in words() if not BY_NAME.fullmatch(name)}
    ours = {"facts", "standing"}  # given beside them
    of_boards = {"keepOn"}
    assert asked - ours - of_boards <= set(words())
    assert plain <= asked | buttons | {"newBoard", "keepThere", "offline"}
