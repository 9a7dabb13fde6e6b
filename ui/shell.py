"""The HTML that the page starts from: in its theme and language from its first frame."""

import re
from functools import cache
from pathlib import Path

import streamlit

from ui.theme import COOKIE, TOKENS

# What Streamlit says to programs and where scripts are off.
NOT_OURS = re.compile(r"<noscript>.*?</noscript>|<link rel=\"service-desc\"[^>]*>", re.DOTALL)
SHELL = Path(streamlit.__file__).parent / "static" / "index.html"
# Before anything is drawn the page takes the theme that its person chose. Streamlit follows the
# system's colours, so it is told the choice in their place, at the start and when it changes.
# An answer of 401 says that the login has ended: the page is asked for anew, and leads there. But
# who is just leaving the page, as by logging out, is not called back.
SCRIPT = """
{
  // Every page lies beside the others: without this, one other than the first asks beneath itself.
  window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href };
  const root = document.documentElement;
  const QUERY = "(prefers-color-scheme: dark)";
  const ask = window.matchMedia.bind(window);
  const chosen = Object.assign(new EventTarget(), { media: QUERY, onchange: null });
  Object.defineProperty(chosen, "matches", { get: () => root.dataset.theme !== "light" });
  window.matchMedia = (query) => (query === QUERY ? chosen : ask(query));
  const show = (theme) => {
    root.dataset.theme = theme;
    chosen.dispatchEvent(new Event("change"));
  };
  show(document.cookie.includes("COOKIE=light") ? "light" : "dark");
  const ON_THE_WAY = 10000; // milliseconds that leaving takes at most; a download only seems to
  let left = -Infinity;
  addEventListener("beforeunload", () => (left = performance.now()));
  new PerformanceObserver((list) => {
    const isOver = list.getEntries().some((entry) => entry.responseStatus === 401);
    if (isOver && performance.now() - left > ON_THE_WAY) location.reload();
  }).observe({ type: "resource" });
  document.addEventListener("radseek:theme", (event) => {
    document.cookie = `COOKIE=${event.detail}; path=/; max-age=31536000; samesite=lax`;
    show(event.detail);
  });
}
""".replace("COOKIE", COOKIE)
GROUND = "html, body, .stApp { background: var(--rs-ground) !important; }"


@cache
def shell() -> str:
    """Streamlit's own page with our name and colours."""
    html = SHELL.read_text("utf-8").replace("<title>Streamlit<", "<title>radseek<", 1)
    head = f"<style>\n{TOKENS.read_text()}{GROUND}\n</style>\n<script>{SCRIPT}</script>\n"
    html = NOT_OURS.sub("", html)
    return html.replace("<script>", f"{head}<script>", 1)


def shell_in(language: str) -> str:
    """The same with the language that its texts will be in, which screen readers go by."""
    return shell().replace('<html lang="en"', f'<html lang="{language}"', 1)
