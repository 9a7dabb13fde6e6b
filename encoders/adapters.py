"""Adapters: square matrices behind an encoder, kept by name in the home."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from core.errors import CardMismatch, InvalidRequest, UnknownName, WeightsMismatch, WeightsMissing
from core.types import Embeddings, EncoderCard

FOLDER: Final = "adapters"  # of a home
SUFFIX: Final = ".safetensors"
NAME: Final = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """What turns rows of an encoder, of pictures and of texts alike."""

    name: str
    base: EncoderCard  # of the encoder
    matrix: NDArray[np.float32]  # (dim, dim)

    @property
    def card(self) -> EncoderCard:
        """The variant of the encoder's card: rows of the two never meet."""
        told = hashlib.sha256(self.base.weights_sha256.encode())
        told.update(np.ascontiguousarray(self.matrix, "<f4").tobytes())
        version = f"{self.base.version}+{self.name}"
        return replace(self.base, version=version, weights_sha256=told.hexdigest())

    def turned(self, rows: Embeddings) -> Embeddings:
        """Rows of the encoder as rows of the variant: (n, dim) -> (n, dim), of unit length."""
        return turned(self.matrix, rows)


def turned(matrix: NDArray[np.float32], rows: Embeddings) -> Embeddings:
    """Rows (n, dim) through a matrix (dim, dim): (n, dim), of unit length."""
    wide: Embeddings = rows @ matrix.T
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    return wide


def check_free(home: Path, name: str) -> None:
    """Raise InvalidRequest for a name that cannot be one, or that an adapter has."""
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot name an adapter. "
            "Use 1 to 64 of a-z, 0-9, '.', '_' and '-', and do not begin with a dot."
        )
    if _path(home, name).exists():
        raise InvalidRequest(
            f"There is an adapter {name!r} already, and a collection may be bound to it. "
            f"Choose another name, or delete {_path(home, name)}."
        )


def keep_adapter(home: Path, adapter: Adapter) -> Path:
    """Write an adapter down for its owner alone, and give its file. Raises as `check_free`."""
    check_free(home, adapter.name)
    path = _path(home, adapter.name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(0o600)
    draft.write_bytes(save({"matrix": adapter.matrix}, {"base": json.dumps(asdict(adapter.base))}))
    draft.replace(path)
    return path


def read_adapter(home: Path, name: str) -> Adapter:
    """The adapter of a name. Raises UnknownName, with the names there are, WeightsMismatch."""
    names = adapter_names(home)
    if name not in names:
        known = ", ".join(names) or "none yet"
        raise UnknownName(
            f"There is no adapter {name!r}. Known: {known}. Make one with `radseek adapt`."
        )
    path = _path(home, name)
    try:
        with safe_open(path, framework="numpy") as file:
            base = EncoderCard(**json.loads(file.metadata()["base"]))
            matrix = file.get_tensor("matrix")
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise WeightsMismatch(f"{path} is no adapter, or is damaged. Make it anew.") from error
    if matrix.shape != (base.dim, base.dim) or matrix.dtype != np.float32:
        raise WeightsMismatch(f"{path} does not fit the encoder it names. Make it anew.")
    return Adapter(name, base, matrix)


def adapter_for(home: Path, name: str, card: EncoderCard) -> Adapter:
    """The adapter of a name, for rows of a card. Raises as `read_adapter`, and CardMismatch."""
    adapter = read_adapter(home, name)
    if not adapter.base.shares_space_with(card):
        raise CardMismatch(
            f"The adapter {name!r} is of {_told(adapter.base)}, but the collection has rows of "
            f"{_told(card)}."
        )
    return adapter


def adapter_names(home: Path) -> list[str]:
    """The names of all adapters, sorted."""
    found = (home / FOLDER).glob(f"*{SUFFIX}")
    return sorted(file.name.removesuffix(SUFFIX) for file in found)


def adapter_of(home: Path, card: EncoderCard) -> Adapter | None:
    """The adapter whose variant a card is; None for the card of an encoder by itself.

    Raises WeightsMissing for a variant whose adapter is not there.
    """
    _, plus, name = card.version.rpartition("+")
    if not plus:
        return None
    if name in adapter_names(home):
        adapter = read_adapter(home, name)
        if adapter.card.shares_space_with(card):
            return adapter
    raise WeightsMissing(
        f"The collection is served through the adapter {name!r} of {card.name}, which is not in "
        f"{home / FOLDER} as it was. Put its file back there, or serve the edition of before: "
        "radseek reindex --back."
    )


def _told(card: EncoderCard) -> str:
    return f"{card.name} {card.version} ({card.weights_sha256[:12]})"


def _path(home: Path, name: str) -> Path:
    return home / FOLDER / f"{name}{SUFFIX}"
