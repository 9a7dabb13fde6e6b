"""Whether the page may be served where the settings say."""

from core.errors import InvalidRequest
from radseek.login import LOOPBACK
from radseek.settings import Settings


def check_exposure(settings: Settings) -> None:
    """Raise InvalidRequest where others could look at the archive without a login."""
    if settings.host in LOOPBACK or settings.login or settings.without_login:
        return
    raise InvalidRequest(
        f"The page is not served on {settings.host}: there is no login, so whoever reaches that "
        "address could look at all pictures. Set up `[login]` in config.toml (docs/security.md), "
        "serve it on 127.0.0.1 behind a proxy that knows people, or allow it with "
        "RADSEEK_WITHOUT_LOGIN=true."
    )
