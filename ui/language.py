"""The language that a person reads the page in, and their texts and numbers in it."""

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOCALE: Final = Path(__file__).with_name("locale")
DOMAIN: Final = "radseek"
COOKIE: Final = "radseek-language"
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "zh": "中文"}  # as their readers say it
ENGLISH: Final = "en"  # the language of the messages in the code
CHINESE: Final = "zh"
# Set for a request by the middleware; unset in a run of the script, which asks its session.
LANGUAGE: ContextVar[str] = ContextVar("language")


def _(message: str) -> str:
    """The message in the language of this session; English where it is not translated."""
    return catalogue(current_language()).gettext(message)


def N_(message: str) -> str:
    """The message as it stands, to be found by translators; `_` translates it when it is shown."""
    return message


def plural(one: str, many: str, n: int, **named: str) -> str:
    """The message for n things, e.g. `plural("{n} picture", "{n} pictures", n)`.

    It is filled in: {n} with the number as it is written in this language, others as named.
    """
    return catalogue(current_language()).ngettext(one, many, n).format(n=number(n), **named)


def number(n: int) -> str:
    """A count with its digits in groups, as both languages write it, e.g. 12,345."""
    return f"{n:,}"


def current_language() -> str:
    """The language of this request or session; English where there is neither."""
    language = LANGUAGE.get(None)
    if language is not None:
        return language
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return language_of(st.context.cookies, st.context.headers.get("Accept-Language") or "")


def language_of(cookies: Mapping[str, str], accepted: str) -> str:
    """What the person chose, else what their browser asks for first of the ones there are."""
    if cookies.get(COOKIE) in LANGUAGES:
        return cookies[COOKIE]
    offered = (tag.split("-")[0].lower() for tag in _by_preference(accepted))
    return next((language for language in offered if language in LANGUAGES), ENGLISH)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages in one language."""
    if language == ENGLISH:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [language])


def _by_preference(accepted: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first. Source: RFC 9110, 12.5.4."""
    weighed: list[tuple[float, int, str]] = []
    for part in accepted.split(","):
        tag, _given, weight = part.strip().partition(";q=")
        weighed.append((-_weight(weight), len(weighed), tag))
    return [tag for weight, _place, tag in sorted(weighed) if weight < 0]


def _weight(written: str) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0
