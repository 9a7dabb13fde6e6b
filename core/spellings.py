"""British and American spelling of the same words."""

from typing import Final

# Parts of words, taken in this order. Both sides of a comparison go through it.
SPELLINGS: Final = (
    ("haem", "hem"), ("aemia", "emia"), ("oedem", "edem"), ("oesoph", "esoph"), ("paed", "ped"),
    ("caec", "cec"), ("foet", "fet"), ("tumour", "tumor"), ("colour", "color"), ("grey", "gray"),
    ("fibre", "fiber"), ("centre", "center"), ("isation", "ization"), ("goitre", "goiter"),
    ("faec", "fec"), ("gynaec", "gynec"), ("leuco", "leuko"), ("litre", "liter"),
    ("computerised", "computerized"), ("ischaem", "ischem"), ("diarrhoea", "diarrhea"),
)  # fmt: skip


def american(text: str) -> str:
    """A text that is in small letters, in American spelling."""
    for british, other in SPELLINGS:
        text = text.replace(british, other)
    return text
