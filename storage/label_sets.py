"""Zero-shot labels in the catalog: what was asked of all pictures, and how probable each answer is.

The probabilities of a set lie in blocks, each for some pictures. A picture is in one block of a set
at most, and in none until the set is applied to it. The ids of sets and of blocks are the sequence
at which they came, so that none is ever given twice.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from core.errors import InvalidRequest, UnknownName
from core.types import Ids
from storage.schema import label_blocks, label_sets, meta, pictures

BLOCK: Final = 4096  # pictures
KEPT: Final = np.dtype("<f2")  # probabilities, as they lie in the catalog
KEPT_ID: Final = np.dtype("<i8")

Probabilities = NDArray[np.float32]  # (n, labels)


@dataclass(frozen=True, slots=True)
class Label:
    """One answer, and how it is said to an encoder."""

    name: str
    texts: tuple[str, ...] = ()  # their mean is what pictures are compared with
    group: str = ""  # labels of one group exclude each other
    tags: tuple[str, ...] = ()  # what a file says that means this label, in capitals


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels that are asked together."""

    name: str
    labels: tuple[Label, ...]
    multilabel: bool = False  # each label by itself (sigmoid), else one of its group (softmax)

    def groups(self) -> tuple[str, ...]:
        """The groups, in the order in which they come first."""
        return tuple(dict.fromkeys(label.group for label in self.labels))


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A set as the catalog has it."""

    id: int
    asked: LabelSet
    made_at: datetime  # aware, UTC


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The probabilities of some pictures."""

    ids: Ids  # (n,), ascending
    probabilities: NDArray[np.float16]  # (n, labels)


_sets = select(
    label_sets.c.id,
    label_sets.c.name,
    label_sets.c.multilabel,
    label_sets.c.labels,
    label_sets.c.made_at,
).order_by(label_sets.c.name)
_last = select(func.coalesce(func.max(label_blocks.c.id), 0))
_blocks = (
    select(label_blocks.c.ids, label_blocks.c.probabilities)
    .where(
        label_blocks.c.set_id == bindparam("set_id"),
        label_blocks.c.id > bindparam("after"),
        label_blocks.c.id <= bindparam("until"),
    )
    .order_by(label_blocks.c.id)
)
_ids = select(label_blocks.c.ids).where(label_blocks.c.set_id == bindparam("set_id"))
_numbers = select(label_blocks.c.id).order_by(label_blocks.c.id)
_one_block = select(label_blocks.c.ids, label_blocks.c.probabilities).where(
    label_blocks.c.id == bindparam("number")
)
_advance = update(meta).values(sequence=meta.c.sequence + 1, updated_at=bindparam("seconds"))
_sequence = select(meta.c.sequence)
_reach = update(label_sets).where(label_sets.c.id == bindparam("set_id"))


def kept_sets(connection: Connection) -> tuple[KeptSet, ...]:
    """All sets, by name."""
    return tuple(
        KeptSet(number, LabelSet(name, _labels(labels), multilabel), _when(seconds))
        for number, name, multilabel, labels, seconds in connection.execute(_sets)
    )


def last_block(connection: Connection) -> int:
    """The newest block of all sets; 0: there is none."""
    return int(connection.execute(_last).scalar_one())


def blocks(connection: Connection, set_id: int, after: int, until: int) -> Iterator[Block]:
    """The blocks of a set with after < id <= until, oldest first."""
    bounds = {"set_id": set_id, "after": after, "until": until}
    for ids, probabilities in connection.execute(_blocks, bounds):
        yield _block(ids, probabilities)


def labelled_ids(connection: Connection, set_id: int) -> Ids:
    """The pictures that have the labels of a set, also those that have ended."""
    found = connection.execute(_ids, {"set_id": set_id}).scalars()
    return np.frombuffer(b"".join(found), KEPT_ID)


