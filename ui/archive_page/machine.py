"""What the collection and this server take of the machine."""

import os
from pathlib import Path
from shutil import disk_usage
from typing import Final

from radseek.settings import Settings
from storage.layout import layout_of
from ui.archive_page.tables import Rows, size
from ui.language import N_, _

PARTS: Final = {
    "catalog": N_("Catalog"),
    "embeddings": N_("Embeddings"),
    "index": N_("Index"),
    "thumbnails": N_("Thumbnails"),
}
PAGES_OF_PROCESS: Final = Path("/proc/self/statm")  # proc(5)


def disk(settings: Settings) -> Rows:
    """The bytes of each part of the served edition, and what is free. Raises StorageError."""
    layout = layout_of(settings.home, settings.collection)
    parts = [(_(PARTS[name]), size(count)) for name, count in layout.bytes_by_part().items()]
    return [*parts, (_("Free on that disk"), size(disk_usage(layout.root).free))]


def memory() -> Rows:
    """What this server takes; nothing where the system does not say."""
    try:
        _all, resident, *_rest = PAGES_OF_PROCESS.read_text().split()
    except FileNotFoundError:
        return []
    return [(_("This server"), size(int(resident) * os.sysconf("SC_PAGE_SIZE")))]
