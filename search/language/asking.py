"""What a text asks for: concepts that must be there, things that must not, and its own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile, groupby, pairwise

from search.language.lexicon import Kind, Lexicon, Mark
from search.language.reading import Item

Named = Mapping[Kind, tuple[str, ...]]  # names of concepts


@dataclass(frozen=True, slots=True)
class Absent:
    """One thing that must not be seen."""

    text: str  # as the person wrote it
    concepts: Named  # empty for words that no table knows


@dataclass(frozen=True, slots=True)
class Asked:
    """The content of a text."""

    present: Named
    absent: tuple[Absent, ...]
    sentence: str  # the text without what must not be seen; may be empty
    is_understood: bool  # every word that says something is in the tables


def asked(text: str, items: Sequence[Item], lexicon: Lexicon) -> Asked:
    """Gather what the items of a normalised text ask for."""
    present = [item for item in items if not item.is_denied]
    names = [name for item in present for name in item.concepts]
    unknown = [item for item in present if item.stem and item.stem not in lexicon.stop]
    absent = tuple(_absent(text, items, lexicon))
    sentence = _sentence(text, items, lexicon, bool(absent))
    return Asked(by_kind(names, lexicon), absent, sentence, not unknown)


def by_kind(names: Iterable[str], lexicon: Lexicon) -> Named:
    """Concepts by what they say, each once; broader ones that follow from another are left out."""
    given = dict.fromkeys(names)
    followed = {each for name in given for each in list(lexicon.with_broader(name))[1:]}
    narrow = [name for name in given if name not in followed]
    found = {kind: tuple(n for n in narrow if lexicon.concepts[n].kind is kind) for kind in Kind}
    return {kind: names for kind, names in found.items() if names}


def _absent(text: str, items: Sequence[Item], lexicon: Lexicon) -> Iterable[Absent]:
    """Each run of denied items is one thing; words beside a concept only describe it."""
    for is_denied, run in groupby(items, key=lambda item: item.is_denied):
        together = list(run)
        known = [item for item in together if item.concepts]
        for item in known if is_denied else ():
            yield Absent(item.surface, by_kind(item.concepts, lexicon))
        if is_denied and not known:
            yield Absent(text[together[0].start : together[-1].end], {})


def _sentence(text: str, items: Sequence[Item], lexicon: Lexicon, has_absent: bool) -> str:
    """The text with abbreviations written out, and without what is denied."""
    removed = {Mark.SEEMING, Mark.BEFORE, Mark.AFTER} if has_absent else {Mark.SEEMING}
    kept: list[Item] = []
    for item in items:
        if not (item.is_denied or item.mark in removed):
            kept.append(item)
        else:  # what led up to it goes with it, such as the "with" of "with no mass"
            _drop_loose_end(kept, lexicon)
    if len(kept) < len(items):
        kept = _without_loose_ends(kept, lexicon)
    sentence = "".join(_spoken(text, items, kept)).replace('"', "").strip()
    return sentence if sentence or has_absent else text


def _without_loose_ends(kept: list[Item], lexicon: Lexicon) -> list[Item]:
    _drop_loose_end(kept, lexicon)
    return list(dropwhile(lambda item: _is_loose(item, lexicon), kept))


def _drop_loose_end(kept: list[Item], lexicon: Lexicon) -> None:
    """Take away marks and words of no meaning at the end."""
    while kept and _is_loose(kept[-1], lexicon):
        kept.pop()


def _is_loose(item: Item, lexicon: Lexicon) -> bool:
    is_mark = item.mark in (Mark.ENDS, Mark.LISTS)
    return bool(item.punctuation) or item.stem in lexicon.stop or is_mark


def _spoken(text: str, items: Sequence[Item], kept: Sequence[Item]) -> Iterator[str]:
    """Each item that is kept, with what stands between it and the item before it in the text."""
    befores = {item.start: before for before, item in pairwise(items)}
    for item in kept:
        before = befores.get(item.start)
        between = text[before.end if before else 0 : item.start]
        yield between.lstrip("\"'") if before and before.is_denied else between
        yield (item.entry and item.entry.long) or item.surface
