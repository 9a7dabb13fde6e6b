"""Whether the index finds what the shards hold."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, bindparam, select

from core.types import Embeddings, EncoderCard, Ids
from storage.catalog import State
from storage.index_cache import belongs
from storage.manifest import Manifest, is_whole, manifest_path, read_manifest
from storage.schema import pictures
from storage.shards import to_unit
from storage.stamps import stamp_of
from storage.stored_index import StoredIndex, found_by_themselves, open_stored
from storage.verify_findings import Depth, Finding, FindingCode, Findings, some
from storage.verify_shards import HeldShards

SAMPLE = 1_000  # rows that are compared with the shards, unless all are
BLOCK = 16_384  # rows compared at once
QUERIES = 64  # stored rows that must find themselves

_places = (
    select(pictures.c.id, pictures.c.shard_id, pictures.c.slot)
    .where(pictures.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(pictures.c.id)
)


@dataclass(frozen=True, slots=True)
class HeldIndex:
    """The newest generation, held open."""

    manifest: Manifest
    index: StoredIndex | None  # None: it has no rows
    where: str


def hold_index(folder: Path) -> HeldIndex | Finding | None:
    """Open the newest generation, or say why it cannot be; None when there is none.

    Taken before the state of the catalog, it is never newer than that.
    """
    stamp = stamp_of(manifest_path(folder))
    found = _opened(folder)
    return found if stamp_of(manifest_path(folder)) == stamp else hold_index(folder)


def check_index(
    connection: Connection,
    held: HeldIndex,
    shards: HeldShards,
    card: EncoderCard,
    state: State,
    living: Ids,
    depth: Depth,
) -> Findings:
    """Compare an index with the catalog and, unless the check is quick, with the shards."""
    if not belongs(held.manifest, card, state):
        yield _foreign(held)
        return
    covered = held.index.ids if held.index else living[:0]
    yield from _check_cover(held, covered, living)
    both = np.intersect1d(covered, living, assume_unique=True)
    if held.index is not None and len(both) and depth is not Depth.QUICK:
        everything = depth is Depth.FULL
        yield from _check_rows(connection, held.index, both, shards, everything, held.where)


def absent() -> Finding:
    """There is no index file."""
    return Finding(
        FindingCode.INDEX_ABSENT,
        "There is no index, so the shards are searched. `radseek rebuild` makes it.",
        1,
        "index",
    )


def _opened(folder: Path) -> HeldIndex | Finding | None:
    if not manifest_path(folder).is_file():
        return None
    manifest = read_manifest(folder)
    if manifest is None:
        return _damaged("Its manifest cannot be read", "index/manifest.json")
    where = f"index/{manifest.file_name}"
    if not is_whole(folder, manifest):
        return _damaged("It is not there, or its checksum is wrong", where)
    return _read(folder, manifest, where)


def _read(folder: Path, manifest: Manifest, where: str) -> HeldIndex | Finding:
    if manifest.rows == 0:
        return HeldIndex(manifest, None, where)
    try:
        return HeldIndex(manifest, open_stored(folder, manifest).index, where)
    except (OSError, RuntimeError, ValueError, KeyError):
        return _damaged("It cannot be read, or has other rows than its manifest says", where)


def _check_cover(held: HeldIndex, covered: Ids, living: Ids) -> Findings:
    last = covered[-1] if len(covered) else 0
    within = living[living <= last]
    lacking = within[~np.isin(within, covered, assume_unique=True)]
    if len(lacking):
        yield Finding(
            FindingCode.INDEX_INCOMPLETE,
            "The index lacks pictures, so the shards are searched. `radseek rebuild` mends it.",
            len(lacking),
            f"{held.where} pictures {some(lacking[:10].tolist())}",
        )
    behind = len(living) - len(within) + int((~np.isin(covered, living, assume_unique=True)).sum())
    if behind:
        yield Finding(
            FindingCode.INDEX_BEHIND,
            "Pictures have come or ended since the index was made. Searches know of them.",
            behind,
            held.where,
        )


def _check_rows(
    connection: Connection,
    index: StoredIndex,
    ids: Ids,
    shards: HeldShards,
    everything: bool,
    where: str,
) -> Findings:
    chosen = ids if everything else _spread(ids, SAMPLE)
    wrong: list[int] = []
    for start in range(0, len(chosen), BLOCK):
        wrong += _differing(connection, index, chosen[start : start + BLOCK], shards)
    if wrong:
        yield Finding(
            FindingCode.INDEX_ROWS,
            "Rows of the index are not those of the shards. `radseek rebuild` mends it.",
            len(wrong),
            f"{where} pictures {some(wrong)}",
        )
    elif lost := _not_found(connection, index, _spread(ids, QUERIES), shards):
        yield Finding(
            FindingCode.INDEX_RECALL,
            "Stored rows do not find themselves in the index. `radseek rebuild` mends it.",
            len(lost),
            f"{where} pictures {some(lost)}",
        )


def _differing(
    connection: Connection, index: StoredIndex, ids: Ids, shards: HeldShards
) -> list[int]:
    """The ids whose rows in index and shards differ."""
    there, stored = _stored(connection, ids, shards)
    same = index.holds(np.searchsorted(index.ids, there), stored)
    return [int(number) for number in there[~same]]


def _not_found(
    connection: Connection, index: StoredIndex, ids: Ids, shards: HeldShards
) -> list[int]:
    """The ids that something else than themselves or their equals is nearest to."""
    there, rows = _stored(connection, ids, shards)
    return [int(number) for number in there[~found_by_themselves(index, there, rows)]]


def _stored(connection: Connection, ids: Ids, shards: HeldShards) -> tuple[Ids, Embeddings]:
    """The rows that the shards hold for ids, of those that are there."""
    rows = connection.execute(_places, {"ids": ids.tolist()})
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 3)
    table = table[shards.have(table[:, 1], table[:, 2])]
    there, shard, slot = np.ascontiguousarray(table.T)
    with np.errstate(divide="ignore", invalid="ignore"):  # of a row of zeros
        return there, to_unit(shards.maps.gather(shard, slot))


def _spread(ids: Ids, most: int) -> Ids:
    """At most so many, evenly, with the first and the last."""
    if len(ids) <= most:
        return ids
    return ids[np.linspace(0, len(ids) - 1, most).astype(np.int64)]


def _foreign(held: HeldIndex) -> Finding:
    return Finding(
        FindingCode.INDEX_FOREIGN,
        "The index was made by another encoder, or from another state than the catalog's, so the "
        "shards are searched. `radseek rebuild` makes it anew.",
        1,
        held.where,
    )


def _damaged(why: str, where: str) -> Finding:
    return Finding(
        FindingCode.INDEX_DAMAGED,
        f"The index is damaged, so the shards are searched. {why}. `radseek rebuild` mends it.",
        1,
        where,
    )
