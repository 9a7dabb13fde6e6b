"""The root command: global options, the commands by name, and how errors end."""

import logging
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from core.errors import RadseekError
from radseek import __version__
from radseek.cli import (
    adapting,
    cohorts,
    collections,
    compacting,
    describing,
    embedding,
    encoders,
    evaluating,
    explaining,
    exporting,
    facets,
    indexing,
    labelling,
    mapping,
    page,
    reindexing,
    removing,
    rendering,
    reports,
    samples,
    searching,
    training,
    understanding,
    upkeep,
    watching,
)
from radseek.cli.options import CollectionOption, HomeOption, WhereItLives
from radseek.cli.output import HarmlessFormatter, say

app = typer.Typer(
    name="radseek",
    help="Search a radiology archive by words or by image. Not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"radseek {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what is done to stderr.")
    ] = False,
    version: Annotated[  # noqa: ARG001  (its callback prints and ends)
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Search a radiology archive by words or by image. Not a medical device."""
    log_format = "%(asctime)s %(levelname)s %(name)s %(message)s"
    handler = logging.StreamHandler()
    handler.setFormatter(HarmlessFormatter(log_format))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    ctx.obj = WhereItLives(home, collection)


app.command("index")(indexing.index)
app.command("retry")(indexing.retry)
app.command("remove")(removing.remove)
app.command("watch")(watching.watch)
app.command("reports")(reports.reports)
app.command("reindex")(reindexing.reindex)
app.command("search")(searching.search)
app.command("similar")(searching.similar)
app.command("understand")(understanding.understand)
app.command("facets")(facets.facets)
app.command("explain")(explaining.explain)
app.command("describe")(describing.describe)
app.command("export")(exporting.export)
app.command("methods")(exporting.methods)
app.command("embed")(embedding.embed)
app.command("classify")(embedding.classify)
app.command("label")(labelling.label)
app.command("labels")(labelling.labels)
app.command("disagreements")(labelling.disagreements)
app.command("map")(mapping.map_)
app.command("evaluate")(evaluating.evaluate)
app.command("adapt")(adapting.adapt)
app.command("adapters")(adapting.adapters)
app.command("status")(collections.status)
app.command("skipped")(collections.skipped)
app.command("catalogued")(collections.catalogued)
app.command("duplicates")(collections.duplicates)
app.command("series")(collections.series)
app.command("verify")(upkeep.verify)
app.command("rebuild")(upkeep.rebuild)
app.command("backup")(upkeep.backup)
app.command("compact")(compacting.compact)
app.command("render")(rendering.render)
app.command("collections")(collections.list_all)
app.add_typer(encoders.app, name="encoders")
app.add_typer(training.app, name="train")
app.command("sample")(samples.sample)
app.add_typer(cohorts.app, name="cohort")
app.command("ui")(page.ui)


def main() -> None:
    """Run the command line; an error that a person can act on is one line and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a path need not be valid UTF-8
    try:
        app()
    except RadseekError as error:
        say(f"radseek: {error}")
        sys.exit(1)
