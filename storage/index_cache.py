"""The index folder: build a generation from the shards, open the newest one, doubt what is odd."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.types import EncoderCard, Ids
from storage.catalog import Catalog, Span, State
from storage.durable import publish
from storage.faiss_runtime import faiss_version
from storage.index_build import Places, build
from storage.index_kinds import IndexKind, kind_for, memory_bytes
from storage.manifest import (
    Manifest,
    file_sha256,
    has_its_size,
    index_file_name,
    is_whole,
    manifest_path,
    read_manifest,
    write_manifest,
)
from storage.shards import ShardMaps
from storage.stamps import stamp_of
from storage.stored import stored_rows
from storage.stored_index import OpenIndex, open_stored

log = logging.getLogger(__name__)

MOST_LAG_ROWS, MOST_LAG_SHARE = 20_000, 0.05
NO_IDS: Ids = np.empty(0, dtype=np.int64)


def open_index(folder: Path, card: EncoderCard, state: State) -> OpenIndex | None:
    """Open the newest generation; None (logged) when it is damaged or was not made from this state.

    Its bytes are not read for this, so that opening takes no longer for a large one: the size, the
    headers, the ids and the lists are looked at. Whoever opens it lets stored rows find themselves.
    """
    manifest, stamp = read_manifest(folder), stamp_of(manifest_path(folder))
    if manifest is None or manifest.rows == 0:
        return None
    try:
        if belongs(manifest, card, state) and has_its_size(folder, manifest):
            return open_stored(folder, manifest)
    except (OSError, RuntimeError, ValueError, KeyError):  # FAISS's and NumPy's words
        log.debug("index cannot be opened folder=%s", folder, exc_info=True)
    if stamp_of(manifest_path(folder)) != stamp:  # the writer took it away for a newer one
        return open_index(folder, card, state)
    log.warning("index is damaged or foreign, searching without it folder=%s", folder)
    return None


def serves(folder: Path, card: EncoderCard, catalog: Catalog, wanted: IndexKind | None) -> bool:
    """Say whether the newest generation is whole, of its kind, and not too far from what lives."""
    manifest, state = read_manifest(folder), catalog.state()
    if manifest is None or not belongs(manifest, card, state) or not is_whole(folder, manifest):
        return False
    living = catalog.rows(Span(0, state.next_id, state.sequence)).ids
    if manifest.kind != _kind(manifest, wanted, len(living), card.dim):
        return False
    covered = open_stored(folder, manifest).index.ids if manifest.rows else NO_IDS
    return has_no_gap(covered, living) and _lag(covered, living) <= most_lag(len(living))


def remember_wish(folder: Path, wanted: IndexKind | None) -> None:
    """Keep for later what kind is wanted, where the index that serves is of that kind already."""
    manifest = read_manifest(folder)
    if manifest is not None and wanted is not None and manifest.wanted != wanted:
        write_manifest(folder, replace(manifest, wanted=wanted.value))


def has_no_gap(covered: Ids, living: Ids) -> bool:
    """Say whether an index has all living rows up to its last one."""
    older = living[living <= covered[-1]] if len(covered) else NO_IDS
    return bool(np.isin(older, covered, assume_unique=True).all())


def most_lag(rows: int) -> int:
    """How many rows may have come or ended before the index of so many is made anew."""
    return max(MOST_LAG_ROWS, int(MOST_LAG_SHARE * rows))


def rebuild(
    folder: Path,
    card: EncoderCard,
    catalog: Catalog,
    shards: Path,
    wanted: IndexKind | None = None,
) -> None:
    """Make the next generation from the shards and publish it; older ones go.

    Its kind is the wanted one, else the one that was wanted of the last. Raises CollectionCorrupt
    when a row is not what was committed.
    """
    previous, state = read_manifest(folder), catalog.state()
    generation = 1 if previous is None else previous.generation + 1
    draft, final = folder / "index.draft", folder / index_file_name(generation)
    table = catalog.rows(Span(0, state.next_id, state.sequence))
    kind = _kind(previous, wanted, len(table.ids), card.dim)
    with catalog.reading() as connection:
        listed = catalog.shards()
        blocks = stored_rows(connection, shards, card.dim, listed)
        maps = ShardMaps(shards, card.dim, listed)
        built = build(draft, kind, Places(table.ids, table.shard, table.slot, maps), blocks)
    size, sha256 = draft.stat().st_size, file_sha256(draft)
    publish(draft, final)
    manifest = Manifest(
        generation=generation,
        kind=kind.value,
        sequence=state.sequence,
        rows=built.rows,
        dim=card.dim,
        parameters=built.parameters,
        recall=built.recall,
        recall_texts=built.recall_texts,
        size=size,
        wanted=_wish(previous, wanted).value,
        sha256=sha256,
        weights_sha256=card.weights_sha256,
        faiss_version=faiss_version(),
        built_at=datetime.now(UTC).isoformat(),
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
    made_for = (manifest.dim, manifest.weights_sha256)
    return (
        made_for == (card.dim, card.weights_sha256)
        and manifest.kind in list(IndexKind)
        and manifest.sequence <= state.sequence
    )


def _kind(manifest: Manifest | None, wanted: IndexKind | None, rows: int, dim: int) -> IndexKind:
    return kind_for(rows, dim, memory_bytes(), _wish(manifest, wanted))


def _wish(manifest: Manifest | None, wanted: IndexKind | None) -> IndexKind:
    """What is wanted now, else what was wanted of the last index, else what fits."""
    if wanted is not None:
        return wanted
    return IndexKind.AUTO if manifest is None else IndexKind(manifest.wanted)


def _lag(covered: Ids, living: Ids) -> int:
    """How many rows only one of them has."""
    both = np.count_nonzero(np.isin(living, covered, assume_unique=True))
    return len(living) + len(covered) - 2 * int(both)


def _remove_others(folder: Path, newest: Path) -> None:
    """Remove the older generations; those who have one open keep it until they close it."""
    for path in folder.glob("*.faiss"):
        if path != newest:
            path.unlink()
