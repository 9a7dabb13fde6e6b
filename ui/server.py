"""The page's server: Streamlit, the picture routes and the security headers in one app."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from radseek.archive import Archive
from radseek.settings import load_settings
from ui.access.audit import Audit
from ui.access.guard import Guard
from ui.access.secrets import login_secrets
from ui.access.visitors import door_of
from ui.headers import SecurityHeaders
from ui.hosts import allowed_hosts
from ui.languages import Languages
from ui.routes.table import ROUTES
from ui.shared import leave_to_stay, shared_archive, warm_up

PAGE = Path(__file__).with_name("app.py")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Load the encoder beside the start, so that the page is up at once; close all at the end."""
    archive = shared_archive()
    Thread(target=prepare, args=(archive,), name="warm-up", daemon=True).start()
    yield
    archive.close()


def prepare(archive: Archive) -> None:
    """Load what all searches need, and have it left alone from then on."""
    warm_up(archive)
    leave_to_stay()


settings = load_settings()
app = st.App(
    PAGE,
    routes=ROUTES,
    lifespan=lifespan,
    secrets=login_secrets(settings.login),
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(settings)),
        Middleware(SecurityHeaders),
        Middleware(Languages),
        Middleware(Guard, door=door_of(settings)),
        *([Middleware(Audit, path=settings.audit)] if settings.audit else []),
    ],
)
