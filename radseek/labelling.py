"""Zero-shot labels of a collection: made, brought up to date, taken away."""

from collections.abc import Callable

from core.errors import InvalidRequest
from radseek.archive import Archive
from radseek.upkeep import writer_of
from search.labels.labelling import Labelled, label_pictures, spelt_out
from storage.label_sets import LabelSet


def label_collection(
    archive: Archive,
    asked: LabelSet | None,
    again: bool,
    show: Callable[[Labelled], None],
    stopped: Callable[[], bool],
) -> list[Labelled]:
    """Label all pictures that a set lacks; without a set, those that any kept set lacks.

    With `again` the set is made anew. Raises UnknownName without a collection, InvalidRequest when
    another set has its name, CollectionLocked, CardMismatch, WeightsMissing, StorageError.
    """
    with writer_of(archive.settings) as writer:
        reader = archive.reader()
        encoder = archive.encoder_of(reader.card)
        if not encoder.reads_texts:
            raise InvalidRequest(
                f"{reader.card.name} knows pictures alone, so labels cannot be asked for by their "
                "names. Take an encoder that reads: `radseek reindex --encoder NAME`."
            )
        sets = [kept.asked for kept in reader.snapshot().label_sets()]
        wanted = sets if asked is None else [spelt_out(asked, reader.card)]
        _check(wanted, again and asked is None)
        if again and wanted[0].name in {each.name for each in sets}:
            writer.drop_labels(wanted[0].name)
        kept = [writer.begin_labels(each) for each in wanted]
        return [
            label_pictures(writer, reader.snapshot(), each, encoder, show, stopped) for each in kept
        ]


def drop_labels(archive: Archive, name: str) -> None:
    """Forget a set of labels. Raises UnknownName, CollectionLocked, StorageError."""
    with writer_of(archive.settings) as writer:
        writer.drop_labels(name)


def _check(wanted: list[LabelSet], is_all_again: bool) -> None:
    if not wanted or is_all_again:
        raise InvalidRequest(
            "Say which labels to ask for: --labels FILE, or --labels builtin:anatomy."
        )
