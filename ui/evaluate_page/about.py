"""What an evaluation is of, what speaks against it, and what the index loses."""

from collections.abc import Iterator

import streamlit as st

from evaluation.evaluating import Evaluation
from evaluation.index_recall import IndexRecall, Kind
from radseek.past_evaluations import Past
from storage.reader import CollectionReader
from ui.archive_page.tables import Rows, table
from ui.evaluate_page.choosing import Choice
from ui.language import N_, _, number, plural
from ui.parts.plain import in_html

ASKED_WITH = {Kind.IMAGE: N_("Asked with pictures"), Kind.TEXT: N_("Asked with words")}


def about(choice: Choice, reader: CollectionReader) -> None:
    """Draw it. Raises StorageError."""
    found = list(remarks(choice, reader))
    if found:
        lines = "".join(f"<p>{in_html(line)}</p>" for line in found)
        st.html(f'<div class="rs-alarm" role="note">{lines}</div>')


def tables(choice: Choice) -> None:
    """What it was measured on, and what the index loses."""
    with st.container(horizontal=True, key="evaluate-tables"):
        table(_("Measured on"), measured_on(choice.past))
        table(_("What the index loses"), losses(choice.past.evaluation))
        table(_("Labels"), sizes(choice.past.evaluation))


def remarks(choice: Choice, reader: CollectionReader) -> Iterator[str]:
    """What is to be known before a figure is believed."""
    kept = choice.past.kept
    if not kept.card.shares_space_with(reader.card):
        yield _(
            "This is of another encoder ({name} {version}) than the collection has now."
        ).format(name=kept.card.name, version=kept.card.version)
    elif kept.sequence != reader.snapshot().sequence:
        yield _(
            "The collection has changed since: {now} pictures now, {then} then. Evaluate it again "
            "to know how it does today."
        ).format(
            now=number(len(reader.snapshot().ids)),
            then=number(choice.past.evaluation.collection_pictures),
        )
    yield from choice.past.evaluation.doubts()
    if choice.other is not None:
        yield from _unlike(choice.past.evaluation, choice.other.evaluation)


def measured_on(past: Past) -> Rows:
    """Pictures, patients, and how they asked."""
    found, kept = past.evaluation, past.kept
    near = _("none") if found.plan.near is None else f"{found.plan.near}"
    return (
        (_("Evaluated"), f"{kept.at:%Y-%m-%d %H:%M} UTC"),
        (_("Encoder"), f"{kept.card.name} {kept.card.version}"),
        (_("Labelled pictures"), number(found.pictures)),
        (_("Patients"), number(found.patients)),
        (_("Pictures of the collection"), number(found.collection_pictures)),
        (_("Left out, same pixels"), number(found.copies)),
        (_("Of these, with other labels"), number(found.disputed)),
        (_("Lines of the truth without a picture"), number(found.unmatched)),
        (_("Duplicates left out from a cosine of"), near),
        (
            _("Draws of patients, seed"),
            f"{number(found.plan.resampling.times)}, {found.plan.resampling.seed}",
        ),
    )


def losses(found: Evaluation) -> Rows:
    """Recall of the index against exact search, apart from whether the answers are right."""
    kind = (_("Index"), found.index_kind)
    return [kind, *(_loss(each) for each in found.index)]


def sizes(found: Evaluation) -> Rows:
    """Pictures and patients of each label."""
    return [
        (
            size.label,
            ", ".join(
                (
                    plural("{n} picture", "{n} pictures", size.pictures),
                    plural("{n} patient", "{n} patients", size.patients),
                )
            ),
        )
        for size in found.sizes
    ]


def _loss(each: IndexRecall) -> tuple[str, str]:
    told = _("{recall} of the {k} nearest ({n} queries); {built} of 10 when it was built")
    return _(ASKED_WITH[each.kind]), told.format(
        recall=f"{100 * each.recall:.1f} %",
        k=each.k,
        n=number(each.queries),
        built=f"{100 * each.when_built:.1f} %",
    )


def _unlike(one: Evaluation, other: Evaluation) -> Iterator[str]:
    """What keeps two evaluations from being compared figure by figure."""
    if one.plan.k != other.plan.k:
        yield _("The other one counts the first {k} hits: figures at k do not compare.").format(
            k=other.plan.k
        )
    if one.sizes != other.sizes:
        yield _("The other one has other labelled pictures: a change may be owed to these.")
