"""The form of patient names in which they are searched."""

import unicodedata


def name_key(*names: str) -> str:
    """Join names in the form that a search compares: without case, width or separators.

    Unicode NFKC and case folding; the `^` between the components of a name (DICOM PS3.5 section
    6.2.1) becomes a blank. What a person types goes through this as well.
    """
    blank = " ".join(names).replace("^", " ")
    folded = unicodedata.normalize("NFKC", blank).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
