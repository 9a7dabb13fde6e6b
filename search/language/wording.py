"""From what is asked for to the texts of one encoder, each with its weight."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from search.language.asking import Absent, Asked, Named
from search.language.lexicon import Kind, Lexicon
from search.language.styles import Style, fill
from search.language.terms import Term

NORMAL: Final = "normal"
ABNORMAL: Final = "abnormal"
ANYTHING: Final = "medical image"  # where all that a text names must not be seen
SEEN_IN: Final = (Kind.MODALITY, Kind.PART, Kind.SIDE, Kind.VIEW, Kind.DETAIL)
BETWEEN: Final = {
    Kind.SIDE: " ",
    Kind.VIEW: " ",
    Kind.DETAIL: " ",
}  # several of a kind; else " and "

Choice = tuple[str, ...]  # names of one thing, of which a text takes one
Words = Mapping[Kind, tuple[Choice, ...]]


def terms(asked: Asked, style: Style, lexicon: Lexicon) -> tuple[Term, ...]:
    """What is there, weighing 1 in all, and the negative of what must not be.

    There is always a term of positive weight.
    """
    return _Writer(style, lexicon).terms(asked)


@dataclass(frozen=True, slots=True)
class _Writer:
    style: Style
    lexicon: Lexicon

    def terms(self, asked: Asked) -> tuple[Term, ...]:
        scene = self._scene(asked)
        words = self._words({**asked.present, **scene})
        if asked.absent and not _findings(asked.present):
            words = {**words, **self._contrary(asked, scene)}
        texts = self._texts(words)
        share = self._share_of_sentence(asked, texts)
        worded = [Term(text, (1 - share) / len(texts)) for text in texts]
        own = [Term(asked.sentence or ANYTHING, share)]
        absent = [term for each in asked.absent for term in self._against(each, asked, scene)]
        return _merged([*worded, *own, *absent])

    def _scene(self, asked: Asked) -> Named:
        """Modality, part and view; the part that all findings have in common where none is said."""
        scene = {kind: asked.present[kind] for kind in SEEN_IN if kind in asked.present}
        findings = [*_findings(asked.present), *_denied(asked)]
        places = {self.lexicon.concepts[name].at for name in findings} - {""}
        if len(places) == 1 and Kind.PART not in scene and (asked.absent or Kind.MODALITY in scene):
            scene[Kind.PART] = tuple(places)
        return scene

    def _contrary(self, asked: Asked, scene: Named) -> Words:
        """What is seen where the denied findings are not."""
        names = _denied(asked)
        if NORMAL in names:
            return self._words({Kind.STATE: (ABNORMAL,)})
        nearest = [self.lexicon.closest(name, self.style.without) for name in names]
        known = next(filter(None, nearest), "")
        if known:
            return {Kind.STATE: (self.style.without[known],)}
        is_finding = bool(names) or not all(absent.concepts for absent in asked.absent)
        return self._words({**scene, Kind.STATE: (NORMAL,)}) if is_finding else {}

    def _against(self, absent: Absent, asked: Asked, scene: Named) -> Iterator[Term]:
        """The same scene with what must not be seen, as negative terms."""
        named = dict(absent.concepts) or {Kind.FINDING: (absent.text,)}
        texts = self._texts(self._words({**scene, **named} if _findings(named) else named))
        weight = -self.style.contrast / len(asked.absent) / max(len(texts), 1)
        return (Term(text, weight) for text in texts)

    def _share_of_sentence(self, asked: Asked, texts: Choice) -> float:
        if not texts:
            return 1.0
        if not asked.sentence:
            return 0.0
        return self.style.understood if asked.is_understood else self.style.otherwise

    def _words(self, named: Named) -> Words:
        part = next(iter(named.get(Kind.PART, ())), "")
        return {
            kind: tuple(filter(None, (self._names(name, kind, part) for name in names)))
            for kind, names in named.items()
        }

    def _names(self, name: str, kind: Kind, part: str) -> Choice:
        """What the encoder is given for a concept; nothing for a detail that it never learnt."""
        if name not in self.lexicon.concepts:
            return (name,)
        at_part = self.lexicon.closest(part, self.style.normal) if name == NORMAL else ""
        if at_part:
            return self.style.normal[at_part]
        spoken = (self.lexicon.concepts[name].spoken,)
        if not self.style.knows_its_names:
            return self.style.names.get(name, spoken)
        nearest = self.lexicon.closest(name, self.style.names)
        if nearest:
            return self.style.names[nearest]
        return () if kind in (Kind.DETAIL, Kind.VIEW, Kind.SIDE) else spoken

    def _texts(self, words: Words) -> Choice:
        """One text for each template, each with other names; equal ones once."""
        templates = self.style.templates[_case(words)]
        filled = (fill(template, _fields(words, at)) for at, template in enumerate(templates))
        return tuple(dict.fromkeys(text for text in filled if text))


def _findings(named: Named) -> tuple[str, ...]:
    return named.get(Kind.FINDING, ()) + named.get(Kind.STATE, ())


def _denied(asked: Asked) -> tuple[str, ...]:
    return tuple(name for absent in asked.absent for name in _findings(absent.concepts))


def _case(words: Words) -> str:
    has_modality, has_part = bool(words.get(Kind.MODALITY)), bool(words.get(Kind.PART))
    if has_modality and has_part:
        return "both"
    if has_modality:
        return "modality"
    return "part" if has_part else "neither"


def _fields(words: Words, at: int) -> dict[str, str]:
    """For each kind the names that are due in the text of this number."""
    return {
        kind.value: BETWEEN.get(kind, " and ").join(
            dict.fromkeys(names[at % len(names)] for names in words.get(kind, ()))
        )
        for kind in Kind
    }


def _merged(given: Iterable[Term]) -> tuple[Term, ...]:
    """Each text once with the sum of its weights, those without weight left out."""
    weights: dict[str, float] = {}
    for term in given:
        weights[term.text] = weights.get(term.text, 0.0) + term.weight
    return tuple(Term(text, weight) for text, weight in weights.items() if weight)
