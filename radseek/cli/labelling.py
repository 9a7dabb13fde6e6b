"""`radseek label`, `labels` and `disagreements`."""

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.indexing import stop_on_interrupt
from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    HomeOption,
    JsonOption,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import harmless, place_json, put, put_json, say

if TYPE_CHECKING:
    from core.types import Record
    from search.labels.counting import Counted
    from search.labels.disagreements import Comparison, Judgement
    from search.labels.labelling import Labelled

ZERO_SHOT = (
    "These are guesses of a model that never saw a label; a probability is a share among the "
    "labels of the set, not a chance of being right."
)
SHOWN = 20
COLUMNS = (
    "tag", "id", "pictures", "stated", "said", "seen", "probability", "path", "member", "frame",
    "study_uid", "series_uid",
)  # fmt: skip


def label(
    ctx: typer.Context,
    labels: Annotated[
        str | None,
        typer.Option(
            "--labels",
            help="TOML, CSV or plain list of labels, or builtin:anatomy (else all kept sets).",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Of the set (else as the file says).", show_default=False),
    ] = None,
    multilabel: Annotated[
        bool, typer.Option("--multilabel", help="Each label by itself (sigmoid).")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Make the set anew.")] = False,
    delete: Annotated[
        str | None, typer.Option("--delete", help="Forget this set.", show_default=False)
    ] = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Label all pictures of the collection by its encoder, from the embeddings that are there.

    Run it again after indexing: only pictures without a label are labelled. Exit code 0: all are
    labelled. 1: failure. 130: stopped; run it again to go on.
    """
    from indexer.report import ExitCode
    from radseek.archive import open_archive
    from radseek.labelling import drop_labels, label_collection
    from search.labels.reading import read_labels

    if delete is not None and labels is not None:
        raise InvalidRequest("Name either --labels or --delete.")
    asked = None if labels is None else read_labels(labels, name, multilabel)
    settings = settings_of(ctx, home, collection, weights=weights, device=device)
    with open_archive(settings) as archive, stop_on_interrupt() as stop:
        if delete is not None:
            drop_labels(archive, delete)
            _put_deleted(delete, as_json)
            return
        done = label_collection(archive, asked, again, _show, stop.is_set)
    _put_labelled(done, as_json)
    if any(each.labelled < each.pictures for each in done):
        raise typer.Exit(ExitCode.INTERRUPTED)


def labels(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the sets of labels, and how many pictures have each label."""
    from radseek.archive import open_archive
    from search.labels.counting import count

    with open_archive(settings_of(ctx, home, collection)) as archive:
        snapshot = archive.reader().snapshot()
        found = [count(snapshot, kept) for kept in snapshot.label_sets()]
    if as_json:
        put_json([_set_json(each, len(snapshot.ids)) for each in found])
        return
    for each in found:
        _put_set(each, len(snapshot.ids))
    say(ZERO_SHOT if found else "radseek: no set of labels yet; see radseek label --help")


def disagreements(
    ctx: typer.Context,
    labels: Annotated[str, typer.Option("--set", help="Set of labels.")] = "anatomy",
    tag: Annotated[str, typer.Option("--tag", help="Tag that is compared.")] = "body_part",
    group: Annotated[
        str | None,
        typer.Option(
            "--group", help="Group of the set (else the one called as the tag).", show_default=False
        ),
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Every picture by itself, not each series.")
    ] = False,
    most: Annotated[
        int, typer.Option("--most", min=0, help="Lines to print of each kind; 0: all.")
    ] = SHOWN,
    out: Annotated[
        Path | None,
        typer.Option("--csv", help="Write all of them to this file.", show_default=False),
    ] = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """List where a tag says one thing and the pixels another, surest first.

    Where the tag is not stated, what the pixels say is listed as a proposal.
    """
    from radseek.archive import open_archive
    from search.labels.disagreements import compare

    with open_archive(settings_of(ctx, home, collection)) as archive:
        snapshot = archive.reader().snapshot()
        compared = compare(snapshot, tag, labels, group, by_series=not pictures)
        is_whole = as_json or out is not None or not most
        judged = (compared.disagreeing, compared.proposed)
        listed = [each for some in judged for each in (some if is_whole else some[:most])]
        ids = [each.picture_id for each in listed]
        records = dict(zip(ids, snapshot.describe(ids), strict=True))
    if out is not None:
        _write_csv(out, tag, listed, records)
    if as_json:
        put_json(_comparison_json(tag, compared, records))
    else:
        _put_comparison(tag, compared, records, most or len(listed))


def _show(done: "Labelled") -> None:
    say(f"radseek: {done.name}: {done.labelled} of {counted(done.pictures, 'picture')} labelled")


def _put_deleted(name: str, as_json: bool) -> None:
    if as_json:
        put_json({"deleted": name})
    else:
        put(f"The labels {name!r} are forgotten.")


def _put_labelled(done: "Sequence[Labelled]", as_json: bool) -> None:
    if as_json:
        put_json({"sets": [asdict(each) for each in done]})
        return
    for each in done:
        pictures = counted(each.pictures, "picture")
        put(f"{each.name}: {each.labelled} of {pictures} labelled, {each.new} new")
    say(ZERO_SHOT)


def _set_json(found: "Counted", total: int) -> dict[str, Any]:
    asked = found.kept.asked
    labels = zip(asked.labels, found.pictures, strict=True)
    return {
        "name": asked.name,
        "multilabel": asked.multilabel,
        "made_at": found.kept.made_at.isoformat(),
        "labelled": found.labelled,
        "pictures": total,
        "labels": [asdict(each) | {"pictures": pictures} for each, pictures in labels],
    }


def _put_set(found: "Counted", total: int) -> None:
    asked = found.kept.asked
    how = "each label by itself" if asked.multilabel else "one label of each group"
    put(f"{asked.name}: {found.labelled} of {counted(total, 'picture')}, {how}")
    for each, pictures in zip(asked.labels, found.pictures, strict=True):
        put(f"{pictures:>9}  {each.group + ' ' if each.group else ''}{each.name}")


def _put_comparison(
    tag: str, compared: "Comparison", records: "dict[int, Record]", most: int
) -> None:
    put(
        f"{len(compared.disagreeing)} disagree, {compared.agreeing} agree, "
        f"{len(compared.proposed)} do not state {tag}"
    )
    for (said, seen), number in compared.pairs():
        put(f"{number:>6}  {tag} says {said}, pixels say {seen}")
    for heading, judged in (("Surest:", compared.disagreeing), ("Proposed:", compared.proposed)):
        if judged and most:
            put(heading)
        for each in judged[:most]:
            put(_line(each, records[each.picture_id]))
    if compared.unknown:
        values = ", ".join(f"{value} ({number})" for value, number in compared.unknown.items())
        say(f"radseek: no label of the set means these values of {tag}: {values}")
    if compared.unlabelled:
        unlabelled = counted(compared.unlabelled, "picture")
        say(f"radseek: not labelled yet: {unlabelled}; run radseek label")
    say(ZERO_SHOT)


def _line(each: "Judgement", record: "Record") -> str:
    stated = each.stated or "-"
    together = f" ({each.pictures} pictures)" if each.pictures > 1 else ""
    place = f"#{each.picture_id:<7} {record.location}{together}"
    return f"{each.probability:6.3f}  {stated:<16} {each.seen:<12} {place}"


def _comparison_json(
    tag: str, compared: "Comparison", records: "dict[int, Record]"
) -> dict[str, Any]:
    return {
        "tag": tag,
        "agreeing": compared.agreeing,
        "unlabelled": compared.unlabelled,
        "unknown": dict(compared.unknown),
        "pairs": [
            {"said": said, "seen": seen, "number": number}
            for (said, seen), number in compared.pairs()
        ],
        "disagreeing": [_row(each, records) for each in compared.disagreeing],
        "proposed": [_row(each, records) for each in compared.proposed],
    }


def _row(each: "Judgement", records: "dict[int, Record]") -> dict[str, Any]:
    record = records[each.picture_id]
    return {
        "id": each.picture_id,
        "pictures": each.pictures,
        "stated": each.stated,
        "said": each.said,
        "seen": each.seen,
        "probability": round(each.probability, 4),
        **place_json(record.location),
        "frame": record.frame,
        "study_uid": record.tags.study_uid,
        "series_uid": record.tags.series_uid,
    }


def _write_csv(
    out: Path, tag: str, listed: "Sequence[Judgement]", records: "dict[int, Record]"
) -> None:
    rows = [{"tag": tag, **_row(each, records)} for each in listed]
    try:
        with out.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    except OSError as error:
        raise InvalidRequest(f"Cannot write {out}: {error.strerror}.") from error
    say(f"radseek: wrote {counted(len(rows), 'line')} to {out}")


def _cell(value: object) -> object:
    """What a spreadsheet shows as it is: names come from anybody, and none is a formula."""
    if not isinstance(value, str):
        return value
    return "'" + harmless(value) if value[:1] in {"=", "+", "-", "@"} else harmless(value)
