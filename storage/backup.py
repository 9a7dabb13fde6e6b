"""A consistent copy of a collection, made while others search it and a writer goes on.

The catalog is copied as one state. The shards only grow, so that a copy of them up to the lengths
of that state is what it speaks of, however much has come since. A compaction takes shards away:
then the copy begins again. The index is not copied: it is a cache, twice as large as the shards.
"""

import json
import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import CollectionCorrupt, InvalidRequest, StorageError
from storage.board_file import is_damaged
from storage.catalog import Catalog, State
from storage.database import copy_database, open_for_reading, passing, storage_errors
from storage.durable import sync_file, sync_folder
from storage.layout import Layout, make_private
from storage.lock import WriterLock
from storage.manifest import file_sha256
from storage.migrate import check_readable
from storage.schema import HEAD
from storage.shards import row_bytes, shard_path
from storage.verify import Examination, verify
from storage.verify_findings import CheckProgress, Severity, Show

log = logging.getLogger(__name__)

NOTE = "backup.json"
LOCK = "backup.lock"
CHUNK = 1 << 20  # bytes at once
ATTEMPTS = 5  # as many compactions can come between


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """One file of a backup."""

    path: str  # within the folder
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds; it is written beside it as `backup.json`."""

    radseek: str  # the version that wrote it
    collection: str
    schema: str
    created_at: str  # ISO 8601, UTC
    sequence: int
    pictures: int
    files: tuple[CopiedFile, ...]


@dataclass(frozen=True, slots=True)
class _Copied:
    """What was copied from one state."""

    state: State
    pictures: int
    paths: Sequence[Path]


def back_up(layout: Layout, name: str, folder: Path, version: str, how: Examination) -> Backup:
    """Copy a collection into a folder that is not there yet, or is empty, and check the copy.

    The folder appears when all of it is on the disk. Raises InvalidRequest for a folder that holds
    something, CollectionLocked when another backup goes there, CollectionCorrupt when the
    collection is damaged, and StorageError when the disk or the permissions do not allow it.
    """
    check_free(folder)
    with storage_errors(name), _draft(folder, name) as draft:
        copied = _copied(layout, name, draft, how.show)
        _check(draft, name, how)
        made = _noted(draft, name, version, copied, how.show)
        for inner in (*filter(Path.is_dir, draft.iterdir()), draft):
            sync_folder(inner)
        draft.rename(folder)
        sync_folder(folder.parent)
    (folder / LOCK).unlink()  # until now it told that the draft was one
    sync_folder(folder)
    return made


def check_free(folder: Path) -> None:
    """Raise InvalidRequest when a folder holds something already."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if (folder / NOTE).exists():
        raise InvalidRequest(
            f"{folder} holds a backup already. Name a new folder, such as one with the date."
        )
    if folder.exists() or folder.is_symlink():
        raise InvalidRequest(f"{folder} holds something already. Name a new folder.")


@contextmanager
def _draft(folder: Path, name: str) -> Iterator[Path]:
    """A folder beside the final one; what a backup that was stopped has left in it goes."""
    draft = folder.with_name(f"{folder.name}.part")
    if draft.exists() and any(draft.iterdir()) and not (draft / LOCK).exists():
        raise InvalidRequest(f"{draft} is in the way and is no unfinished backup. Move it away.")
    make_private(draft)
    lock = WriterLock(draft / LOCK, name)
    try:
        _empty(draft)
        yield draft
    except BaseException:
        shutil.rmtree(draft)
        raise
    finally:
        lock.release()


def _empty(draft: Path) -> None:
    for path in draft.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _copied(layout: Layout, name: str, draft: Path, show: Show) -> _Copied:
    """Copy one state. Raises StorageError when compactions come between again and again."""
    for _ in range(ATTEMPTS):
        _empty(draft)
        copied = _copied_once(layout, name, draft, show)
        if copied is not None:
            return copied
        log.info("backup begins again after a compaction collection=%s", name)
    raise StorageError(
        f"The collection {name!r} is being compacted. Start the backup again when that has ended."
    )


