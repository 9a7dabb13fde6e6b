"""Bring the catalogues of ui/locale up to date with the code: `python -m docs.translate`.

New messages are added without a translation, stale ones are dropped, and the file that the page
reads is written from the one that people edit.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from ui.language import DOMAIN, ENGLISH, LANGUAGES, LOCALE

ROOT = Path(__file__).parents[1]
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)  # the same in all files: history is kept by git
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}


def main() -> int:
    """Write the catalogues; 1 when a message has no translation."""
    code = extracted()
    missing = 0
    for language in LANGUAGES.keys() - {ENGLISH}:
        catalogue = read(language)
        catalogue.update(code, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        po_path(language).write_bytes(as_po(catalogue))
        mo_path(language).write_bytes(as_mo(catalogue))
        for message in untranslated(catalogue):
            missing += 1
            print(f"{language}: {message.id!r}", file=sys.stderr)
    return 1 if missing else 0


def extracted() -> Catalog:
    """Every message of the page's code, with the modules that have it."""
    code = Catalog(domain=DOMAIN, creation_date=WRITTEN)
    for name, _line, message, _comments, _context in extract_from_dir(
        ROOT / "ui", keywords=KEYWORDS
    ):
        code.add(message, locations=[(f"ui/{name}", 0)])
    return code


def read(language: str) -> Catalog:
    """The catalogue that people edit."""
    with po_path(language).open("rb") as file:
        catalogue = read_po(file, locale=language, domain=DOMAIN)
    catalogue.creation_date = catalogue.revision_date = WRITTEN
    return catalogue


def untranslated(catalogue: Catalog) -> Iterator[Message]:
    """Messages that English readers would see in English only."""
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(strings)):
            yield message


def as_po(catalogue: Catalog) -> bytes:
    """The file that people edit, in the order of its messages."""
    written = io.BytesIO()
    write_po(
        written, catalogue, width=100, sort_output=True, omit_header=False, include_lineno=False
    )
    return written.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """The file that the page reads."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def po_path(language: str) -> Path:
    """Where the file is that people edit."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_path(language: str) -> Path:
    """Where the file is that the page reads."""
    return po_path(language).with_suffix(".mo")


if __name__ == "__main__":
    sys.exit(main())
