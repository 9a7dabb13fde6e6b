"""What the collection was made with, and how it is searched."""

from datetime import datetime

from radseek.reindexing import editions_of
from radseek.settings import Settings
from storage.editions import EditionInfo
from storage.reader import CollectionInfo
from ui.archive_page.tables import Rows
from ui.language import _, number


def made_with(settings: Settings, info: CollectionInfo) -> Rows:
    """Encoder, rendering, index with its measured recall, and editions. Raises StorageError."""
    card, (served, beside) = info.card, editions_of(settings)
    rows = [
        (_("Encoder"), f"{card.name} {card.version}"),
        (_("Its weights"), card.weights_sha256[:12]),
        (_("Its licence"), card.licence),
        (_("Numbers in an embedding"), number(card.dim)),
        (_("Rendering"), info.rendering),
        (_("Slices of each stack"), _slices(info.slices_per_series)),
        (_("Index"), info.index_kind),
        (_("Pictures in it"), number(info.index_rows)),
        (_("Its recall at 10, of images"), f"{info.index_recall:.4f}"),
        (_("Its recall at 10, of words"), f"{info.index_recall_texts:.4f}"),
        (_("That was measured"), _when(info.index_built_at)),
        (_("Batches so far"), number(info.sequence)),
        (_("Changed last"), f"{info.updated_at:%Y-%m-%d %H:%M} UTC"),
        (_("Edition"), number(served.number)),
    ]
    return rows if beside is None else [*rows, (_("Edition beside it"), _told(beside, served))]


def _told(beside: EditionInfo, served: EditionInfo) -> str:
    named = f"{beside.number}: {beside.binding.card.name} {beside.binding.card.version}"
    if beside.is_complete:
        return _("{edition}, complete").format(edition=named)
    done, files = number(beside.files), number(served.files)
    return _("{edition}, {done} of {files} files").format(edition=named, done=done, files=files)


def _when(moment: datetime | None) -> str:
    return _("not stated") if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def _slices(most: int) -> str:
    return _("at most {n}").format(n=number(most)) if most else _("all of them")