def _copied_once(layout: Layout, name: str, draft: Path, show: Show) -> _Copied | None:
    """Copy one state; None when a compaction took away what belongs to it."""
    there = Layout(draft)
    show(CheckProgress("catalog", 0, 1))
    copy_database(layout.catalog, there.catalog)
    with _opened(there.catalog, name) as catalog:
        state, shards, pictures = catalog.state(), catalog.shards(), catalog.living()
        size = row_bytes(catalog.card().dim)
    lengths = {shard_path(there.shards, shard.number): shard.rows * size for shard in shards}
    there.shards.mkdir(mode=0o700)
    is_whole = _copy_shards(layout.shards, lengths, show)
    paths = [there.catalog, *lengths]
    if _copy_thumbnails(layout.thumbnails, there.thumbnails, show):
        paths.append(there.thumbnails)
    if layout.cohorts.is_file():
        if is_damaged(layout.cohorts):
            raise _damaged(name, "SQLite cannot read its cohorts.")
        copy_database(layout.cohorts, there.cohorts)
        paths.append(there.cohorts)
    paths += _copy_evaluations(layout.evaluations, there.evaluations)
    with _opened(layout.catalog, name) as catalog:
        if not {shard.number for shard in shards} <= {now.number for now in catalog.shards()}:
            return None
    if not is_whole:
        raise _damaged(name, "A shard is not there, or shorter than what was committed.")
    return _Copied(state, pictures, paths)


def _copy_shards(source: Path, lengths: Mapping[Path, int], show: Show) -> bool:
    """Copy the committed part of each shard; False when one does not hold so much."""
    done, total = 0, sum(lengths.values())
    for path, length in lengths.items():
        show(CheckProgress("shards", done, total))
        if not _copy_start(source / path.name, path, length):
            return False
        done += length
    return True


def _copy_start(source: Path, copy: Path, length: int) -> bool:
    """Copy the first bytes of a file; False when it has not so many."""
    left = length
    try:
        with source.open("rb") as old, copy.open("xb") as new:
            while left and (chunk := old.read(min(CHUNK, left))):
                new.write(chunk)
                left -= len(chunk)
    except FileNotFoundError:
        return length == 0
    return left == 0


def _copy_thumbnails(source: Path, copy: Path, show: Show) -> bool:
    """Copy the thumbnails; False (logged) when they are damaged or not there: they are a cache."""
    show(CheckProgress("thumbnails", 0, 1))
    if not source.is_file():
        return False
    try:
        copy_database(source, copy)
    except OperationalError:  # as of a full disk: nothing is wrong with the thumbnails
        raise
    except DatabaseError:
        log.warning("thumbnails are damaged and left out path=%s", source)
        copy.unlink(missing_ok=True)
        return False
    return True


def _copy_evaluations(source: Path, copy: Path) -> list[Path]:
    """Copy the evaluations that are kept; each is written once and never changes."""
    kept = sorted(source.glob("*.json"))
    if kept:
        make_private(copy)
    return [Path(shutil.copyfile(path, copy / path.name)) for path in kept]


def _check(draft: Path, name: str, how: Examination) -> None:
    """Raise CollectionCorrupt when the copy is of a collection that was damaged."""
    for finding in verify(Layout(draft), name, how).findings:
        if finding.severity is Severity.DAMAGE:
            raise _damaged(name, f"{finding.sentence} ({finding.where})")


def _noted(draft: Path, name: str, version: str, copied: _Copied, show: Show) -> Backup:
    """Bring all files to the disk, and write down what they are."""
    files = []
    for done, path in enumerate(copied.paths):
        show(CheckProgress("checksums", done, len(copied.paths)))
        path.chmod(0o600)
        sync_file(path)
        told = str(path.relative_to(draft))
        files.append(CopiedFile(told, path.stat().st_size, file_sha256(path)))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Backup(version, name, HEAD, now, copied.state.sequence, copied.pictures, tuple(files))
    note = draft / NOTE
    note.write_text(json.dumps(asdict(made), indent=2) + "\n", encoding="utf-8")
    note.chmod(0o600)
    sync_file(note)
    return made


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Catalog]:
    with passing(open_for_reading(path)) as engine:
        check_readable(engine, name)
        yield Catalog(engine, name)


def _damaged(name: str, why: str) -> CollectionCorrupt:
    return CollectionCorrupt(
        f"The collection {name!r} is damaged, so no backup was made. {why} "
        "`radseek verify` tells all that is wrong."
    )
