"""Who comes in, as the signed cookie of their login says."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, get_args

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from radseek.login import Login, RoleName
from radseek.settings import Settings

NAMES: Final = ("name", "preferred_username", "email", "sub")  # the first that a token has
VISITOR: Final = "radseek.visitor"  # where the scope of a request keeps whose it is
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person, or nobody in particular where there is no login."""

    name: str  # empty without a login
    role: RoleName | None  # None: known, and allowed nothing
    until: float | None = None  # when the login ends, in seconds since 1970


class Door:
    """Lets people in: all with the same role, or those who have logged in."""

    def __init__(self, login: Login | None, role: RoleName) -> None:
        self.login = login
        self.role = role
        self.left: dict[str, float] = {}  # logins that were ended, until they would have been

    def visitor(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Whose cookies these are; None of nobody who is logged in."""
        if self.login is None:
            return Visitor("", self.role)
        claims = self._claims(cookies, self.login)
        if claims is None:
            return None
        name = next((str(claims[name]) for name in NAMES if claims.get(name)), "")
        return Visitor(name, role_by(claims, self.login), _end(claims, self.login))

    def leave(self, cookies: Mapping[str, str]) -> None:
        """End a login here too, whoever has a copy of its cookie."""
        now = time.time()
        self.left = {key: until for key, until in self.left.items() if until > now}
        if self.login and self._claims(cookies, self.login):
            self.left[_digest(cookies)] = now + self.login.hours * 3600

    def _claims(self, cookies: Mapping[str, str], login: Login) -> Claims | None:
        """What the provider said, if this server signed it for this address, and lately."""
        signed = get_cookie_with_chunks(
            lambda name: _opened(cookies, name, login), USER_COOKIE_NAME
        )
        if signed is None or _digest(cookies) in self.left:
            return None
        claims: Claims = json.loads(signed)
        is_ours = claims.get("is_logged_in") is True and claims.get("origin") == login.address
        return claims if is_ours and time.time() < _end(claims, login) else None


def role_by(claims: Claims, login: Login) -> RoleName | None:
    """The role that may do most of those that a person's groups have, or None."""
    groups = set(_listed(claims, login.claim))
    held = [name for name, named in login.groups.items() if groups & named]
    others = [login.others] if login.others else []
    return max(held + others, key=get_args(RoleName).index, default=None)


def door_of(settings: Settings) -> Door:
    """The door of these settings, the same one for all sessions and routes."""
    return _door(settings.login, settings.role)


@lru_cache
def _door(login: Login | None, role: RoleName) -> Door:
    return Door(login, role)


def _opened(cookies: Mapping[str, str], name: str, login: Login) -> bytes | None:
    """One cookie as Streamlit signed it; None if it is forged or older than a login may be."""
    value = cookies.get(name, "")
    return decode_signed_value(get_cookie_secret(), name, value, max_age_days=login.hours / 24)


def _end(claims: Claims, login: Login) -> float:
    """When a login ends: some hours after the provider issued its token; long ago without that."""
    return float(claims.get("iat", 0)) + login.hours * 3600


def _digest(cookies: Mapping[str, str]) -> str:
    return hashlib.sha256(cookies.get(USER_COOKIE_NAME, "").encode()).hexdigest()


def _listed(claims: Claims, path: str) -> list[str]:
    """The names under a claim, e.g. "groups" or "realm_access.roles"; none if it is not there."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    names = found if isinstance(found, list) else [found]
    return [name for name in names if isinstance(name, str)]
