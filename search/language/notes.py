"""What a person should know of how a text was understood."""

from dataclasses import dataclass
from enum import StrEnum


class NoteCode(StrEnum):
    """What there is to say; a page may say it in its own language."""

    ABSENT = "absent"  # a finding that is negated
    TRANSLATED = "translated"  # given words, English words
    NOT_TRANSLATED = "not_translated"  # words that no glossary holds
    RESOLVED = "resolved"  # an abbreviation with several meanings, the one taken, by which word
    AMBIGUOUS = "ambiguous"  # an abbreviation, its meanings
    MEASURE = "measure"  # a size
    SCRIPT = "script"  # words in letters that are no Latin ones
    UNREAD = "unread"  # an encoder, how many tokens it reads, what came behind them


SENTENCES = {
    NoteCode.ABSENT: (
        "Pictures with {0} count against: an encoder does not understand “no”, so the query is the "
        "contrast of pictures without and with it."
    ),
    NoteCode.TRANSLATED: "{0} was read as “{1}”.",
    NoteCode.NOT_TRANSLATED: "{0} could not be translated and was left out.",
    NoteCode.RESOLVED: "{0} was read as {1}, as {2} is named with it.",
    NoteCode.AMBIGUOUS: "{0} may mean {1}; it was left as it is. Write it out to be sure.",
    NoteCode.MEASURE: "{0} is not measured: no encoder tells sizes from a picture.",
    NoteCode.SCRIPT: (
        "{0} is in letters that the encoder does not read: what is found may have nothing to do "
        "with it. Ask in English."
    ),
    NoteCode.UNREAD: "{0} reads {1} tokens of a text and left the end out: “{2}”.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One remark, as a code with the words that belong in it; str() gives an English sentence."""

    code: NoteCode
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return SENTENCES[self.code].format(*self.words)
