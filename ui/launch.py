"""How the page's server is started: every Streamlit option that radseek depends on."""

import sys
from pathlib import Path

SERVER = Path(__file__).with_name("server.py")
BACKGROUND = "#0b0c0e"
MAX_UPLOAD_MB = 200

OPTIONS: dict[str, str] = {
    "server.headless": "true",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": str(MAX_UPLOAD_MB),
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": "true",  # it looks up its address on a server outside
    "runner.magicEnabled": "false",
    "theme.base": "dark",
    "theme.backgroundColor": BACKGROUND,
    "theme.secondaryBackgroundColor": "#15171b",
    "theme.textColor": "#c9ccd1",
    "theme.primaryColor": "#6f9fc4",
    "theme.borderColor": "#2a2e35",
    "theme.baseRadius": "4px",
    "theme.baseFontSize": "14",
    "theme.paddingTop": "0.75rem",
    "theme.paddingBottom": "3rem",
}


def command(host: str, port: int) -> list[str]:
    """The command line that serves the page at this address."""
    options = {"server.address": host, "server.port": str(port)} | OPTIONS
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(SERVER), *flags]
