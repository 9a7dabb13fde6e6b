"""The page Explore."""

from collections.abc import Callable, Mapping

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.explore_page.address import Part, current_explored
from ui.explore_page.map_part import map_part
from ui.language import N_, _
from ui.parts.notices import nothing_indexed, problem
from ui.shared import shared_archive

PARTS: Mapping[Part, str] = {Part.MAP: N_("Map")}
DRAWN: Mapping[Part, Callable[[Archive, Snapshot], None]] = {Part.MAP: map_part}
CHOICE = "explore-show"


def main() -> None:
    """Draw it for the collection that is served, or say why there is none."""
    archive = shared_archive()
    try:
        draw(archive, archive.reader().snapshot())
    except UnknownName as error:
        nothing_indexed(str(error))
    except RadseekError as error:
        problem(str(error))


def draw(archive: Archive, snapshot: Snapshot) -> None:
    """The part that the address names. Raises RadseekError."""
    if not len(snapshot.ids):
        nothing_indexed(_("The collection holds no pictures. Fill it with `radseek index PATH`."))
        return
    explored = current_explored()
    DRAWN[explored.show](archive, snapshot)
