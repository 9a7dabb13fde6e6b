"""Parts of the page that are drawn in the browser: ES modules under assets/, one folder each."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

ASSETS = Path(__file__).with_name("assets")
# Streamlit runs a text; what it runs is the module that our own address serves.
LOADER = """
const module = import(new URL("{address}", document.baseURI));
export default function (component) {{
  let stop = null;
  let gone = false;
  module.then(({{ default: show }}) => {{
    if (!gone) stop = show(component);
  }});
  return () => {{
    gone = true;
    stop?.();
  }};
}}
"""


def assets_address(path: str) -> str:
    """Where a file of assets/ is served: at another address as soon as any of them has changed."""
    return f"assets/{_version()}/{path}"


@cache
def _version() -> str:
    files = sorted(path for path in ASSETS.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


@st.cache_resource(show_spinner=False)
def component(name: str, html: str) -> Callable[..., Any]:
    """The browser's side of a part, registered once per process.

    `assets/NAME/main.js` exports a default function that is called with each new state of the part,
    as a component of Streamlit is; `style.css` beside it is the part's alone.
    """
    style = (ASSETS / name / "style.css").read_text("utf-8")
    return st.components.v2.component(
        f"radseek_{name}",
        html=f"{html}\n",
        css=style,
        js=LOADER.format(address=assets_address(f"{name}/main.js")),
    )
