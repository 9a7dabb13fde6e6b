"""Fetching a model of the hub by its name: what radseek reads of it, pinned and verified."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from core.errors import DownloadFailed
from encoders.download import TIMEOUT, asked_as, refused
from encoders.families.folder import NOTE, Origin, licence_named, write_note
from encoders.fingerprint import file_sha256
from encoders.weights import Progress, Published, endpoint_of, hub_folder, pull_file

WEIGHTS: Final = re.compile(r"(open_clip_)?model(-\d+-of-\d+)?\.safetensors(\.index\.json)?")
SETTINGS: Final = frozenset(
    (
        *("config.json", "preprocessor_config.json", "processor_config.json"),
        *("open_clip_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.json"),
        *("special_tokens_map.json", "added_tokens.json", "merges.txt", "vocab.txt", "README.md"),
    )
)


def pull_model(
    name: str,
    target: Path | None = None,
    revision: str = "main",
    endpoint: str | None = None,
    progress: Progress = lambda _file, _done, _total: None,
) -> Path:
    """Download what is missing of a model "OWNER/NAME" and return its folder.

    The revision, a branch or a commit, is looked up once, and the commit is noted beside the files.
    Broken downloads go on at the next call; weights with another sha256 than the hub's are never
    put in place. Raises InvalidRequest, DownloadFailed.
    """
    base, folder = endpoint_of(endpoint), target or hub_folder(name)
    told = _ask(f"{base}/api/models/{name}/revision/{quote(revision, safe='')}?blobs=true")
    wanted = {file["rfilename"]: _published(file) for file in _chosen(told["siblings"])}
    if not any(WEIGHTS.fullmatch(file) for file in wanted):
        raise DownloadFailed(_without_safetensors(name, told["siblings"]))
    (folder / NOTE).unlink(missing_ok=True)  # while it may be a mixture
    for file, published in sorted(wanted.items()):
        if published is None or not _is_there(folder / file, published):
            url = f"{base}/{name}/resolve/{told['sha']}/{file}"
            pull_file(url, folder / file, published, partial(progress, file))
    licence = licence_named(told.get("cardData") or {})
    write_note(folder, Origin(name, told["sha"], licence))
    return folder


def _ask(url: str) -> Mapping[str, Any]:
    try:
        with urlopen(asked_as(url, {}), timeout=TIMEOUT) as response:  # noqa: S310 (checked by endpoint_of)
            told: Mapping[str, Any] = json.load(response)
            return told
    except HTTPError as error:
        raise DownloadFailed(refused(url, error)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise DownloadFailed(
            f"Cannot ask {url}: {error}. Check the connection. Set HF_ENDPOINT to use a mirror."
        ) from error


def _chosen(files: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The files that are read: of a model in two formats, that of transformers."""
    read = [file for file in files if _is_read(file)]
    names = {file["rfilename"] for file in read}
    if "config.json" not in names or not any(name.startswith("model") for name in names):
        return read
    return [file for file in read if not file["rfilename"].startswith("open_clip")]


def _is_read(file: Mapping[str, Any]) -> bool:
    """Whether radseek reads a file; names that could lead out of the folder are none of these."""
    name = file["rfilename"]
    return name in SETTINGS or WEIGHTS.fullmatch(name) is not None


def _published(file: Mapping[str, Any]) -> Published | None:
    """What a large file must be; of small ones the hub tells no sha256."""
    large = file.get("lfs")
    return Published(large["size"], large["sha256"]) if large else None


def _is_there(path: Path, published: Published) -> bool:
    whole = path.is_file() and path.stat().st_size == published.size
    return whole and file_sha256(path) == published.sha256


def _without_safetensors(name: str, files: list[Mapping[str, Any]]) -> str:
    pickles = list(_pickles(files))
    had = f" has {pickles[0]}, which could run code and is never opened, and" if pickles else ""
    return (
        f"{name}{had} has no safetensors. A revision may have them, such as one that the hub's own "
        f"converter proposed: `radseek encoders pull {name} --revision refs/pr/N`."
    )


def _pickles(files: list[Mapping[str, Any]]) -> Iterator[str]:
    names = (file["rfilename"] for file in files)
    return (name for name in names if name.endswith((".bin", ".pt", ".pth", ".ckpt")))
