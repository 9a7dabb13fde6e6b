"""Captions as people type queries: some of an image's facts, in many words and orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from numpy.random import Generator
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as pydantic_dataclass

from training.facts import Fact, facts_of, implied, labels_of
from training.manifest import Example
from training.vocabulary import Vocabulary

LABEL_STYLE = 0.05  # chance of "ct na chest", as MedImageInsight is prompted
ADJECTIVE = 0.35  # chance of "cerebral MRI" rather than "MRI of the brain"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CONSONANTS, VOWELS = "bcdfghklmnprstvz", "aeiou"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, and everything that it says."""

    text: str
    facts: frozenset[Fact]


@pydantic_dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Habits:
    """How often captions do what people do, each from 0 to 1."""

    opening: float = 0.25
    ending: float = 0.15
    typo: float = 0.1
    broader: float = 0.25  # "tumour" for a glioma
    joint: float = 0.3  # "CXR" for an X-ray of the chest
    source_caption: float = 0.05
    stray: float = 0.0  # a word that means nothing, as an unknown one does


# Which kinds of fact a caption states, and how often; the first that the image has is taken.
WITH_FINDING = {
    ("finding",): 0.2, ("finding", "body_part"): 0.16, ("finding", "modality"): 0.06,
    ("finding", "modality", "body_part"): 0.28, ("finding", "modality", "body_part", "view"): 0.06,
    ("finding", "modality", "body_part", "patient"): 0.04, ("modality", "body_part"): 0.12,
    ("modality",): 0.04, ("body_part",): 0.04,
}  # fmt: skip
WITHOUT_FINDING = {
    ("modality",): 0.14, ("body_part",): 0.14, ("modality", "body_part"): 0.58,
    ("modality", "body_part", "view"): 0.14,
}  # fmt: skip


