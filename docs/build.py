"""Rebuild docs/reference from the code, and name every link in the docs that leads nowhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from radseek.settings import Settings

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
PAGES = ("*.md", "docs/**/*.md", "encoders/**/*.md")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
TYPER_DOCS = ("-m", "typer", "radseek.cli.app", "utils", "docs", "--name", "radseek")
SETTINGS_HEAD = """\
# Settings

An option on the command line wins over the variable, and the variable wins over the key in the file
`config.toml` in the home.

| key | variable | default | meaning |
|---|---|---|---|
"""


def main() -> int:
    """Write the reference; 1 when a link is broken."""
    for name, text in references().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
    broken = list(broken_links(ROOT))
    for page, target in broken:
        print(f"{page}: nothing is at {target}", file=sys.stderr)
    return 1 if broken else 0


def references() -> dict[str, str]:
    """The pages made from the code, by file name."""
    return {"cli.md": command_reference(), "settings.md": settings_reference()}


def command_reference() -> str:
    """Every command with its arguments and options, in Markdown."""
    words = [sys.executable, *TYPER_DOCS, "--title", "Commands"]
    made = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return made.stdout.strip() + "\n"


def settings_reference() -> str:
    """Every setting with its variable, default and meaning, in Markdown."""
    rows = (
        f"| `{name}` | `RADSEEK_{name.upper()}` | {default_of(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return SETTINGS_HEAD + "".join(rows)


def default_of(field: FieldInfo) -> str:
    """The default as a person writes it; one that is computed depends on the machine."""
    if field.default_factory is not None:
        return "of the machine"
    return "" if field.default is None else f"`{field.default}`"


def broken_links(root: Path) -> Iterator[tuple[Path, str]]:
    """Each relative link whose file is not there: the page, and what the link says."""
    for page in (page for pattern in PAGES for page in sorted(root.glob(pattern))):
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                yield page.relative_to(root), target


if __name__ == "__main__":
    sys.exit(main())
