"""Options that belong together reach a command as one value."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import pytest
import typer
from typer.testing import CliRunner

from radseek.cli.option_groups import grouped

seen = []


@dataclass(frozen=True, slots=True)
class Size:
    PANEL: ClassVar = "Measures"
    width: Annotated[int, typer.Option("--width")] = 3
    tags: Annotated[list[str] | None, typer.Option("--tag")] = None


@dataclass(frozen=True, slots=True)
class Colour:
    PANEL: ClassVar = "Paint"
    name: Annotated[str, typer.Option("--colour")] = "grey"


@grouped
def paint(
    wall: Annotated[str, typer.Argument()],
    size: Size,
    colour: Colour,
    twice: Annotated[bool, typer.Option("--twice")] = False,
) -> None:
    seen.append((wall, size, colour, twice))


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(paint)
    seen.clear()
    return lambda *words: CliRunner().invoke(app, words)


def test_what_is_not_given_is_the_default_of_the_field(run):
    assert run("north").exit_code == 0
    assert seen == [("north", Size(3, None), Colour("grey"), False)]


def test_each_field_is_an_option(run):
    words = ("north", "--width", "5", "--tag", "a", "--colour", "red", "--tag", "b", "--twice")
    assert run(*words).exit_code == 0
    assert seen == [("north", Size(5, ["a", "b"]), Colour("red"), True)]


def test_an_option_that_no_field_has_is_refused(run):
    assert run("north", "--height", "5").exit_code == 2
    assert seen == []


def test_the_options_of_a_group_are_together_in_the_help(run):
    shown = run("--help").output
    assert shown.index("Measures") < shown.index("--width") < shown.index("--tag")
    assert shown.index("--tag") < shown.index("Paint") < shown.index("--colour")
