"""The forms of names and texts in which they are compared."""

import unicodedata


def name_key(*names: str) -> str:
    """Join names in the form that a search compares: without case, width or separators.

    Unicode NFKC and case folding; the `^` between the components of a name (DICOM PS3.5 section
    6.2.1) becomes a blank. What a person types goes through this as well.
    """
    blank = " ".join(names).replace("^", " ")
    folded = unicodedata.normalize("NFKC", blank).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def folded(text: str) -> str:
    """A text without case, accents, width or extra blanks: what a person would call the same."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join("".join(mark for mark in bare if not unicodedata.combining(mark)).split())
