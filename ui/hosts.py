"""Which names of this server are answered."""

from urllib.parse import urlsplit

from radseek.login import LOOPBACK
from radseek.settings import Settings


def allowed_hosts(settings: Settings) -> list[str]:
    """Names in the Host header that are answered; naming them shuts out DNS rebinding."""
    if settings.allowed_hosts:
        return list(settings.allowed_hosts)
    if settings.login:
        return [*LOOPBACK, urlsplit(settings.login.address).hostname or ""]
    return list(LOOPBACK) if settings.host in LOOPBACK else ["*"]
