"""`radseek encoders` and `radseek encoders pull`."""

from pathlib import Path
from typing import Annotated

import typer

from radseek.cli.options import JsonOption
from radseek.cli.output import put, put_json

app = typer.Typer(help="The encoders that radseek knows, and their weights.")


@app.callback(invoke_without_command=True)
def encoders(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the encoders, and whether their weights are on this machine."""
    if ctx.invoked_subcommand is not None:
        return
    from encoders.families.folder import origin_of
    from encoders.registry import ENCODERS
    from encoders.weights import pulled_folders, status

    rows = [
        {
            "name": name,
            "ready": not status(name).missing,
            "folder": str(status(name).folder),
            "summary": row.summary,
            "licence": row.licence,
        }
        for name, row in ENCODERS.items()
    ]
    rows += [
        {
            "name": origin.name or folder.name,
            "ready": True,
            "folder": str(folder),
            "summary": f"of the hub, revision {origin.revision[:12]}",
            "licence": origin.licence,
        }
        for folder in pulled_folders()
        for origin in [origin_of(folder)]
    ]
    if as_json:
        put_json(rows)
        return
    for row in rows:
        put(f"{row['name']:<16} {'ready' if row['ready'] else 'no weights':<11} {row['summary']}")


@app.command()
def convert(
    folder: Annotated[Path, typer.Argument(help="Folder of open_clip.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write.")],
) -> None:
    """Make a model of open_clip, such as BiomedCLIP, into a folder that --encoder takes."""
    from encoders.registry import convert_folder

    put(str(convert_folder(folder, out)))


@app.command()
def pull(
    name: Annotated[
        str, typer.Argument(help="medimageinsight, or a model of the hub as OWNER/NAME.")
    ],
    to: Annotated[
        Path | None, typer.Option("--to", help="Folder to put the files in.", show_default=False)
    ] = None,
    revision: Annotated[
        str, typer.Option("--revision", help="Branch or commit of a model of the hub.")
    ] = "main",
) -> None:
    """Download an encoder's published files; a broken download continues where it stopped."""
    from encoders.hub import pull_model
    from encoders.names import HUB_NAME
    from encoders.weights import pull as pull_registered
    from radseek.cli.progress import download_bar

    with download_bar() as show:
        if HUB_NAME.fullmatch(name):
            folder = pull_model(name, to, revision, progress=show)
        else:
            folder = pull_registered(name, to, progress=show)
    put(str(folder))
