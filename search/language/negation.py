"""Which of the things that a text mentions it says to be absent, in the manner of NegEx.

Source: Chapman, Bridewell, Hanbury, Cooper, Buchanan, J Biomed Inform 2001;34:301-310. A sign of
negation reaches to the end of its clause: a mark of punctuation, "but", "with" and the like. A
comma ends it too, unless it is one of a list that an "or" ends: "no effusion, nodule or fracture".
"""

from collections.abc import Sequence

from search.language.lexicon import Lexicon, Mark
from search.language.reading import Item, denied

JOINING = "and"


def with_absences(items: Sequence[Item], lexicon: Lexicon) -> tuple[Item, ...]:
    """The same items; what is said to be absent is marked so.

    Findings are, and words that no table knows: "no abdominal drain on CT" says nothing against
    the CT. A minus before a word denies that word alone, whatever it is.
    """
    marks = zip(items, _reached(items, lexicon), _undone(items), strict=True)
    return tuple(denied(item) if before or after else item for item, before, after in marks)


def all_absent(items: Sequence[Item], lexicon: Lexicon) -> tuple[Item, ...]:
    """The same items; every finding, and every word that no table knows, is marked as absent."""
    return tuple(denied(item) if _can_be_absent(item, lexicon) else item for item in items)


def _can_be_absent(item: Item, lexicon: Lexicon) -> bool:
    return item.is_finding or (_is_telling(item, lexicon) and item.stem not in lexicon.places)


def _is_telling(item: Item, lexicon: Lexicon) -> bool:
    """Whether it is a word that no table knows."""
    return bool(item.stem) and item.stem not in lexicon.stop


def _reached(items: Sequence[Item], lexicon: Lexicon) -> list[bool]:
    """For each item, whether a sign of negation before it reaches it."""
    reaches, words_too = False, False
    reached = []
    for item, in_list in zip(items, _in_lists(items), strict=True):
        if item.mark is Mark.BEFORE:
            reaches = words_too = True
        elif _ends_clause(item) or (item.punctuation == "," and not in_list):
            reaches = False
        words_too &= not item.concepts or item.is_finding
        words_too &= item.stem not in lexicon.places
        is_word = words_too and _is_telling(item, lexicon)
        reached.append(reaches and (item.is_finding or is_word))
    return reached


def _in_lists(items: Sequence[Item]) -> list[bool]:
    """For each item, whether an "or" comes after it before the clause ends or turns to another."""
    follows = False
    found = []
    for item in reversed(items):
        found.append(follows)
        is_end = _ends_clause(item) or item.mark is Mark.BEFORE
        follows = not is_end and (follows or item.mark is Mark.LISTS)
    return found[::-1]


def _ends_clause(item: Item) -> bool:
    return item.punctuation not in ("", ",") or item.mark in (Mark.ENDS, Mark.SEEMING)


def _undone(items: Sequence[Item]) -> list[bool]:
    """For each item, whether "is absent" or ": none" follows the findings that it is one of."""
    follows = False
    found = []
    for item in reversed(items):
        found.append(follows and item.is_finding)
        follows = item.mark is Mark.AFTER or (follows and (item.is_finding or _joins(item)))
    return found[::-1]


def _joins(item: Item) -> bool:
    return item.stem == JOINING or item.mark is Mark.LISTS or item.punctuation == ":"
