"""The pictures that an identifier names: by an index, but for the name of a file."""

import re
from collections.abc import Sequence
from enum import StrEnum
from os import fsencode
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    String,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.functions import Function

from core.types import Ids, Location
from storage.locations import key_of
from storage.names import name_key
from storage.schema import files, identities, instances, pictures


class Naming(StrEnum):
    """What an identifier is of."""

    IMAGE_UID = "image UID"
    SERIES_UID = "series UID"
    STUDY_UID = "study UID"
    ACCESSION = "accession number"
    PATIENT = "patient identifier"
    PATH = "path"  # absolute; of an archive all of its members
    FILE_NAME = "file name"  # the last part of a path, or of the name of a member


CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # written without blanks

_spaced_name = literal(" ") + identities.c.name_key + literal(" ")
_text = bindparam("text", type_=String)
_upper = bindparam("upper", type_=String)
_name, _slashed = bindparam("name", type_=LargeBinary), bindparam("slashed", type_=LargeBinary)
_path, _member = bindparam("path", type_=LargeBinary), bindparam("member", type_=LargeBinary)
_pictures = select(pictures.c.id).join_from(instances, pictures)
_living = (instances.c.tombstone.is_(None), pictures.c.tombstone.is_(None))
_of_series = (
    instances.c.study_day.desc().nulls_last(),
    instances.c.study_uid,
    instances.c.series_number,
    instances.c.series_uid,
    pictures.c.orientation,
    pictures.c.along,
    instances.c.instance_number,
    pictures.c.frame,
    pictures.c.id,
)


def _ends_with(column: ColumnElement[bytes]) -> ColumnElement[bool]:
    end: Function[bytes] = func.substr(column, -func.length(_slashed))
    return end == _slashed


_by_uid = {
    Naming.IMAGE_UID: instances.c.sop_uid == _text,
    Naming.SERIES_UID: instances.c.series_uid == _text,
    Naming.STUDY_UID: instances.c.study_uid == _text,
}
_by_identity = {
    Naming.ACCESSION: identities.c.accession_number.in_((_text, _upper)),
    Naming.PATIENT: identities.c.patient_id.in_((_text, _upper)),
}
_by_file = {
    Naming.PATH: (files.c.path == _path) & or_(files.c.member == _member, _member == b""),
    Naming.FILE_NAME: or_(
        _ends_with(files.c.path), files.c.member == _name, _ends_with(files.c.member)
    ),
}
_statements = {
    **{naming: _pictures.where(condition) for naming, condition in _by_uid.items()},
    **{
        naming: _pictures.join(identities, identities.c.instance_id == instances.c.id).where(
            condition
        )
        for naming, condition in _by_identity.items()
    },
    **{
        naming: _pictures.where(instances.c.id.in_(select(files.c.instance_id).where(condition)))
        for naming, condition in _by_file.items()
    },
}
_ordered = {
    naming: statement.where(*_living).order_by(*_of_series)
    for naming, statement in _statements.items()
}


def names_somebody(connection: Connection, words: Sequence[str]) -> bool:
    """Whether one of these words is a word of a patient's name; in Chinese, a part of one.

    Names are looked through one by one, which takes time in proportion to their number.
    """
    if not words:
        return False
    named = or_(*(_is_in_name(name_key(word)) for word in words))
    found = select(identities.c.instance_id).where(named).limit(1)
    return connection.execute(found).first() is not None


def _is_in_name(key: str) -> ColumnElement[bool]:
    if CJK.search(key):
        return func.instr(func.replace(identities.c.name_key, " ", ""), key) > 0
    return func.instr(_spaced_name, f" {key} ") > 0


def pictures_named(
    connection: Connection, namings: Sequence[Naming], text: str
) -> tuple[Naming, Ids] | None:
    """The first of these namings by which a text names living pictures, with their ids.

    They are series by series in their order, the newest study first. Identifiers are compared as
    they stand, or in capitals. A file name is looked for among all paths, which takes time in
    proportion to their number.
    """
    for naming in namings:
        found = connection.execute(_ordered[naming], _parameters(naming, text)).scalars().all()
        if found:
            return naming, np.array(found, dtype=np.int64)
    return None


def _parameters(naming: Naming, text: str) -> dict[str, str | bytes]:
    match naming:
        case Naming.PATH:
            path, _, member = text.partition("!/")
            return dict(zip(("path", "member"), key_of(Location(Path(path), member)), strict=True))
        case Naming.FILE_NAME:
            name = fsencode(text)
            return {"name": name, "slashed": b"/" + name}
        case Naming.ACCESSION | Naming.PATIENT:
            return {"text": text, "upper": text.upper()}
        case _:
            return {"text": text}
