"""The HTML that the page starts from: dark from its first frame, where Streamlit's is white."""

from pathlib import Path

import streamlit

from ui.launch import BACKGROUND

SHELL = Path(streamlit.__file__).parent / "static" / "index.html"
HEAD = f"""<meta name="color-scheme" content="dark">
<style>html, body, .stApp {{ background: {BACKGROUND} !important; }}</style>
"""


def dark_shell() -> str:
    """Streamlit's own page with our name and background."""
    html = SHELL.read_text("utf-8").replace("<title>Streamlit<", "<title>radseek<", 1)
    return html.replace("</head>", f"{HEAD}</head>", 1)
