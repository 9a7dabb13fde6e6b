"""The index folder: build a generation from the shards, open the newest one, doubt what is odd."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.types import Embeddings, EncoderCard, Ids
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
from storage.shards import ShardMaps, to_unit

log = logging.getLogger(__name__)

BLOCK = 65_536  # rows widened to float32 at once

Stamp = tuple[int, int]  # changes when another manifest is published


def stamp_of(folder: Path) -> Stamp | None:
    """What tells one manifest from the next without reading it; None when there is none."""
    try:
        status = manifest_path(folder).stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def open_index(folder: Path, card: EncoderCard, state: State) -> FaissIndex | None:
    """Open the newest generation; None (logged) when it is damaged or was not made from this state.

    A reader then searches the shards exactly.
    """
    manifest, stamp = read_manifest(folder), stamp_of(folder)
    if manifest is None or manifest.rows == 0:
        return None
    try:
        if belongs(manifest, card, state) and is_whole(folder, manifest):
            return FaissIndex(folder / manifest.file_name)
    except (OSError, RuntimeError):  # FAISS's word for a file that is not there
        log.debug("index cannot be opened folder=%s", folder, exc_info=True)
    if stamp_of(folder) != stamp:  # the writer took it away for a newer one
        return open_index(folder, card, state)
    log.warning("index is damaged or foreign, searching without it folder=%s", folder)
    return None


def is_current(folder: Path, card: EncoderCard, catalog: Catalog, state: State) -> bool:
    """Say whether the newest generation is whole and covers exactly the pictures of this state."""
    manifest = read_manifest(folder)
    return (
        manifest is not None
        and belongs(manifest, card, state)
        and is_whole(folder, manifest)
        and _has_all(folder, manifest, catalog, state)
    )


def rebuild(folder: Path, card: EncoderCard, catalog: Catalog, shards: Path, state: State) -> None:
    """Make the next generation from the shards and publish it; older ones go."""
    previous = read_manifest(folder)
    generation = 1 if previous is None else previous.generation + 1
    draft, final = folder / "index.draft", folder / index_file_name(generation)
    rows = write_faiss_index(draft, card.dim, _parts(catalog, shards, card.dim, state))
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


def _has_all(folder: Path, manifest: Manifest, catalog: Catalog, state: State) -> bool:
    """Say whether an index has the pictures of a state; batches may have come without any."""
    living = catalog.rows(Span(1, state.next_id, state.sequence)).ids
    if not len(living):
        return manifest.rows == 0
    return np.array_equal(FaissIndex(folder / manifest.file_name).ids, living)


def _parts(
    catalog: Catalog, shards: Path, dim: int, state: State
) -> Iterator[tuple[Ids, Embeddings]]:
    table = catalog.rows(Span(1, state.next_id, state.sequence))
    maps = ShardMaps(shards, dim, catalog.shards())
    for start in range(0, len(table.ids), BLOCK):
        part = slice(start, start + BLOCK)
        yield table.ids[part], to_unit(maps.gather(table.shard[part], table.slot[part]))


def _remove_others(folder: Path, newest: Path) -> None:
    """Remove the older generations; those who have one open keep it until they close it."""
    for path in folder.glob("*.faiss"):
        if path != newest:
            path.unlink()
