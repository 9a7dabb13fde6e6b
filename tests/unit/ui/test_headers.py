import base64
import hashlib
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.headers import SecurityHeaders, content_security_policy


@pytest.fixture
def client():
    hello = Route("/hello", lambda _: PlainTextResponse("hello"))
    return TestClient(Starlette(routes=[hello], middleware=[Middleware(SecurityHeaders)]))


@pytest.mark.parametrize("address", ["/hello", "/nowhere"])
def test_every_answer_carries_the_headers(client, address):
    headers = client.get(address).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_nothing_may_come_from_elsewhere():
    policy = content_security_policy("<html></html>")
    allowed = {word for rule in policy.split("; ") for word in rule.split()[1:]}
    assert allowed == {"'none'", "'self'", "'unsafe-inline'", "blob:", "data:"}
    assert "script-src 'self' blob:;" in policy


def test_the_inline_scripts_of_the_page_are_named_by_their_hash():
    shell = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    scripts = re.findall(r"<script>([^<]*)</script>", shell)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    policy = content_security_policy(shell)
    assert len(hashes) >= 1
    assert all(f"'sha256-{digest}'" in policy for digest in hashes)
