"""The index folder: build a generation from the shards, open the newest one, doubt what is odd."""

import logging
from pathlib import Path

import numpy as np

from core.types import EncoderCard, Ids
from storage.catalog import Catalog, Span, State
from storage.durable import publish
from storage.faiss_index import FaissIndex, faiss_version, write_faiss_index
from storage.manifest import (
    Manifest,
    file_sha256,
    index_file_name,
    is_whole,
    manifest_path,
    read_manifest,
    write_manifest,
)
from storage.shards import to_unit
from storage.stamps import stamp_of
from storage.stored import stored_rows

log = logging.getLogger(__name__)

MOST_LAG_ROWS, MOST_LAG_SHARE = 20_000, 0.05
NO_IDS: Ids = np.empty(0, dtype=np.int64)


def open_index(folder: Path, card: EncoderCard, state: State) -> FaissIndex | None:
    """Open the newest generation; None (logged) when it is damaged or was not made from this state.

    A reader then searches the shards exactly.
    """
    manifest, stamp = read_manifest(folder), stamp_of(manifest_path(folder))
    if manifest is None or manifest.rows == 0:
        return None
    try:
        if belongs(manifest, card, state) and is_whole(folder, manifest):
            return FaissIndex(folder / manifest.file_name)
    except (OSError, RuntimeError):  # FAISS's word for a file that is not there
        log.debug("index cannot be opened folder=%s", folder, exc_info=True)
    if stamp_of(manifest_path(folder)) != stamp:  # the writer took it away for a newer one
        return open_index(folder, card, state)
    log.warning("index is damaged or foreign, searching without it folder=%s", folder)
    return None


def serves(folder: Path, card: EncoderCard, catalog: Catalog) -> bool:
    """Say whether the newest generation is whole, and not too far from what lives now."""
    manifest, state = read_manifest(folder), catalog.state()
    if manifest is None or not belongs(manifest, card, state) or not is_whole(folder, manifest):
        return False
    covered = FaissIndex(folder / manifest.file_name).ids if manifest.rows else NO_IDS
    living = catalog.rows(Span(0, state.next_id, state.sequence)).ids
    return has_no_gap(covered, living) and _lag(covered, living) <= most_lag(len(living))


def has_no_gap(covered: Ids, living: Ids) -> bool:
    """Say whether an index has all living rows up to its last one."""
    older = living[living <= covered[-1]] if len(covered) else NO_IDS
    return bool(np.isin(older, covered, assume_unique=True).all())


def most_lag(rows: int) -> int:
    """How many rows may have come or ended before the index of so many is made anew."""
    return max(MOST_LAG_ROWS, int(MOST_LAG_SHARE * rows))


def rebuild(folder: Path, card: EncoderCard, catalog: Catalog, shards: Path) -> None:
    """Make the next generation from the shards and publish it; older ones go.

    Raises CollectionCorrupt when a row is not what was committed.
    """
    previous, state = read_manifest(folder), catalog.state()
    generation = 1 if previous is None else previous.generation + 1
    draft, final = folder / "index.draft", folder / index_file_name(generation)
    with catalog.reading() as connection:
        blocks = stored_rows(connection, shards, card.dim, catalog.shards())
        parts = ((block.ids, to_unit(block.rows)) for block in blocks)
        rows = write_faiss_index(draft, card.dim, parts)
    sha256 = file_sha256(draft)
    publish(draft, final)
    manifest = Manifest(
        generation=generation,
        kind="flat",
        sequence=state.sequence,
        rows=rows,
        dim=card.dim,
        parameters={},
        recall=1.0,
        sha256=sha256,
        weights_sha256=card.weights_sha256,
        faiss_version=faiss_version(),
    )
    write_manifest(folder, manifest)
    _remove_others(folder, final)


def discard_newer(folder: Path, state: State) -> None:
    """Remove an index of a later state than the catalog's, as a restored backup leaves behind.

    Its ids would come to name other pictures.
    """
    manifest = read_manifest(folder)
    if manifest is not None and manifest.sequence > state.sequence:
        log.warning("index is newer than its catalog and removed folder=%s", folder)
        manifest_path(folder).unlink()


def belongs(manifest: Manifest, card: EncoderCard, state: State) -> bool:
    """Say whether an index was made by this encoder, of this state or an earlier one."""
    made_for = (manifest.kind, manifest.dim, manifest.weights_sha256)
    return made_for == ("flat", card.dim, card.weights_sha256) and (
        manifest.sequence <= state.sequence
    )


def _lag(covered: Ids, living: Ids) -> int:
    """How many rows only one of them has."""
    both = np.count_nonzero(np.isin(living, covered, assume_unique=True))
    return len(living) + len(covered) - 2 * int(both)


def _remove_others(folder: Path, newest: Path) -> None:
    """Remove the older generations; those who have one open keep it until they close it."""
    for path in folder.glob("*.faiss"):
        if path != newest:
            path.unlink()
