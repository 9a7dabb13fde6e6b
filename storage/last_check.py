"""What the last check of a collection has found: one small file beside it."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from storage.database import storage_errors
from storage.durable import publish
from storage.layout import collection_folder, make_private
from storage.verify_findings import Depth, Finding, FindingCode, Severity

FILE: Final = Path("runs") / "last-check.json"


@dataclass(frozen=True, slots=True)
class LastCheck:
    """A check, and when it was."""

    at: datetime  # aware, UTC
    depth: Depth
    sequence: int  # the state that was checked
    pictures: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong; notes may be there."""
        return all(finding.severity is Severity.NOTE for finding in self.findings)


def keep_check(home: Path, name: str, check: LastCheck) -> None:
    """Keep it in the place of the one before, for its owner alone. Raises StorageError."""
    path = collection_folder(home, name) / FILE
    with storage_errors(name):
        make_private(path.parent)
        draft = path.with_suffix(".draft")
        draft.touch(0o600)
        told = asdict(check) | {"at": check.at.isoformat()}
        draft.write_text(json.dumps(told), encoding="ascii")
        publish(draft, path)


def last_check(home: Path, name: str) -> LastCheck | None:
    """The one that is kept; None without one, or with one of another radseek's form.

    Raises StorageError.
    """
    path = collection_folder(home, name) / FILE
    with storage_errors(name):
        content = path.read_bytes() if path.is_file() else b""
    try:
        told = json.loads(content)
        findings = tuple(
            Finding(**(one | {"code": FindingCode(one["code"])})) for one in told["findings"]
        )
        at, depth = datetime.fromisoformat(told["at"]), Depth(told["depth"])
        return LastCheck(**(told | {"at": at, "depth": depth, "findings": findings}))
    except (ValueError, TypeError, KeyError):
        return None
