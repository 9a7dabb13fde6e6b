"""A login for tests, and cookies as this server signs them."""

import json
import time
from typing import Any

from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from radseek.login import Login

COOKIE = "_streamlit_user"
ADDRESS = "https://radseek.example"
LOGIN = Login.model_validate(
    {
        "issuer": "https://id.example/realm",
        "client_id": "radseek",
        "client_secret": "not very",
        "address": ADDRESS,
        "groups": {
            "viewer": ["researchers"],
            "identity-viewer": ["radiologists"],
            "admin": ["pacs-admins"],
        },
    }
)


def claims_of(name: str, *groups: str, **more: Any) -> dict[str, Any]:
    usual = {"is_logged_in": True, "origin": ADDRESS, "provider": "default", "iat": time.time()}
    return usual | {"name": name, "groups": list(groups)} | more


def cookies_of(claims: dict[str, Any], key: str | None = None) -> dict[str, str]:
    """The cookie of a login, signed by this server or by another key."""
    signed = create_signed_value(key or get_cookie_secret(), COOKIE, json.dumps(claims))
    return {COOKIE: signed.decode()}
