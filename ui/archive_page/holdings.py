"""What the collection holds, in numbers."""

import numpy as np

from search.facets import facet
from storage.keys import Key
from storage.reader import CollectionInfo, CollectionReader
from storage.snapshot import Snapshot
from ui.archive_page.tables import Rows
from ui.language import _, number, plural


def holdings(info: CollectionInfo, snapshot: Snapshot) -> Rows:
    """Pictures, what they are of, and files by what became of them."""
    rows = (
        (_("Pictures"), info.pictures),
        (_("Series with pictures"), _different(snapshot, Key.SERIES)),
        (_("Studies with pictures"), _different(snapshot, Key.STUDY)),
        (_("Files with pictures"), info.files),
        (_("Files without a picture"), info.catalogued),
        (_("Slices that wait for their series"), info.pending),
        (_("Files that could not be read"), info.skipped),
        (_("Copies"), info.copies),
        (_("Identifiers that different images claim"), info.conflicts),
        (_("Texts of reports"), info.reports),
    )
    return [(name, number(count)) for name, count in rows]


def by_modality(snapshot: Snapshot) -> Rows:
    """Pictures of each modality, the most frequent first."""
    return [(value or _("not stated"), number(n)) for value, n in facet(snapshot, "modality")]


def labels(reader: CollectionReader) -> Rows:
    """Each set of labels: how many labels, on how many pictures, and since when."""
    return [
        (
            kept.asked.name,
            _("{labels} on {pictures}, {when}").format(
                labels=plural("{n} label", "{n} labels", len(kept.asked.labels)),
                pictures=plural("{n} picture", "{n} pictures", n),
                when=f"{kept.made_at:%Y-%m-%d}",
            ),
        )
        for kept, n in reader.labelled()
    ]


def _different(snapshot: Snapshot, key: Key) -> int:
    """How many there are; a file that is no DICOM is one of its own."""
    return len(np.unique(snapshot.keys(key)))
