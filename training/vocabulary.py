"""What people call a label: the table of words that captions are written with."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("vocabulary.toml")
KINDS = ("modality", "body_part", "view", "patient", "finding")


@dataclass(frozen=True, slots=True)
class Term:
    """One label and its names."""

    words: tuple[str, ...]  # noun phrases
    adjectives: tuple[str, ...] = ()  # forms that stand before a modality only
    implies: tuple[str, ...] = ()  # broader labels of the same kind that then hold as well
    at: tuple[tuple[str, tuple[str, ...]], ...] = ()  # names that state a body part as well
    counts_as: str = ""  # the label whose fact it states, where that is another one
    found_in_captions: tuple[str, ...] = ()  # words of a source's caption that state this label


@dataclass(frozen=True, slots=True)
class Frames:
    """How words come together; fields in braces stand for what is filled in."""

    bases: tuple[str, ...]  # {modality}, {body}
    findings: tuple[str, ...]  # {base}, {finding}
    openings: tuple[str, ...]
    endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms by kind and label, the expressions for modality and body part at once, frames."""

    terms: Mapping[str, Mapping[str, Term]]
    joint: Mapping[tuple[str, str], tuple[str, ...]]
    frames: Frames

    def term(self, kind: str, label: str) -> Term:
        """Look a label up; one that is not in the table names itself."""
        return self.terms[kind].get(label) or Term(words=(label.lower(),))

    def knows(self, kind: str, label: str) -> bool:
        """Tell whether the table has this label."""
        return label in self.terms[kind]

    def phrases(self) -> list[str]:
        """Every word of the table, for the tokenizer to learn from."""
        terms = [term for kind in self.terms.values() for term in kind.values()]
        own = [word for term in terms for word in (*term.words, *term.adjectives)]
        placed = [word for term in terms for _, words in term.at for word in words]
        return own + placed + [word for words in self.joint.values() for word in words]


def read_vocabulary(path: Path = TABLE) -> Vocabulary:
    """Read the table of words; vocabulary.toml says what its keys mean."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    terms = {kind: {name: _term(row) for name, row in table[kind].items()} for kind in KINDS}
    joint = {_pair(names): tuple(words) for names, words in table["joint"].items()}
    frames = Frames(**{name: tuple(texts) for name, texts in table["frames"].items()})
    return Vocabulary(terms, joint, frames)


def _term(row: Mapping[str, Any]) -> Term:
    return Term(
        words=tuple(row["words"]),
        adjectives=tuple(row.get("adjectives", ())),
        implies=tuple(row.get("implies", ())),
        at=tuple((body, tuple(words)) for body, words in row.get("at", {}).items()),
        counts_as=row.get("counts_as", ""),
        found_in_captions=tuple(row.get("found_in_captions", ())),
    )


def _pair(names: str) -> tuple[str, str]:
    modality, body_part = names.split()
    return modality, body_part
