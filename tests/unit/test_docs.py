"""The docs say what the code does."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from core import errors
from core.types import CatalogueCode, SkipCode
from docs.build import REFERENCE, ROOT, broken_links, references
from encoders.registry import ENCODERS
from radseek.cli.app import app
from radseek.settings import Settings
from search.where.fields import FIELDS

DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCED_COMMAND = re.compile(r"^radseek .+$", re.MULTILINE)
INDENTED_COMMAND = re.compile(r"^ {4}(radseek .+)$", re.MULTILINE)
HEADING = re.compile(r"^#+ `(.+)`$", re.MULTILINE)
ROOT_COMMAND = get_command(app)


def test_every_field_of_a_filter_is_documented_by_all_its_names():
    page = (DOCS / "searching.md").read_text()
    names = [name for field in FIELDS for name in (field.name, *field.aliases)]
    assert [name for name in names if f"`{name}`" not in page] == []


def error_classes(base: type[Exception] = errors.RadseekError) -> Iterator[type[Exception]]:
    yield base
    for child in base.__subclasses__():
        yield from error_classes(child)


def leaves(command: Any, name: str) -> Iterator[str]:
    for child_name, child in getattr(command, "commands", {}).items():
        yield f"{name} {child_name}"
        yield from leaves(child, f"{name} {child_name}")


def shown_commands() -> set[str]:
    """Every line of a block of code, fenced or indented, that starts with radseek."""
    pages = [page.read_text() for page in PAGES]
    blocks = [block for text in pages for block in SHELL_BLOCK.findall(text)]
    fenced = [line for block in blocks for line in FENCED_COMMAND.findall(block)]
    return {*fenced, *(line for text in pages for line in INDENTED_COMMAND.findall(text))}


def parse(words: list[str], command: Any = ROOT_COMMAND, parent: Any = None) -> str:
    """Parse as the program would, without running anything: the path of the command found."""
    context = command.make_context(words[0], words[1:], parent=parent)
    rest = [*context._protected_args, *context.args]
    if not hasattr(command, "commands") or not rest:
        return context.command_path
    return parse(rest, command.resolve_command(context, rest)[1], context)


@pytest.fixture(scope="module")
def made():
    return references()


@pytest.mark.parametrize("name", ["cli.md", "settings.md"])
def test_the_reference_is_what_make_docs_would_write(made, name):
    assert (REFERENCE / name).read_text() == made[name], "run `make docs` and commit the result"


def test_every_command_is_in_the_reference(made):
    headings = HEADING.findall(made["cli.md"])
    assert sorted(headings) == sorted(leaves(ROOT_COMMAND, "radseek"))
    assert "radseek index" in headings


def test_every_setting_is_in_the_reference(made):
    variables = re.findall(r"`RADSEEK_(\w+)`", made["settings.md"])
    assert variables == [name.upper() for name in Settings.model_fields]


def test_every_encoder_is_in_the_docs():
    text = "".join(page.read_text() for page in PAGES)
    assert [name for name in ENCODERS if f"`{name}`" not in text] == []


def test_no_link_leads_nowhere():
    assert list(broken_links(ROOT)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path):
    (tmp_path / "there.md").write_text("[gone](gone.md) [self](there.md#here) [web](https://a.b/c)")
    assert list(broken_links(tmp_path)) == [(Path("there.md"), "gone.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_reached_from_the_index_of_the_docs_or_the_readme(page):
    index = (DOCS / "README.md").read_text() + (ROOT / "README.md").read_text()
    assert f"{page.name})" in index


def test_every_error_has_its_row():
    rows = re.findall(r"^\| `(\w+)` \|", (DOCS / "errors.md").read_text(), re.MULTILINE)
    assert [row for row in rows if row[0].isupper()] == [kind.__name__ for kind in error_classes()]


def test_every_skip_code_has_its_row():
    assert _codes_under("Skip codes") == [str(code) for code in SkipCode]


def test_every_catalogue_code_has_its_row():
    assert _codes_under("Catalogue codes") == [str(code) for code in CatalogueCode]


def _codes_under(heading):
    section = (DOCS / "errors.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


def test_no_cell_of_the_table_of_errors_is_empty():
    rows = [row for row in (DOCS / "errors.md").read_text().splitlines() if row.startswith("| `")]
    assert all(len(cell.strip()) > 5 for row in rows for cell in row.split("|")[2:4])


@pytest.mark.parametrize("line", sorted(shown_commands()))
def test_a_command_in_the_docs_is_one_that_radseek_understands(line):
    words = shlex.split(line, comments=True)
    path = parse(words)
    assert path in set(leaves(ROOT_COMMAND, "radseek"))


def test_a_misspelt_option_in_the_docs_would_be_found():
    with pytest.raises(Exception, match="--tap-k"):
        parse(["radseek", "search", "words", "--tap-k", "5"])


def test_every_make_target_in_the_docs_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    blocks = "".join(b for page in PAGES for b in SHELL_BLOCK.findall(page.read_text()))
    commands = re.sub(r"#.*", "", blocks)
    assert "demo" in targets
    assert set(re.findall(r"\bmake (\w+)", commands)) <= targets


def test_the_readme_keeps_its_order():
    text = (ROOT / "README.md").read_text()
    order = [
        "![",
        "make demo",
        "make test",
        "## What it can do",
        "## What it is not",
        "docs/README",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "Not a medical device" in text


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_context_decision_and_cost_on_one_page(decision):
    text = decision.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "What we gave up",
    ]
    assert text.startswith(f"# {int(decision.name[:4])}. ")
    assert len(text.splitlines()) <= 50


def test_decisions_are_numbered_without_a_gap_and_listed():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (DOCS / "README.md").read_text()
    assert re.findall(r"\(decisions/(.+?)\)", index) == [path.name for path in DECISIONS]


def test_the_changelog_opens_with_what_is_new():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


@pytest.mark.parametrize("room", ["core", "encoders", "imaging", "indexer", "radseek", "training"])
def test_a_page_that_the_code_names_is_there(room):
    named = {
        page
        for path in (ROOT / room).rglob("*.py")
        for page in re.findall(r"docs/[\w/-]+\.md", path.read_text())
    }
    assert [page for page in sorted(named) if not (ROOT / page).is_file()] == []