class CaptionWriter:
    """Writes captions for the images of a training set."""

    def __init__(self, vocabulary: Vocabulary, habits: Habits | None = None) -> None:
        self._vocabulary = vocabulary
        self._habits = habits or Habits()

    def write(self, example: Example, rng: Generator) -> Caption:
        """Write one caption that is true of `example`; the same generator gives the same one."""
        if example.caption and rng.random() < self._habits.source_caption:
            return Caption(example.caption.lower(), facts_of(example, self._vocabulary))
        labels = self._labels_to_state(example, rng)
        plain = self._compose(labels, example, rng)
        return Caption(self._decorate(plain.text, rng), plain.facts)

    def _labels_to_state(self, example: Example, rng: Generator) -> dict[str, Fact]:
        """One label for each kind of the kinds drawn, where the image has one."""
        by_kind: dict[str, list[Fact]] = {}
        for label in labels_of(example, self._vocabulary):
            by_kind.setdefault(label[0], []).append(label)
        table = WITH_FINDING if "finding" in by_kind else WITHOUT_FINDING
        kinds = list(table)[rng.choice(len(table), p=list(table.values()))]
        stated = {kind: _pick(by_kind[kind], rng) for kind in kinds if kind in by_kind}
        return stated or {kind: labels[0] for kind, labels in by_kind.items()}

    def _compose(self, labels: dict[str, Fact], example: Example, rng: Generator) -> Caption:
        base = self._base(labels, rng)
        if "finding" not in labels:
            return base
        finding = self._finding(labels["finding"], example.body_part, rng)
        facts = base.facts | finding.facts
        if not base.text:
            return Caption(finding.text, facts)
        frame = _pick(self._vocabulary.frames.findings, rng)
        return Caption(frame.format(base=base.text, finding=finding.text), facts)

    def _finding(self, label: Fact, body_part: str, rng: Generator) -> Caption:
        """The finding or something broader, in words that may state the body part as well."""
        if rng.random() < self._habits.broader:
            label = _pick([(label[0], name) for _, name in implied(label, self._vocabulary)], rng)
        term = self._vocabulary.term(*label)
        facts = frozenset(implied(label, self._vocabulary))
        body = self._vocabulary.term("body_part", body_part).counts_as or body_part
        placed = dict(term.at).get(body, ())
        if placed and rng.random() < len(placed) / (len(placed) + len(term.words)):
            return Caption(_pick(placed, rng), facts | {("body_part", body)})
        return Caption(_word(term.words, rng), facts)

    def _base(self, labels: dict[str, Fact], rng: Generator) -> Caption:
        """Modality, body part, view and patient, as far as they are among `labels`."""
        stated = [label for kind, label in labels.items() if kind != "finding"]
        facts = frozenset(fact for label in stated for fact in implied(label, self._vocabulary))
        text = self._modality_and_body(labels, rng)
        for kind in ("view", "patient"):
            if kind in labels:
                word = _word(self._vocabulary.term(*labels[kind]).words, rng)
                text = _pick((f"{word} {text}", f"{text} {word}", f"{text}, {word}"), rng)
        return Caption(text, facts)

    def _modality_and_body(self, labels: dict[str, Fact], rng: Generator) -> str:
        modality, body = labels.get("modality"), labels.get("body_part")
        if modality is None or body is None:
            stated = modality or body
            return _word(self._vocabulary.term(*stated).words, rng) if stated else ""
        joint = self._vocabulary.joint.get((modality[1], body[1]), ())
        if joint and rng.random() < self._habits.joint:
            return _pick(joint, rng)
        return self._in_two_words(modality, body, rng)

    def _in_two_words(self, modality: Fact, body: Fact, rng: Generator) -> str:
        modalities = self._vocabulary.term(*modality).words
        term = self._vocabulary.term(*body)
        style = rng.random()
        if style < LABEL_STYLE:
            filler = " na " if rng.random() < 0.5 else " "
            return f"{modalities[0]}{filler}{term.words[0]}"
        if style < LABEL_STYLE + ADJECTIVE and term.adjectives:
            return f"{_word(term.adjectives, rng)} {_word(modalities, rng)}"
        frame = _pick(self._vocabulary.frames.bases, rng)
        return frame.format(modality=_word(modalities, rng), body=_word(term.words, rng))

    def _decorate(self, text: str, rng: Generator) -> str:
        if rng.random() < self._habits.opening:
            text = _pick(self._vocabulary.frames.openings, rng) + text
        if rng.random() < self._habits.ending:
            text += _pick(self._vocabulary.frames.endings, rng)
        if self._habits.stray and rng.random() < self._habits.stray:
            text = _insert(_made_up(rng), text, rng)
        return _mistype(text, rng) if rng.random() < self._habits.typo else text


def _pick(choices: Sequence[T], rng: Generator) -> T:
    return choices[int(rng.integers(len(choices)))]


def _word(words: Sequence[str], rng: Generator) -> str:
    """One of the words; the table names the usual ones first, and they come more often."""
    return words[min(int(rng.random() ** 1.5 * len(words)), len(words) - 1)]


def _mistype(text: str, rng: Generator) -> str:
    """Swap, drop, double or replace one letter."""
    at = int(rng.integers(max(len(text) - 1, 1)))
    pair, rest = text[at : at + 2], text[at + 2 :]
    wrong = (pair[::-1], pair[1:], pair[:1] + pair, _pick(LETTERS, rng) + pair[1:])
    return text[:at] + _pick(wrong, rng) + rest


def _made_up(rng: Generator) -> str:
    """Two to four syllables."""
    syllables = int(rng.integers(2, 5))
    return "".join(_pick(CONSONANTS, rng) + _pick(VOWELS, rng) for _ in range(syllables))


def _insert(word: str, text: str, rng: Generator) -> str:
    words = text.split(" ")
    at = int(rng.integers(len(words) + 1))
    return " ".join([*words[:at], word, *words[at:]])
