"""Where the weights of each encoder live, whether they are there, and how to fetch them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from platformdirs import user_data_path

from core.errors import DownloadFailed, InvalidRequest, UnknownName
from encoders.download import Advance, download
from encoders.fingerprint import compute_sha256

DEFAULT_ENDPOINT = "https://huggingface.co"

Progress = Callable[[str, int, int | None], None]  # file, bytes there are, bytes if known


@dataclass(frozen=True, slots=True)
class Published:
    """What a file must be to the byte."""

    size: int  # in bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class HubRepository:
    """Where weights are published, and what the checkpoint must be."""

    name: str
    checkpoint: Published


@dataclass(frozen=True, slots=True)
class WeightFiles:
    """The files an encoder needs, relative to its folder; the checkpoint is the last."""

    files: tuple[str, ...]
    hub: HubRepository | None = None  # None: nobody publishes them
    ships: bool = False  # with radseek

    @property
    def checkpoint(self) -> str:
        """The one large file."""
        return self.files[-1]


WEIGHTS = {
    "mini": WeightFiles(("config.yaml", "tokenizer.json", "weights.safetensors"), ships=True),
    "medimageinsight": WeightFiles(
        (
            "2024.09.27/config.yaml",
            "2024.09.27/language_model/clip_tokenizer_4.16.2/vocab.json",
            "2024.09.27/language_model/clip_tokenizer_4.16.2/merges.txt",
            "2024.09.27/vision_model/medimageinsigt-v1.0.0.pt",
        ),
        HubRepository(
            "lion-ai/MedImageInsights",
            Published(
                size=2_464_060_700,
                sha256="5eeda63bf616a61664bc95b2c09d3b3d7125209e635678bd3f5f324e9bdb1414",
            ),
        ),
    ),
    "resnet_bert": WeightFiles(("config.json", "tokenizer.json", "weights.safetensors")),
}


@dataclass(frozen=True, slots=True)
class Status:
    """Which files of an encoder are not in its folder, or not whole."""

    name: str
    folder: Path
    missing: tuple[str, ...]


def weights_folder(name: str) -> Path:
    """The folder an encoder's weights are read from when none is named. Raises UnknownName."""
    if _weights(name).ships:
        return Path(__file__).parent / name
    return _root() / name


def hub_folder(name: str) -> Path:
    """The folder that a model of the hub, "OWNER/NAME", is read from when none is named."""
    return _root() / name


def _root() -> Path:
    return user_data_path("radseek", appauthor=False) / "weights"


def pulled_folders() -> list[Path]:
    """The usual folders of models of the hub that are on this machine."""
    return sorted(path.parent for path in _root().glob("*/*/config.json"))


def status(name: str, folder: Path | None = None) -> Status:
    """Look for an encoder's files by name and, for the published checkpoint, by size."""
    weights, root = _weights(name), folder or weights_folder(name)
    missing = tuple(file for file in weights.files if not (root / file).is_file())
    if weights.hub and weights.checkpoint not in missing:
        whole = (root / weights.checkpoint).stat().st_size == weights.hub.checkpoint.size
        missing += () if whole else (weights.checkpoint,)
    return Status(name, root, missing)


def pull(
    name: str,
    target: Path | None = None,
    endpoint: str | None = None,
    progress: Progress = lambda _file, _done, _total: None,
) -> Path:
    """Download what is missing of an encoder, verify it, and return its folder.

    `endpoint` is the hub's address, by default HF_ENDPOINT or huggingface.co. An interrupted
    download continues at the next call; a checkpoint with another sha256 is never put in place.
    Raises UnknownName, InvalidRequest for an encoder that nobody publishes, DownloadFailed.
    """
    weights, folder = _weights(name), target or weights_folder(name)
    if weights.ships:
        raise InvalidRequest(f"{name} ships with radseek; there is nothing to download.")
    if weights.hub is None:
        raise InvalidRequest(
            f"Nobody publishes weights of {name}. `radseek train contrastive` makes them, and "
            "`--weights DIR` names the folder that it writes."
        )
    base = f"{endpoint_of(endpoint)}/{weights.hub.name}/resolve/main"
    for file in status(name, folder).missing:
        hub = weights.hub.checkpoint if file == weights.checkpoint else None
        pull_file(f"{base}/{quote(file)}", folder / file, hub, partial(progress, file))
    return folder


def _weights(name: str) -> WeightFiles:
    if name not in WEIGHTS:
        raise UnknownName(f"No encoder is called {name!r}. Known: {', '.join(sorted(WEIGHTS))}.")
    return WEIGHTS[name]


def endpoint_of(asked: str | None) -> str:
    """The address of the hub: as asked, else HF_ENDPOINT, else huggingface.co. InvalidRequest."""
    endpoint = asked or os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT
    if urlsplit(endpoint).scheme not in ("http", "https"):
        raise InvalidRequest(f"{endpoint!r} is no hub address. Set HF_ENDPOINT to an https URL.")
    return endpoint.rstrip("/")


def pull_file(url: str, destination: Path, hub: Published | None, advance: Advance) -> None:
    """Fetch one file into its place; one whose sha256 is known goes on where it broke off."""
    part = destination.with_name(destination.name + ".part")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        if hub is None:
            part.unlink(missing_ok=True)  # small: always anew, as nothing would tell a mixture
            download(url, part, advance)
        else:
            _download_checkpoint(url, part, hub, advance)
        part.replace(destination)
    except OSError as error:
        raise DownloadFailed(
            f"Cannot write {destination}: {error}. Choose a folder that can be written with "
            "`--to DIR`."
        ) from error


def _download_checkpoint(url: str, part: Path, hub: Published, advance: Advance) -> None:
    if not part.exists() or part.stat().st_size < hub.size:
        download(url, part, advance)
    digest = compute_sha256(part)
    if digest == hub.sha256:
        return
    part.unlink()
    raise DownloadFailed(
        f"{url} is not the published file: its sha256 is {digest}, expected {hub.sha256}. It was "
        "removed again. Try once more, or use another mirror with HF_ENDPOINT."
    )
