"""What a person may do."""

from enum import StrEnum

from starlette.requests import Request

from radseek.settings import load_settings


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"  # search, look at pictures, keep boards; no identity
    IDENTITY_VIEWER = "identity-viewer"  # also who the patient is
    ADMIN = "admin"  # also change the collection

    def may(self, needed: "Role") -> bool:
        """Whether it is this role, or one that may do more."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


def current_role() -> Role:
    """The role of the person whose session this is."""
    return Role(load_settings().role)


def role_of(_: Request) -> Role:
    """The role of the person whose request this is."""
    return Role(load_settings().role)
