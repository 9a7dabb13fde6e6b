"""Serve the page: `python -m ui`, with everything taken from the settings."""

import os
import sys

from core.errors import RadseekError
from radseek.exposure import check_exposure
from radseek.settings import load_settings
from ui.launch import ENVIRONMENT, command


def main() -> None:
    """Replace this process by the server, so that signals reach it directly."""
    try:
        settings = load_settings()
        check_exposure(settings)
    except RadseekError as error:
        sys.exit(f"radseek: {error}")
    arguments = command(settings.host, settings.port)
    environment = ENVIRONMENT | os.environ
    os.execve(sys.executable, arguments, environment)  # noqa: S606  (no shell: they are ours)


if __name__ == "__main__":
    main()
