"""One file over HTTP, taken up where an earlier attempt stopped."""

import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from core.errors import DownloadFailed

Advance = Callable[[int, int | None], None]  # bytes there are, bytes there will be if known

CHUNK = 2**20  # bytes
TIMEOUT = 30.0  # seconds without a byte
ATTEMPTS = 5  # in a row without progress
PAUSE = 1.0  # seconds between attempts


def download(url: str, part: Path, advance: Advance) -> None:
    """Fetch `url` into `part`, continuing what `part` already holds.

    A broken connection is tried again; `part` stays for the next call when even that fails.
    Raises DownloadFailed.
    """
    failures, most = 0, _size(part)
    while failures < ATTEMPTS:
        try:
            return _fetch(url, part, advance)
        except HTTPError as error:
            raise DownloadFailed(refused(url, error)) from error
        except (OSError, HTTPException) as error:
            last = error
        failures = 0 if _size(part) > most else failures + 1
        most = max(most, _size(part))
        time.sleep(PAUSE)
    raise DownloadFailed(
        f"Cannot download {url}: {last}. What has arrived is kept: check the connection and run "
        "the same command again to continue. Set HF_ENDPOINT to use a mirror."
    ) from last


def asked_as(url: str, headers: Mapping[str, str]) -> Request:
    """A request to the hub; with HF_TOKEN, if it is set, for the hub alone and not where it sends.

    The stores that it sends to for large files refuse a request that brings two permits.
    """
    request = Request(url, headers={"User-Agent": "radseek"} | dict(headers))  # noqa: S310 (checked by the caller)
    token = os.environ.get("HF_TOKEN")
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    return request


def _fetch(url: str, part: Path, advance: Advance) -> None:
    start = _size(part)
    headers = {"Range": f"bytes={start}-"} if start else {}
    with urlopen(asked_as(url, headers), timeout=TIMEOUT) as response:  # noqa: S310 (checked by the caller)
        continued = response.status == HTTPStatus.PARTIAL_CONTENT
        total = _total(response, start if continued else 0)
        with part.open("ab" if continued else "wb") as file:
            _copy(response, file, total, advance)
    if total is not None and _size(part) != total:
        raise ConnectionError(f"the connection closed after {_size(part)} of {total} bytes")


def _copy(response: HTTPResponse, file: BinaryIO, total: int | None, advance: Advance) -> None:
    while chunk := response.read(CHUNK):
        file.write(chunk)
        advance(file.tell(), total)


def _total(response: HTTPResponse, start: int) -> int | None:
    length = response.headers.get("Content-Length")
    return None if length is None else start + int(length)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def refused(url: str, error: HTTPError) -> str:
    """What to say when the hub does not give a file."""
    if error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return (
            f"Cannot download {url}: the hub answered {error.code}. Either there is no such model, "
            "or its owner gives it to those who accept the terms: do so on its page of the hub, "
            "and set HF_TOKEN to a token of that account."
        )
    return (
        f"Cannot download {url}: the server answered {error.code} {error.reason}. Check that "
        "HF_ENDPOINT, if it is set, names a mirror of huggingface.co, and try again later."
    )
