"""The login of the settings, as Streamlit wants to be told of it."""

from typing import Any

from radseek.login import Login


def login_secrets(login: Login | None) -> dict[str, Any] | None:
    """Streamlit's secrets: what it logs people in by, with Authlib; None without a login."""
    if login is None:
        return None
    signing = (
        {"cookie_secret": login.cookie_secret.get_secret_value()} if login.cookie_secret else {}
    )
    return {
        "auth": {
            "redirect_uri": f"{login.address}/oauth2callback",
            "client_id": login.client_id,
            "client_secret": login.client_secret.get_secret_value(),
            "server_metadata_url": f"{login.issuer}/.well-known/openid-configuration",
            "client_kwargs": {"scope": login.scope},
            **signing,
        }
    }
