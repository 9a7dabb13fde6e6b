"""Where weights of a given hash were last used from, so that a search finds them again."""

import json
from pathlib import Path


def remember_folder(home: Path, weights_sha256: str, folder: Path) -> None:
    """Note that these weights lie in this folder. One small JSON file in the home."""
    file = home / "weights.json"
    known = _read(file) | {weights_sha256: str(folder.absolute())}
    home.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
    temporary.replace(file)


def recall_folder(home: Path, weights_sha256: str) -> Path | None:
    """The folder these weights were last used from, or None for the usual place."""
    folder = _read(home / "weights.json").get(weights_sha256)
    return Path(folder) if folder else None


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return known
