"""The page of those who are not let in: a way to log in, and nothing of the archive."""

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from streamlit.auth_util import encode_provider_token

from ui.access.guard import LOGOUT, TO_PROVIDER, WANTED
from ui.access.visitors import VISITOR, Visitor
from ui.language import _, current_language
from ui.parts.plain import in_html
from ui.theme import COOKIE, TOKENS, Theme

PROVIDER: Final = "default"  # as Streamlit calls the only one
STYLE: Final = """
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  box-sizing: border-box; background: var(--rs-ground); color: var(--rs-text);
  font: 1rem/1.5 var(--rs-font); }
main { max-width: 26rem; text-align: center; }
h1 { margin: 0 0 1rem; color: var(--rs-dim); font-size: 1.4rem; letter-spacing: 0.04em; }
a { display: inline-block; margin-top: 1rem; padding: 0.5rem 1.4rem; border-radius: 4px;
  background: var(--rs-accent); color: var(--rs-on-accent); text-decoration: none; }
a:focus-visible { outline: 2px solid var(--rs-focus); outline-offset: 2px; }
"""


def login_page(request: Request) -> Response:
    """Log in, or why one who has done so may not enter."""
    visitor: Visitor | None = request.scope.get(VISITOR)
    if visitor is None:
        return _shown(request, _("Log in to search the archive."), TO_PROVIDER, _("Log in"))
    if visitor.role is None:
        said = _("You are logged in as {name}, but your account has no access to this archive.")
        return _shown(request, said.format(name=visitor.name), LOGOUT, _("Log out"))
    return RedirectResponse("/", status_code=303)


def to_provider(_request: Request) -> Response:
    """On to the provider, by the way that Streamlit's `st.login` takes."""
    token = encode_provider_token(PROVIDER)
    return RedirectResponse(f"/auth/login?provider={token}", status_code=303)


def to_wanted(path: str) -> Response:
    """On to the page that was asked for before the login."""
    answer = RedirectResponse(path, status_code=303)
    answer.delete_cookie(WANTED)
    return answer


def _shown(request: Request, said: str, target: str, label: str) -> Response:
    theme = Theme.LIGHT if request.cookies.get(COOKIE) == Theme.LIGHT else Theme.DARK
    html = (
        f'<!DOCTYPE html><html lang="{current_language()}" data-theme="{theme}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>radseek</title><link rel="icon" href="/favicon.png">'
        f"<style>{TOKENS.read_text()}{STYLE}</style></head><body><main>"
        f'<h1>radseek</h1><p>{in_html(said)}</p><a href="{target}">{in_html(label)}</a>'
        "</main></body></html>"
    )
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})
