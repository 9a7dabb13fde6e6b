"""`radseek adapt` and `adapters`."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.comparing import compared_json, put_compared
from radseek.cli.option_groups import grouped
from radseek.cli.options import (
    HomeOption,
    JsonOption,
    PlaceOptions,
    plain_option,
    settings_of,
)
from radseek.cli.output import put, put_json, say
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from radseek.adapting import Adapted
    from radseek.evaluating import Asked
    from radseek.liking import Liked

TAG, LABELS, BOARD = "tag:", "labels:", "board:"


@grouped
def adapt(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the adapter.")],
    place: PlaceOptions,
    sources: Annotated[
        list[str],
        plain_option(
            "--from",
            "What is alike: tag:modality,body_part, labels:FILE.csv, or board:NAME of pictures "
            "that you liked (repeat for several).",
        ),
    ],
    unlike: Annotated[
        list[str] | None,
        plain_option("--unlike", "With boards: board:NAME of pictures that you did not like."),
    ] = None,
    split: Annotated[
        str | None, plain_option("--split", "With labels: only lines of the CSV with this split.")
    ] = None,
    texts: Annotated[
        str | None,
        plain_option("--texts", "File of labels and how they are asked for (else by their names)."),
    ] = None,
    no_texts: Annotated[
        bool, typer.Option("--no-texts", help="Fit and measure pictures alone.")
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Of the patients that are drawn, and of the fit.")
    ] = 0,
    as_json: JsonOption = False,
) -> None:
    """Fit an adapter of the collection's encoder to what is known of its pictures, in seconds.

    No picture is read: what is fitted is a matrix behind the encoder, for pictures and texts alike.
    It is fitted on three fifths of the patients, chosen by one fifth, and measured on the last one.
    """
    from evaluation.answers import Plan
    from evaluation.bootstrap import Resampling
    from radseek.adapting import adapt
    from radseek.archive import open_archive

    source = _source(sources, unlike or [], split, texts, not no_texts)
    settings = settings_of(
        ctx, place.home, place.collection, weights=place.weights, device=place.device
    )
    say(f"radseek: fitting the adapter {name!r} on {settings.collection!r}")
    with open_archive(settings) as archive:
        made = adapt(archive, name, source, Plan(resampling=Resampling(seed=seed)))
    if as_json:
        put_json(_json(made))
    else:
        _put(name, made)


def adapters(ctx: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the adapters in the home, each with its encoder."""
    from encoders.adapters import adapter_names, read_adapter

    settings = settings_of(ctx, home, None)
    found = [read_adapter(settings.home, name) for name in adapter_names(settings.home)]
    if as_json:
        put_json([{"name": each.name, "encoder": asdict(each.base)} for each in found])
        return
    for each in found:
        put(f"{each.name:<24} {each.base.name} {each.base.version}")


def _source(
    sources: Sequence[str],
    unlike: Sequence[str],
    split: str | None,
    texts: str | None,
    with_texts: bool,
) -> "Asked | Liked":
    """What the adapter is fitted on. Raises InvalidRequest for what cannot be read."""
    from radseek.liking import Liked

    if all(source.startswith(BOARD) for source in (*sources, *unlike)):
        if split is not None or texts is not None:
            raise InvalidRequest("Boards have no --split and no --texts. Leave them out.")
        boards, others = ([s.removeprefix(BOARD) for s in some] for some in (sources, unlike))
        return Liked(tuple(boards), tuple(others))
    if unlike or len(sources) > 1:
        raise InvalidRequest("Name one tag: or labels:, or boards alone, in --from.")
    return _known(sources[0], split, texts, with_texts)


def _known(source: str, split: str | None, texts: str | None, with_texts: bool) -> "Asked":
    from evaluation.truth_csv import read_entries
    from radseek.evaluating import Asked
    from search.labels.reading import read_texts

    spoken = None if texts is None else read_texts(texts)
    if source.startswith(TAG):
        by = [name.strip() for name in source.removeprefix(TAG).split(",") if name.strip()]
        return Asked(by=by, texts=spoken, with_texts=with_texts)
    if source.startswith(LABELS):
        entries = read_entries(Path(source.removeprefix(LABELS)), location_of)
        return Asked(truth=entries, split=split, texts=spoken, with_texts=with_texts)
    raise InvalidRequest(
        f"Cannot fit from {source!r}. Write tag:FIELD, labels:FILE.csv or board:NAME."
    )


def _json(made: "Adapted") -> dict[str, Any]:
    return {
        "file": str(made.path),
        "card": asdict(made.card),
        "fitted_patients": made.fitted_patients,
        "measured_patients": made.compared.patients,
        **compared_json(made.compared),
    }


def _put(name: str, made: "Adapted") -> None:
    patients = counted(made.compared.patients, "patient")
    put(f"measured on {patients} that it was not fitted on")
    put_compared(made.compared, 10)
    say(f"radseek: kept as {made.path}")
    say(f"radseek: search with it: radseek search TEXT --adapter {name}")
