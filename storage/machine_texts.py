"""Machine texts in the catalog: who wrote them, each text once, and which picture has which.

Blocks say of some pictures which text they have. A picture is in one block at most, and in none
until it is described.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, insert, select, true, update
from sqlalchemy.dialects import sqlite

from core.errors import InvalidRequest
from core.machine_text import CaptionerCard
from core.types import Ids
from storage.arrays import places_among
from storage.catalog import Catalog
from storage.label_sets import KEPT_ID, next_sequence
from storage.parameters import storable
from storage.schema import captioner, machine_blocks, machine_texts, pictures
from storage.statements import Statement, given
from storage.words import catch_up, forget_words

NO_TEXT: Final = -1
LAST: Final = 2**63 - 1  # no block comes later


@dataclass(frozen=True, slots=True)
class KeptCaptioner:
    """Who wrote the texts of a collection."""

    card: CaptionerCard
    made_at: datetime  # aware, UTC: when the first of them came


_texts = given("text")
_ADD: Final = Statement(
    _texts,
    sqlite.insert(machine_texts)
    .from_select(["text"], select(_texts).distinct().where(true()))
    .on_conflict_do_nothing(),
)
_IDS: Final = Statement(
    _texts,
    select(machine_texts.c.text, machine_texts.c.id).where(
        machine_texts.c.text.in_(select(_texts))
    ),
)
_numbers = given("id")
_OF: Final = Statement(
    _numbers,
    select(machine_texts.c.id, machine_texts.c.text).where(
        machine_texts.c.id.in_(select(_numbers))
    ),
)
_blocks = (
    select(machine_blocks.c.id, machine_blocks.c.ids, machine_blocks.c.texts)
    .where(machine_blocks.c.id <= bindparam("until"))
    .order_by(machine_blocks.c.id)
)
_all = (captioner, machine_blocks, machine_texts)


def kept_captioner(connection: Connection) -> KeptCaptioner | None:
    """Who wrote the machine texts; None when there are none."""
    row = connection.execute(select(captioner)).one_or_none()
    if row is None:
        return None
    card = CaptionerCard(row.name, row.version, row.weights_sha256, row.licence)
    return KeptCaptioner(card, datetime.fromtimestamp(row.made_at, UTC))


def begin_texts(connection: Connection, card: CaptionerCard) -> None:
    """Note who writes. Raises InvalidRequest when another captioner has written before."""
    kept = kept_captioner(connection)
    if kept is None:
        values = {
            "name": card.name,
            "version": card.version,
            "weights_sha256": card.weights_sha256,
            "licence": card.licence,
        }
        next_sequence(connection)
        connection.execute(insert(captioner), {**values, "id": 1, "made_at": int(time.time())})
    elif kept.card != card:
        raise InvalidRequest(
            f"The collection has machine texts of {kept.card.name} {kept.card.version} "
            f"({kept.card.weights_sha256[:12]}), not of {card.name} {card.version} "
            f"({card.weights_sha256[:12]}). Take them away first: `radseek describe --forget`."
        )


def put_texts(connection: Connection, ids: Ids, texts: Sequence[str]) -> None:
    """Keep the texts of pictures (n,), ascending by id, that have none yet."""
    told = [storable(text) for text in texts]
    _ADD.run(connection, [(text,) for text in told])
    numbers = dict(tuple(row) for row in _IDS.run(connection, [(text,) for text in set(told)]))
    row = {
        "id": next_sequence(connection),
        "ids": ids.astype(KEPT_ID).tobytes(),
        "texts": np.array([numbers[text] for text in told], KEPT_ID).tobytes(),
    }
    connection.execute(insert(machine_blocks), row)
    catch_up(connection)


def forget_texts(connection: Connection) -> None:
    """Drop all machine texts, their words, and who wrote them."""
    next_sequence(connection)
    for table in _all:
        connection.execute(delete(table))
    forget_words(connection)


def forget_told(connection: Connection) -> None:
    """Drop what is told of pictures that the catalog has no more, and texts that none has."""
    blocks = connection.execute(_blocks, {"until": LAST}).all()
    if not blocks:
        return
    known = np.fromiter(connection.execute(select(pictures.c.id)).scalars(), np.int64)
    told: set[int] = set()
    for number, ids, texts in blocks:
        told.update(_keep_known(connection, number, _array(ids), _array(texts), known))
    _drop_others(connection, told)


def _keep_known(connection: Connection, number: int, ids: Ids, texts: Ids, known: Ids) -> list[int]:
    """Keep of a block what is of known pictures; gives the texts that they have."""
    this = machine_blocks.c.id == number
    stays = np.isin(ids, known)
    if not stays.any():
        connection.execute(delete(machine_blocks).where(this))
    elif not stays.all():
        values = {"ids": ids[stays].tobytes(), "texts": texts[stays].tobytes()}
        connection.execute(update(machine_blocks).where(this).values(values))
    left: list[int] = np.unique(texts[stays]).tolist()
    return left


def _drop_others(connection: Connection, told: set[int]) -> None:
    there = connection.execute(select(machine_texts.c.id)).scalars()
    gone = [{"number": number} for number in there if number not in told]
    if gone:
        connection.execute(
            delete(machine_texts).where(machine_texts.c.id == bindparam("number")), gone
        )


class MachineTexts:
    """The machine texts of the rows of one snapshot."""

    def __init__(self, catalog: Catalog, ids: Ids, until: int) -> None:
        """Read which row has which text; `until` is the sequence of the snapshot."""
        self._catalog = catalog
        self.numbers: NDArray[np.int64] = np.full(len(ids), NO_TEXT)  # (rows,): ids of texts
        with catalog.reading() as connection:
            self.captioner = kept_captioner(connection)
            for block, texts in _told(connection, until):
                places, is_there = places_among(ids, block)
                self.numbers[places[is_there]] = texts[is_there]
        self.numbers.flags.writeable = False

    def of(self, places: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """The texts of rows, by their places; empty where there is none."""
        wanted = self.numbers[places].tolist()
        with self._catalog.reading() as connection:
            found = dict(
                tuple(row) for row in _OF.run(connection, [(number,) for number in set(wanted)])
            )
        return [str(found.get(number, "")) for number in wanted]


def _told(connection: Connection, until: int) -> Iterator[tuple[Ids, Ids]]:
    for _, ids, texts in connection.execute(_blocks, {"until": until}):
        yield _array(ids), _array(texts)


def _array(content: bytes) -> Ids:
    return np.frombuffer(content, KEPT_ID)
