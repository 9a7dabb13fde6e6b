"""A small OpenID Connect provider on loopback: `python provider.py PORT`. Nobody has a password."""

import html
import sys
import time
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

PORT = int(sys.argv[1])
ISSUER = f"http://127.0.0.1:{PORT}"
KEY = RSAKey.generate_key(2048, {"kid": "signing"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "signing"})
PEOPLE = {
    "Vera": ["researchers"],
    "Ida": ["radiologists"],
    "Ada": ["pacs-admins", "researchers"],
    "Norbert": ["accounting"],
    "Mallory": ["pacs-admins"],  # whose token is signed by somebody else
}
ICON = '<link rel="icon" href="data:,">'
nonces: dict[str, str] = {}


def configuration(_: Request) -> Response:
    return JSONResponse(
        {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "end_session_endpoint": f"{ISSUER}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def authorize(request: Request) -> Response:
    """A link for each person; the code that comes back names who was chosen."""
    asked = request.query_params
    links = []
    for name in PEOPLE:
        nonces[name] = asked["nonce"]
        back = f"{asked['redirect_uri']}?{urlencode({'code': name, 'state': asked['state']})}"
        links.append(f'<p><a href="{html.escape(back)}">{name}</a></p>')
    return HTMLResponse(f'<html lang="en"><title>Provider</title>{ICON}{"".join(links)}</html>')


async def token(request: Request) -> Response:
    form = await request.form()
    name = str(form["code"])
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "radseek", "sub": f"sub-{name}", "iat": now, "exp": now + 300}
    claims |= {"nonce": nonces[name], "name": name, "groups": PEOPLE[name]}
    key = OTHER_KEY if name == "Mallory" else KEY
    signed = jwt.encode({"alg": "RS256", "kid": "signing"}, claims, key)
    return JSONResponse({"access_token": "none", "token_type": "Bearer", "id_token": signed})


def keys(_: Request) -> Response:
    return JSONResponse({"keys": [KEY.as_dict(private=False)]})


def end(request: Request) -> Response:
    return RedirectResponse(request.query_params["post_logout_redirect_uri"], status_code=303)


if __name__ == "__main__":
    routes = [
        Route("/.well-known/openid-configuration", configuration),
        Route("/authorize", authorize),
        Route("/token", token, methods=["POST"]),
        Route("/keys", keys),
        Route("/end", end),
    ]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=PORT, log_level="warning")
