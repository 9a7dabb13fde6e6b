"""Serve the page: `python -m ui`, with everything taken from the settings."""

import os
import sys

from radseek.settings import load_settings
from ui.launch import command


def main() -> None:
    """Replace this process by the server, so that signals reach it directly."""
    settings = load_settings()
    arguments = command(settings.host, settings.port)
    os.execv(sys.executable, arguments)  # noqa: S606  (no shell wanted: the arguments are ours)


if __name__ == "__main__":
    main()
