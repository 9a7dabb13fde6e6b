"""From what a person types to the words that reports and descriptions are searched for."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from typing import Final, TypeVar

from storage.denial import told_apart, without_signs
from storage.word_search import WordQuery
from storage.wording import pairs_of

# Words that say nothing of a picture.
STOP_WORDS: Final = frozenset(
    word
    for line in (
        "a an the of in on at with and or nor for to from by as is are was were be been has",
        "have had this that these those there it its which who any some me my i show find",
        "search look looking like give all see seen sign signs",
        "without evidence but however although though except",
        "der die das ein eine einer einem einen und oder mit im am von bei zu aber",
        "le la les un une des du de et ou avec mais el los las y o con pero il lo gli e di da ed",
        "了 和 与 及 或 在 有 请 找 查找 但",
    )
    for word in line.split()
)
Each = TypeVar("Each", bound=Hashable)

_TELLS: Final = re.compile(r"[^\W_]")
_QUOTED: Final = re.compile(r"""(?:(?<=\s)|^)(-?)["“”„「『]([^"“”„」』]*)["“”」』]""")
# In Chinese what goes before 的 is told of what follows: a denial ends there.
_OF: Final = re.compile("(?<!明显)(?<!明确)的")
# As in `CT/MRI`. What is short on a side is one word: `h/o`, `L4/5`.
_EITHER: Final = re.compile(r"(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})")
_LISTED: Final = re.compile(r"[,、/或和]|\b(?:or|and|nor|oder|und|ou|et|y|e|o)\b", re.IGNORECASE)


def word_query(wanted: Sequence[str], unlike: Sequence[str] = ()) -> WordQuery:
    """What to look for in words, given texts that are wanted and others that are not.

    "a phrase" is required, -word and -"a phrase" are excluded. What a text denies, as `effusion` in
    "no effusion", is looked for where reports deny it, and excluded where they do not.
    """
    asked = [_read(_plain(text)) for text in wanted]
    shunned = [tuple(_words(_plain(text))) for text in unlike]
    return WordQuery(
        affirmed=_once(word for each in asked for word in each.affirmed),
        denied=_once(word for each in asked for word in each.denied),
        required=_once(phrase for each in asked for phrase in each.required),
        excluded=_once(
            group for group in (*(g for each in asked for g in each.excluded), *shunned) if group
        ),
    )


def _plain(text: str) -> str:
    return _OF.sub("，", unicodedata.normalize("NFKC", text)).replace("的", " ")


def _read(text: str) -> WordQuery:
    quoted = [(minus, phrase) for minus, phrase in _QUOTED.findall(text) if _words(phrase)]
    told = told_apart(_QUOTED.sub(" ", text))
    plain = [word for clause in told.affirmed for word in clause.split()]
    wanted, shunned = ([w for w in plain if _is_shunned(w) is minus] for minus in (False, True))
    listed = [part for each in told.denied for part in _LISTED.split(without_signs(each))]
    denied = [tuple(_words(part)) for part in listed]
    return WordQuery(
        affirmed=_words(" ".join(wanted)),
        denied=[word for words in denied for word in words],
        required=[phrase for minus, phrase in quoted if not minus],
        excluded=[
            *denied,
            *(tuple(_words(word)) for word in shunned),
            *((phrase,) for minus, phrase in quoted if minus),
        ],
    )


def _is_shunned(word: str) -> bool:
    """Whether a minus takes a word away; before a number it is part of it."""
    return word.startswith("-") and word.lstrip("-")[:1].isalpha()


def _words(text: str) -> list[str]:
    """The words of a text that say something, Chinese ones in pairs of characters."""
    words = [word.lstrip("-") for word in pairs_of(_EITHER.sub(" ", text))]
    return [word for word in words if _TELLS.search(word) and word.casefold() not in STOP_WORDS]


def _once(some: Iterable[Each]) -> tuple[Each, ...]:
    return tuple(dict.fromkeys(some))
