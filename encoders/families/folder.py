"""What a folder of a published model holds, read without opening its weights."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from core.errors import WeightsMismatch, WeightsMissing
from encoders.families.table import Family, family_of
from encoders.fingerprint import file_sha256

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
INDEX: Final = "model.safetensors.index.json"  # of weights in several files
OPEN_CLIP: Final = "open_clip_config.json"
NOTE: Final = "radseek.json"  # what `radseek encoders pull` and `convert` leave beside
PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
UNPINNED: Final = "unpinned"


@dataclass(frozen=True, slots=True)
class FamilyFolder:
    """A folder whose family is known and whose files are there."""

    folder: Path
    config: Mapping[str, Any]
    family: Family
    weights: tuple[Path, ...]  # safetensors

    def sha256(self) -> str:
        """Of the one weights file, or of the sha256 of all of them in their order."""
        digests = [file_sha256(path) for path in self.weights]
        if len(digests) == 1:
            return digests[0]
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a folder came from, as far as it says."""

    name: str = ""  # "google/medsiglip-448"
    revision: str = UNPINNED
    licence: str = ""


def is_family_folder(folder: Path) -> bool:
    """Whether a folder looks like one."""
    return (folder / CONFIG).is_file()


def open_family(folder: Path, remedy: str) -> FamilyFolder:
    """Find out the family of a folder; `remedy` ends the message when a file is missing.

    Raises WeightsMissing, or WeightsMismatch for a family that is not read or weights that are a
    pickle.
    """
    if not is_family_folder(folder):
        if (folder / OPEN_CLIP).is_file():
            raise WeightsMissing(
                f"{folder} is a folder of open_clip. Run `radseek encoders convert {folder} "
                "--out DIR` and name that one."
            )
        raise WeightsMissing(f"{folder} has no {CONFIG}. {remedy}")
    config = read_json(folder / CONFIG)
    tokenizer = folder / "tokenizer_config.json"
    tokenizer_class = read_json(tokenizer).get("tokenizer_class") if tokenizer.is_file() else ""
    family = family_of(str(config.get("model_type")), tokenizer_class or "")
    return FamilyFolder(folder, config, family, tuple(_weights(folder, remedy)))


def origin_of(folder: Path) -> Origin:
    """What the note of `radseek encoders pull` says, else what the folder's README.md says."""
    if (folder / NOTE).is_file():
        note = read_json(folder / NOTE)
        return Origin(note["name"], note["revision"], note["licence"])
    return Origin(licence=_licence(folder / "README.md"))


def write_note(folder: Path, origin: Origin) -> None:
    """Leave beside the files where they came from."""
    note = {"name": origin.name, "revision": origin.revision, "licence": origin.licence}
    (folder / NOTE).write_text(json.dumps(note, indent=1), encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file that holds an object. Raises WeightsMismatch."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(fields, dict):
            return fields
    except (OSError, ValueError) as error:
        raise WeightsMismatch(f"Cannot read {path}: {error}. Fetch it again.") from error
    raise WeightsMismatch(f"Cannot use {path}: it is no JSON object. Fetch it again.")


def _weights(folder: Path, remedy: str) -> Iterator[Path]:
    names = [WEIGHTS]
    if not (folder / WEIGHTS).is_file() and (folder / INDEX).is_file():
        names = sorted(set(read_json(folder / INDEX)["weight_map"].values()))
    for name in names:
        path = folder / Path(name).name
        if not path.is_file():
            raise missing(folder, path.name, remedy)
        yield path


def missing(folder: Path, name: str, remedy: str) -> WeightsMissing:
    """The error for weights that are not there, or only as a pickle."""
    pickles = sorted(path.name for pattern in PICKLES for path in folder.glob(pattern))
    if pickles:
        return WeightsMissing(
            f"{folder} has {pickles[0]} and no {name}: a pickle could run code, so radseek never "
            "opens one. Take a revision with safetensors: "
            "`radseek encoders pull OWNER/NAME --revision REVISION`."
        )
    return WeightsMissing(f"{folder} has no {name}. {remedy}")


def _licence(readme: Path) -> str:
    """`license` of the head of a model card; empty when there is none."""
    if not readme.is_file():
        return ""
    parts = readme.read_text(encoding="utf-8", errors="replace").split("---\n", 2)
    try:
        head = yaml.safe_load(parts[1]) if len(parts) == 3 and not parts[0].strip() else None
    except yaml.YAMLError:
        return ""
    return licence_named(head) if isinstance(head, dict) else ""


def licence_named(card: Mapping[str, Any]) -> str:
    """The licence that the head of a model card names, with its link; empty without one."""
    name = card.get("license_name") or card.get("license") or ""
    link = card.get("license_link") or ""
    return " ".join(str(part) for part in (name, link) if part)
