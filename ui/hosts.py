"""Which names of this server are answered."""

from radseek.settings import Settings

LOOPBACK = ["localhost", "127.0.0.1", "::1", "[::1]"]


def allowed_hosts(settings: Settings) -> list[str]:
    """Names in the Host header that are answered; naming them shuts out DNS rebinding."""
    if settings.allowed_hosts:
        return list(settings.allowed_hosts)
    return LOOPBACK if settings.host in LOOPBACK else ["*"]
