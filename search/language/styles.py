"""How each encoder is best asked: encoders.toml, read once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).with_name("encoders.toml")
DEFAULT: Final = "default"
OPTIONAL: Final = re.compile(r"\[([^\[\]]*\{(\w+)\}[^\[\]]*)\]")

Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Style:
    """The taste of one encoder; encoders.toml says what each key means."""

    reads: frozenset[str]
    knows_its_names: bool
    templates: Mapping[str, tuple[str, ...]]
    names: Names
    normal: Names
    without: Names
    understood: float
    otherwise: float
    contrast: float


def fill(template: str, fields: Mapping[str, str]) -> str:
    """A template with its fields; what stands in [] is left out where its field is empty."""
    kept = OPTIONAL.sub(lambda found: found[1] if fields[found[2]] else "", template)
    return kept.format_map(fields).strip()


@cache
def style_of(encoder: str) -> Style:
    """How the encoder of this name is asked.

    That is told by the table of its name, by one whose pattern the name fits, such as
    "*chinese-clip*", or as most would be asked.
    """
    styles, name = _styles(), encoder.lower()
    fitting = (style for pattern, style in styles.items() if fnmatchcase(name, pattern))
    return next(fitting, styles[DEFAULT])


@cache
def _styles() -> Mapping[str, Style]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: _style(table[DEFAULT] | row) for name, row in table.items()}


def _style(row: Mapping[str, Any]) -> Style:
    return Style(
        reads=frozenset(row["reads"]),
        knows_its_names=row["knows_its_names"],
        templates=_texts(row["templates"]),
        names=_texts(row["names"]),
        normal=_texts(row.get("normal", {})),
        without=_texts(row.get("without", {})),
        understood=row["sentence"]["understood"],
        otherwise=row["sentence"]["else"],
        contrast=row["contrast"],
    )


def _texts(rows: Mapping[str, list[str]]) -> Names:
    return {name: tuple(texts) for name, texts in rows.items()}
