import gettext
import re

import pytest
from babel.messages.catalog import Catalog

from docs.translate import as_mo, as_po, extracted, mo_path, po_path, read, untranslated
from ui.language import DOMAIN, ENGLISH, LANGUAGES, LOCALE

OTHERS = sorted(LANGUAGES.keys() - {ENGLISH})
PLACEHOLDER = re.compile(r"\{(\w*)\}")
RUN = "run `python -m docs.translate`, then translate what it names"


def ids(catalogue: Catalog) -> set[object]:
    return {message.id for message in catalogue if message.id}


def texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (str(value),)


def placeholders(value: object) -> set[str]:
    return {name for text in texts(value) for name in PLACEHOLDER.findall(text)}


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_of_the_code_is_in_the_catalogue_and_no_other(language):
    code, there = ids(extracted()), ids(read(language))
    assert code - there == set(), RUN
    assert there - code == set(), RUN


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language):
    assert [message.id for message in untranslated(read(language))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_what_the_message_does(language):
    wrong = [
        message.id
        for message in read(language)
        if message.id and placeholders(message.string) != placeholders(message.id)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_code_in_a_message_stays_as_it_is(language):
    code = re.compile(r"`[^`]+`")
    wrong = [
        message.id
        for message in read(language)
        if code.findall(" ".join(texts(message.string)))
        != code.findall(texts(message.id)[0] if message.id else "")
        and message.id
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_file_that_the_page_reads_is_that_of_the_translators(language):
    assert mo_path(language).read_bytes() == as_mo(read(language)), RUN
    translations = gettext.translation(DOMAIN, LOCALE, [language])
    for message in read(language):
        if isinstance(message.id, str) and message.id:
            assert translations.gettext(message.id) == message.string


@pytest.mark.parametrize("language", OTHERS)
def test_the_file_of_the_translators_is_as_the_tool_writes_it(language):
    assert po_path(language).read_bytes() == as_po(read(language)), RUN
