"""The note beside an index: which rows it covers, how it was made, and how to tell it is whole."""

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from storage.durable import publish

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation of an index."""

    generation: int  # from 1; in the file's name, so that file and manifest never mix
    kind: str  # of index_kinds.IndexKind
    sequence: int  # the state of the collection that it covers
    rows: int
    dim: int
    parameters: dict[str, float]
    recall: float  # at 10, against exact search, of queries that are like images; exact kinds: 1
    sha256: str  # of the index file
    weights_sha256: str  # of the encoder
    faiss_version: str
    recall_texts: float = 1.0  # the same of queries that are like texts
    size: int | None = None  # bytes of the index file; None: of a manifest that does not say
    wanted: str = "auto"  # the kind that a person asked for
    built_at: str | None = None  # ISO 8601, UTC, when its recall was measured; None: not stated

    @property
    def file_name(self) -> str:
        """The name of the index file."""
        return index_file_name(self.generation)

    def built(self) -> datetime | None:
        """When it was built, as an aware time."""
        return None if self.built_at is None else datetime.fromisoformat(self.built_at)


def index_file_name(generation: int) -> str:
    """The name of a generation's index file."""
    return f"{generation:06d}.faiss"


def manifest_path(folder: Path) -> Path:
    """Where the manifest of an index folder lies."""
    return folder / "manifest.json"


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest; None when there is none, or one that cannot be read (which is logged)."""
    path = manifest_path(folder)
    if not path.is_file():
        return None
    try:
        return Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        log.warning("index manifest cannot be read, searching without it path=%s", path)
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Publish a manifest; from here on readers use its generation."""
    draft = folder / "manifest.json.draft"
    draft.write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
    publish(draft, manifest_path(folder))


def file_sha256(path: Path) -> str:
    """Lower-case hex of a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def has_its_size(folder: Path, manifest: Manifest) -> bool:
    """Say whether the index file is there and as long as it was, which costs nothing to look at."""
    path = folder / manifest.file_name
    if manifest.size is None:
        return is_whole(folder, manifest)
    return path.is_file() and path.stat().st_size == manifest.size


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Say whether the index file is there, byte for byte."""
    path = folder / manifest.file_name
    return path.is_file() and file_sha256(path) == manifest.sha256
