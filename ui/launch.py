"""How the page's server is started: every option and variable that radseek depends on."""

import sys
from pathlib import Path
from typing import Final

from ui.theme import theme_options

SERVER = Path(__file__).with_name("server.py")
MAX_UPLOAD_MB = 200

OPTIONS: dict[str, str] = {
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": str(MAX_UPLOAD_MB),
    "server.enableAgentApi": "false",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": "true",  # it looks up its address on a server outside
    "runner.magicEnabled": "false",
    "runner.postScriptGC": "false",  # all of torch's objects after each run; Python knows when
    "theme.baseRadius": "4px",
    "theme.baseFontSize": "14",
    "theme.paddingTop": "0.75rem",
    "theme.paddingBottom": "3rem",
    "theme.font": "Source Sans, Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, "
    "WenQuanYi Micro Hei, sans-serif",
    **theme_options(),
}
# Threads under torch wait for work asleep, not spinning: sessions and browsers want the cores.
ENVIRONMENT: Final = {"OMP_WAIT_POLICY": "PASSIVE"}


def command(host: str, port: int) -> list[str]:
    """The command line that serves the page at this address."""
    options = {"server.address": host, "server.port": str(port)} | OPTIONS
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(SERVER), *flags]
