"""What a report says is there, and what it says is not.

Nine of ten findings that a report names are those that it rules out. The method is NegEx: a sign of
negation, and the words up to the end of its reach. Source: Chapman et al., A simple algorithm for
identifying negated findings and diseases in discharge summaries, J Biomed Inform 2001;34:301.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

# Each list holds the signs of several languages; a report is in one, and few signs of one are
# words of another.
DENIES_WHAT_FOLLOWS: Final = (
    *("no", "not", "without", "w/o", "denies", "denied", "nor", "neither", "absence of", "free of"),
    *(
        "free from",
        "negative for",
        "lack of",
        "devoid of",
        "rather than",
        "ruled out for",
        "lacks",
        "lacking",
    ),
    *("clear of", "resolution of", "never"),
    *("kein", "keine", "keinen", "keiner", "keinem", "keines", "ohne", "nicht", "weder"),
    *("pas de", "pas d'", "sans", "aucun", "aucune", "absence de", "absence d'"),
    *("sin", "ausencia de", "ningún", "ninguna", "senza", "assenza di", "nessun", "nessuna"),
    *("未见", "未发现", "未提示", "未显示", "没有", "无", "否认", "排除", "不伴", "未見", "無"),
)
DENIES_WHAT_PRECEDES: Final = (
    *(
        "absent",
        "not seen",
        "not identified",
        "not demonstrated",
        "not visible",
        "not present",
        "not found",
    ),
    *("not detected", "is absent", "are absent", "was absent", "were absent", "is excluded"),
    *("are excluded", "ruled out", "has resolved", "have resolved", "is negative", "are negative"),
    *("no longer seen", "no longer visible", "no longer present", "no longer identified"),
    *("no longer demonstrated", "cannot be seen", "has been removed", "have been removed"),
    *("nicht nachweisbar", "nicht abgrenzbar", "nicht erkennbar", "ausgeschlossen"),
    *("已吸收", "已消失", "阴性"),
)
# They hold a sign, and deny nothing.
DENIES_NOTHING: Final = (
    *("with and without", "with or without", "with & without", "with/without"),
    *("no change", "no changes", "no interval change", "no significant change", "without change"),
    *("no significant interval change", "no increase", "no decrease", "no further", "not only"),
    *("not certain", "not excluded", "not ruled out", "not be excluded", "not be ruled out"),
    *("cannot exclude", "can not exclude", "cannot rule out", "cannot be ruled out", "no longer"),
    *("cannot be excluded", "not resolved", "has not resolved", "gram negative", "not changed"),
    *("nicht ausgeschlossen", "nicht auszuschließen", "keine änderung", "unverändert"),
    *("无明显变化", "无变化", "未见明显变化", "无著变", "不除外", "不能排除", "未排除", "无法排除"),
)
ENDS: Final = (
    *("but", "however", "although", "though", "except", "aside from", "apart from", "yet"),
    *("whereas", "while", "which", "there is", "there are", "aber", "jedoch", "mais", "pero"),
    *("但", "而", "可见", "伴"),
)
# A full stop ends a sentence, the one in 1.5 does not; so do dashes and hyphens. In Chinese a comma
# ends what is denied.
BREAK: Final = re.compile(r"[!?;:\n\r。；：！？，]|\.(?=\s|$)|(?<=\s)[-–—](?=\s)")


@dataclass(frozen=True, slots=True)
class Told:
    """A text in two parts."""

    affirmed: tuple[str, ...]  # clauses
    denied: tuple[str, ...]  # the same, with the signs that deny them


class _Sign(Enum):
    NOTHING = DENIES_NOTHING
    BEFORE = DENIES_WHAT_PRECEDES
    AFTER = DENIES_WHAT_FOLLOWS
    END = ENDS


_LATIN: Final = "[A-Za-zÀ-ɏ]+"
_STARTS: Final = re.compile(f"{_LATIN}|[未没无無否排不已阴但而可伴]")


def _by_start() -> Mapping[str, Sequence[tuple[re.Pattern[str], _Sign]]]:
    """The signs by what they begin with, longest first: trying all at each word is slow."""
    found: dict[str, list[tuple[re.Pattern[str], _Sign]]] = {}
    pairs = [(phrase, sign) for sign in _Sign for phrase in sign.value]
    for phrase, sign in sorted(pairs, key=lambda pair: -len(pair[0])):
        start = _STARTS.match(phrase)
        if start is None:
            raise ValueError(f"no text begins like {phrase!r}")
        found.setdefault(start.group(), []).append((_pattern(phrase), sign))
    return found


def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase as whole words, with any blanks between; Chinese has no borders of words."""
    is_latin = re.match(_LATIN, phrase) is not None
    border = r"(?!\w)" if is_latin and phrase[-1].isalnum() else ""
    return re.compile(r"\s+".join(map(re.escape, phrase.split())) + border, re.IGNORECASE)


_BY_START: Final = _by_start()


def told_apart(text: str) -> Told:
    """Which clauses of a text affirm and which deny; together they are all of it."""
    parts = [part for clause in BREAK.split(text) for part in _parts(clause)]
    return Told(
        tuple(part for part, is_denied in parts if not is_denied and part.strip()),
        tuple(part for part, is_denied in parts if is_denied and part.strip()),
    )


def without_signs(clause: str) -> str:
    """A clause without what denies in it."""
    for start, end, _ in reversed(list(_signs(clause))):
        clause = f"{clause[:start]} {clause[end:]}"
    return clause


def _parts(clause: str) -> Iterator[tuple[str, bool]]:
    """The clause cut at its signs, and whether each part is denied."""
    begun, is_denied = 0, False
    for start, end, sign in _signs(clause):
        match sign:
            case _Sign.AFTER:
                yield clause[begun:start], is_denied
                begun, is_denied = start, True
            case _Sign.BEFORE:
                comma = max(begun, clause.rfind(",", begun, start) + 1)
                yield clause[begun:comma], is_denied
                yield clause[comma:end], True
                begun, is_denied = end, False
            case _Sign.END:
                yield clause[begun:start], is_denied
                begun, is_denied = start, False
    yield clause[begun:], is_denied


def _signs(clause: str) -> Iterator[tuple[int, int, _Sign]]:
    """Where the signs of a clause begin and end; one that lies in another is none."""
    free = 0
    for word in _STARTS.finditer(clause):
        for pattern, sign in _BY_START.get(word.group().lower(), ()):
            found = pattern.match(clause, word.start()) if word.start() >= free else None
            if found is not None:
                free = found.end()
                yield *found.span(), sign
                break
