"""Turns the bytes of a text value into text, in the character set that its file declares or not."""

import re
from codecs import getincrementaldecoder
from dataclasses import dataclass
from typing import Final

from pydicom.charset import decode_bytes, default_encoding, python_encoding

_ESCAPE: Final = b"\x1b"
_LONGEST_CHARACTER: Final = 4  # bytes, in all sets without escapes
_ISO: Final = re.compile(r"ISO[ _-]?(2022[ _-]?)?IR[ _-]?(\d+)", re.ASCII)
_UTF_8: Final = "ISO_IR 192"
# An escape says itself which set follows, so all of them are understood, declared or not.
_EXTENSIONS: Final = tuple(
    dict.fromkeys(codec for name, codec in python_encoding.items() if name.startswith("ISO 2022"))
)
_CHINESE: Final = "\x1b$)A"  # pydicom leaves this one in the text
# They reset the set to the first one: PS3.5 section 6.1.2.5.3.
_LINE_DELIMITERS: Final = frozenset(b"\\\r\n\t\f")
_NAME_DELIMITERS: Final = _LINE_DELIMITERS | frozenset(b"^=")


def encodings_of(declared: str) -> tuple[str, ...]:
    """Give Python's names for the values of Specific Character Set (0008,0005), joined by "\\".

    The default repertoire is ASCII, which says nothing of other bytes: it is left out, as are
    names that stand for no set. Source: PS3.3 C.12.1.1.2.
    """
    names = (_standard_name(name) for name in declared.split("\\"))
    known = (python_encoding.get(name, default_encoding) for name in names)
    return tuple(codec for codec in known if codec != default_encoding)


def _standard_name(name: str) -> str:
    """Repair the spellings that occur; a name of a Python codec is none, for some inflate."""
    plain = name.strip().upper()
    if plain in ("UTF8", "UTF-8"):
        return _UTF_8
    found = _ISO.fullmatch(plain)
    if found is None:
        return plain
    return f"{'ISO 2022 IR' if found[1] else 'ISO_IR'} {found[2]}"


@dataclass(frozen=True, slots=True)
class TextDecoder:
    """How the texts of one file are read.

    What cannot be read in a declared set is tried as UTF-8, which other text hardly ever is, and
    then read in `fallback`.
    """

    encodings: tuple[str, ...] = ()  # Python's names; empty: the file declares none
    fallback: str = "iso8859_1"  # the same
    most: int = 1024  # characters kept of a text

    def decode(self, raw: bytes, *, is_name: bool = False) -> str:
        """Decode at most `most` characters; `is_name` for person names, which have own delimiters.

        The rest is left out before it is looked at. Bytes that stand for nothing become U+FFFD.
        """
        kept = raw[: self.most * _LONGEST_CHARACTER]
        if _ESCAPE in kept:
            return self._extended(kept, is_name)[: self.most]
        if kept.isascii():
            return kept[: self.most].decode("ascii")
        return self._plain(kept, is_whole=len(kept) == len(raw))[: self.most]

    def _extended(self, raw: bytes, is_name: bool) -> str:
        """Decode text with escapes. Source: PS3.5 section 6.1.2.5 (ISO/IEC 2022)."""
        first = self.encodings[0] if self.encodings else default_encoding
        delimiters = set(_NAME_DELIMITERS if is_name else _LINE_DELIMITERS)
        decoded = decode_bytes(raw, [first, *_EXTENSIONS], delimiters)
        return decoded.replace(_CHINESE, "")

    def _plain(self, raw: bytes, is_whole: bool) -> str:
        for encoding in (*self.encodings, "utf_8"):
            try:
                return getincrementaldecoder(encoding)().decode(raw, is_whole)
            except UnicodeError:
                continue
        return raw.decode(self.fallback, "replace")
