"""Which of the things that a text mentions it says to be absent, in the manner of NegEx.

Source: Chapman, Bridewell, Hanbury, Cooper, Buchanan, J Biomed Inform 2001;34:301-310. A sign of
negation reaches to the end of its clause: a mark of punctuation, "but", "with" and the like. A
comma ends it too, unless it is one of a list that an "or" ends: "no effusion, nodule or fracture".
"""

from collections.abc import Sequence
from itertools import takewhile

from search.language.lexicon import Lexicon, Mark
from search.language.reading import Item, denied

JOINING = "and"


def with_absences(items: Sequence[Item], lexicon: Lexicon) -> tuple[Item, ...]:
    """The same items; what is said to be absent is marked so.

    Findings are, and words that no table knows: "no abdominal drain on CT" says nothing against
    the CT. A minus before a word denies that word alone, whatever it is.
    """
    reached = _reached(items, lexicon)
    return tuple(
        denied(item) if within or _is_undone(items, at) else item
        for at, (item, within) in enumerate(zip(items, reached, strict=True))
    )


def _reached(items: Sequence[Item], lexicon: Lexicon) -> list[bool]:
    """For each item, whether a sign of negation before it reaches it."""
    reaches, words_too = False, False
    reached = []
    for at, item in enumerate(items):
        if item.mark is Mark.BEFORE:
            reaches = words_too = True
        elif _ends_reach(items, at):
            reaches = False
        words_too &= not item.concepts or item.is_finding
        words_too &= item.stem not in lexicon.places
        word = bool(item.stem) and item.stem not in lexicon.stop
        reached.append(reaches and (item.is_finding or (word and words_too)))
    return reached


def _ends_reach(items: Sequence[Item], at: int) -> bool:
    item = items[at]
    if item.punctuation == ",":
        return not _is_in_list(items[at + 1 :])
    return bool(item.punctuation) or item.mark in (Mark.ENDS, Mark.SEEMING)


def _is_in_list(rest: Sequence[Item]) -> bool:
    """Whether an "or" follows before the clause ends or turns to something new."""
    clause = list(takewhile(_is_of_list, rest))
    return any(item.mark is Mark.LISTS for item in clause)


def _is_of_list(item: Item) -> bool:
    is_comma = item.punctuation == ","
    return is_comma or not (item.punctuation or item.mark in (Mark.BEFORE, Mark.ENDS, Mark.SEEMING))


def _is_undone(items: Sequence[Item], at: int) -> bool:
    """Whether "is absent" or ": none" follows a finding, or ones that and, or joins to it."""
    if not items[at].is_finding:
        return False
    behind = items[at + 1 :]
    joined = list(takewhile(lambda item: item.is_finding or _joins(item), behind))
    following = behind[len(joined) : len(joined) + 1]
    return bool(following) and following[0].mark is Mark.AFTER


def _joins(item: Item) -> bool:
    return item.stem == JOINING or item.mark is Mark.LISTS or item.punctuation == ":"
