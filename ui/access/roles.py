"""What a person may do."""

from enum import StrEnum

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from core.errors import NotAllowed
from radseek.settings import load_settings
from ui.access.visitors import VISITOR, Visitor, door_of


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"  # search, look at pictures, keep boards; no identity
    IDENTITY_VIEWER = "identity-viewer"  # also who the patient is
    ADMIN = "admin"  # also change the collection

    def may(self, needed: "Role") -> bool:
        """Whether it is this role, or one that may do more."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


def current_visitor() -> Visitor:
    """Whose session this is. Raises NotAllowed for one who may see nothing, or not any more."""
    visitor = door_of(load_settings()).visitor(st.context.cookies)
    if visitor is None or visitor.role is None:
        raise NotAllowed("Your login has ended, or allows nothing here. Log in again.")
    return visitor


def current_role() -> Role:
    """The role of the person whose session this is. Raises NotAllowed without one."""
    return Role(current_visitor().role or "")


def role_of(request: Request) -> Role:
    """The role of the person whose request this is. Raises HTTPException (403) without one."""
    visitor: Visitor | None = request.scope.get(VISITOR) or _visitor_of(request)
    if visitor is None or visitor.role is None:
        raise HTTPException(403)
    return Role(visitor.role)


def _visitor_of(request: Request) -> Visitor | None:
    return door_of(load_settings()).visitor(request.cookies)
