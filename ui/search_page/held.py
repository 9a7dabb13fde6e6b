"""What a session holds for itself: uploads, and words that may name somebody.

An address names it by a token alone, so that back and forward find it, and other sessions do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

import streamlit as st

from core.errors import InvalidRequest
from search.query import ImagePart
from ui.search_page.asked import Held

KEY: Final = "ask-held"
MOST_UPLOADS: Final = 24  # of one session, in the server's memory


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded picture, ready to be asked with."""

    part: ImagePart
    thumbnail: str  # a data: address
    rendering: str  # that the collection had when it was uploaded


@dataclass(frozen=True, slots=True)
class Typed:
    """Words that may name somebody."""

    text: str


Own = Upload | Typed


def hold(thing: Own) -> Held:
    """Keep it for this session. Beyond MOST_UPLOADS the oldest upload is dropped."""
    kept = _kept()
    known = (token for token, each in kept.items() if each == thing)
    token = next(known, None) or token_hex(8)
    kept[token] = thing
    uploads = [name for name, each in kept.items() if isinstance(each, Upload)]
    for name in uploads[:-MOST_UPLOADS]:
        del kept[name]
    return Held(token)


def held(rendering: str) -> Mapping[str, Own]:
    """What this session holds, by token.

    An upload is held no longer once the collection has another rendering: a picture that is shown
    in another way would be compared with its pictures.
    """
    kept = _kept()
    for token, thing in list(kept.items()):
        if isinstance(thing, Upload) and thing.rendering != rendering:
            del kept[token]
    return dict(kept)


def recall(token: str) -> str:
    """The words that the session holds under a token. Raises InvalidRequest for another's."""
    match _kept().get(token):
        case Typed(text):
            return text
    raise InvalidRequest(
        "The filter of this address is held by the session that it was given in, as it may name "
        "somebody. Give it again."
    )


def _kept() -> dict[str, Own]:
    kept: dict[str, Own] = st.session_state.setdefault(KEY, {})
    return kept
