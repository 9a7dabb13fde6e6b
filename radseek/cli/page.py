"""`radseek ui`."""

import json
import os
import sys
from typing import Annotated

import typer

from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    HomeOption,
    WeightsOption,
    settings_of,
)


def ui(
    ctx: typer.Context,
    port: Annotated[
        int | None, typer.Option("--port", help="Port (else 8501).", show_default=False)
    ] = None,
    host: Annotated[
        str | None,
        typer.Option("--host", help="Address to listen on (else 127.0.0.1).", show_default=False),
    ] = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Open the search page. It listens on this machine only, unless told otherwise."""
    settings = settings_of(
        ctx, home, collection, port=port, host=host, weights=weights, device=device
    )
    # The login holds secrets, and the page finds it where this command did.
    chosen = settings.model_dump(mode="json", exclude_none=True, exclude={"login"})
    environment = {f"RADSEEK_{name.upper()}": _as_text(value) for name, value in chosen.items()}
    # The page is another process, so that the command line never imports its room. With -P a
    # folder called `ui` where the person stands is not taken for ours.
    os.execve(sys.executable, [sys.executable, "-P", "-m", "ui"], os.environ | environment)  # noqa: S606


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
