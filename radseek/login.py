"""How people log in to the page: the table [login] of the settings."""

from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

RoleName = Literal["viewer", "identity-viewer", "admin"]
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1", "[::1]")


def _https(address: str) -> str:
    """The address without a slash at its end. Raises ValueError where others could read along."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(f"{address!r} must begin with https://, except on this machine")
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{address!r} is no address of a server")
    return address.rstrip("/")


def _origin(address: str) -> str:
    """The address, which must not lead below the root of its server. Raises ValueError."""
    if urlsplit(address).path:
        raise ValueError(f"{address!r} must end after the name and port of the server")
    return address


Https = Annotated[str, AfterValidator(_https)]


class Login(BaseModel):
    """An OpenID Connect provider, and what its groups may do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Https = Field(description="Address of the provider, as its tokens name it")
    client_id: str = Field(min_length=1, description="What the provider calls this page")
    client_secret: SecretStr = Field(min_length=1, description="What the provider knows it by")
    address: Annotated[Https, AfterValidator(_origin)] = Field(
        description="Address of the page as browsers see it, such as https://radseek.example"
    )
    scope: str = Field("openid profile email", description="What the provider is asked for")
    claim: str = Field(
        "groups", description="Claim that holds a person's groups; a dot leads into a claim"
    )
    groups: dict[RoleName, frozenset[str]] = Field(
        default_factory=dict, description="Groups of each role, as the claim names them"
    )
    others: RoleName | None = Field(
        None, description="Role of those whom no group names; else they may see nothing"
    )
    hours: float = Field(10, gt=0, le=24 * 14, description="Time until one must log in again")
    cookie_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="Key that logins are signed with; else a new one with each start",
    )

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> Self:
        if not (any(self.groups.values()) or self.others):
            raise ValueError("no group has a role, so nobody could enter; fill [login.groups]")
        return self

    def __hash__(self) -> int:
        return hash((self.issuer, self.client_id, self.address))