def begin_set(connection: Connection, asked: LabelSet) -> KeptSet:
    """Keep a set, without any probability yet, or give the one that is the same.

    Raises InvalidRequest when another one has its name.
    """
    before = next((kept for kept in kept_sets(connection) if kept.asked.name == asked.name), None)
    if before is None:
        return _new_set(connection, asked)
    if before.asked != asked:
        raise InvalidRequest(
            f"The collection has another set of labels {asked.name!r}. Give this one another name "
            "with --name, or make the set anew with --again."
        )
    return before


def put_block(connection: Connection, set_id: int, ids: Ids, probabilities: Probabilities) -> None:
    """Keep the probabilities of pictures (n,), ascending by id, that the set lacks: (n, labels)."""
    sequence = next_sequence(connection)
    row = {
        "id": sequence,
        "set_id": set_id,
        "ids": ids.astype(KEPT_ID).tobytes(),
        "probabilities": probabilities.astype(KEPT).tobytes(),
    }
    connection.execute(insert(label_blocks), row)
    connection.execute(_reach.values(sequence=sequence), {"set_id": set_id})


def drop_set(connection: Connection, name: str) -> None:
    """Forget a set and all its probabilities. Raises UnknownName."""
    found = [kept.id for kept in kept_sets(connection) if kept.asked.name == name]
    if not found:
        raise no_set(name, [kept.asked.name for kept in kept_sets(connection)])
    next_sequence(connection)
    connection.execute(delete(label_blocks).where(label_blocks.c.set_id == found[0]))
    connection.execute(delete(label_sets).where(label_sets.c.id == found[0]))


def forget_pictures(connection: Connection) -> None:
    """Drop the probabilities of pictures that the catalog has no more."""
    numbers = connection.execute(_numbers).scalars().all()
    if not numbers:
        return
    known = np.fromiter(connection.execute(select(pictures.c.id)).scalars(), np.int64)
    for number in numbers:
        block = _block(*connection.execute(_one_block, {"number": number}).one())
        stays = np.isin(block.ids, known)
        if not stays.all():
            _shrink(connection, number, block.ids[stays], block.probabilities[stays])


def no_set(name: str, known: Sequence[str]) -> UnknownName:
    """The error for a set that is not there."""
    names = ", ".join(known) or "none yet"
    return UnknownName(
        f"The collection has no set of labels {name!r}. It has: {names}. Make one with "
        "`radseek label --labels FILE`."
    )


def _new_set(connection: Connection, asked: LabelSet) -> KeptSet:
    sequence, seconds = next_sequence(connection), int(time.time())
    row = {
        "id": sequence,
        "name": asked.name,
        "multilabel": asked.multilabel,
        "labels": json.dumps([asdict(label) for label in asked.labels]),
        "sequence": sequence,
        "made_at": seconds,
    }
    connection.execute(insert(label_sets), row)
    return KeptSet(sequence, asked, _when(seconds))


def next_sequence(connection: Connection) -> int:
    """Bring the collection one sequence further, so that open readers look again."""
    connection.execute(_advance, {"seconds": int(time.time())})
    return int(connection.execute(_sequence).scalar_one())


def _shrink(
    connection: Connection, number: int, ids: Ids, probabilities: NDArray[np.float16]
) -> None:
    this = label_blocks.c.id == number
    if not len(ids):
        connection.execute(delete(label_blocks).where(this))
        return
    values = {"ids": ids.tobytes(), "probabilities": probabilities.tobytes()}
    connection.execute(update(label_blocks).where(this).values(values))


def _block(ids: bytes, probabilities: bytes) -> Block:
    own = np.frombuffer(ids, KEPT_ID)
    return Block(own, np.frombuffer(probabilities, KEPT).reshape(len(own), -1))


def _labels(text: str) -> tuple[Label, ...]:
    return tuple(
        Label(
            row["name"],
            tuple(row["texts"]),
            row.get("group", ""),
            tuple(row.get("tags", ())),
        )
        for row in json.loads(text)
    )


def _when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
