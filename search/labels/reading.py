"""Files that say which labels to ask for: TOML, CSV, or a plain list."""

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from core.errors import InvalidRequest
from storage.label_sets import Label, LabelSet

BUILTIN = "builtin:"
BUILTINS = ("anatomy",)
SET_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,63}")
FIELDS = ("name", "texts", "group", "tags")


def read_labels(source: str, name: str | None = None, multilabel: bool = False) -> LabelSet:
    """The set in a file, or one that ships inside, such as `builtin:anatomy`.

    Named `name`, else as the file says, else as the file is called. Raises InvalidRequest with
    what is wrong.
    """
    asked = _read(source)
    asked = replace(asked, name=name or asked.name, multilabel=multilabel or asked.multilabel)
    _check_name(asked.name)
    _check_labels(source, asked)
    if not asked.multilabel:
        _check_groups(source, asked)
    return asked


def read_texts(source: str) -> dict[str, tuple[str, ...]]:
    """The texts of each label in such a file; of a label without any its name. InvalidRequest."""
    asked = _read(source)
    _check_labels(source, asked)
    return {label.name: label.texts or (label.name,) for label in asked.labels}


def _read(source: str) -> LabelSet:
    file = _builtin(source) if source.startswith(BUILTIN) else Path(source)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"Cannot read {source} as text: {error}.") from error
    return _parse(file, text)


def _builtin(source: str) -> Path:
    name = source.removeprefix(BUILTIN)
    if name not in BUILTINS:
        raise InvalidRequest(f"No set {name!r} ships inside. There are: {', '.join(BUILTINS)}.")
    return Path(__file__).with_name(f"{name}.toml")


def _parse(file: Path, text: str) -> LabelSet:
    named = file.stem.lower().replace(" ", "-")
    if file.suffix.lower() == ".toml":
        return _from_toml(file, text, named)
    if file.suffix.lower() == ".csv":
        return LabelSet(named, _from_csv(file, text))
    lines = (line.strip() for line in text.splitlines())
    return LabelSet(named, tuple(Label(line) for line in lines if line))


def _from_toml(file: Path, text: str, named: str) -> LabelSet:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRequest(f"Cannot read {file} as TOML: {error}.") from error
    _check_keys(file, table, ("name", "multilabel", "label"))
    rows = table.get("label", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidRequest(f"The labels of {file} are to be [[label]] tables.")
    for row in rows:
        _check_keys(file, row, FIELDS)
    labels = tuple(_label(file, row) for row in rows)
    return LabelSet(str(table.get("name", named)), labels, table.get("multilabel") is True)


def _label(file: Path, row: Mapping[str, Any]) -> Label:
    texts, tags = row.get("texts", []), row.get("tags", [])
    words = [row.get("name", ""), row.get("group", ""), *_list(file, texts), *_list(file, tags)]
    if not all(isinstance(word, str) for word in words):
        raise InvalidRequest(f"A label of {file} has something that is no text: {words!r}.")
    name, group = words[:2]
    return Label(name.strip(), _kept(texts), group.strip(), _kept(tag.upper() for tag in tags))


def _list(file: Path, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidRequest(f"`texts` and `tags` of {file} are lists, not {value!r}.")
    return value


def _from_csv(file: Path, text: str) -> tuple[Label, ...]:
    reader = csv.DictReader(StringIO(text))
    _check_keys(file, reader.fieldnames or (), FIELDS)
    if "name" not in (reader.fieldnames or ()):
        raise InvalidRequest(f"The first line of {file} has to name a column `name`.")
    return tuple(
        Label(
            (row["name"] or "").strip(),
            _kept((row.get("texts") or "").split(";")),
            (row.get("group") or "").strip(),
            _kept((row.get("tags") or "").upper().split(";")),
        )
        for row in reader
    )


def _kept(words: Any) -> tuple[str, ...]:
    return tuple(word.strip() for word in words if word.strip())


def _check_keys(file: Path, had: Any, possible: Sequence[str]) -> None:
    unknown = [key for key in had if key not in possible]
    if unknown:
        raise InvalidRequest(
            f"{file} has {', '.join(map(repr, unknown))}; possible are {', '.join(possible)}."
        )


def _check_name(name: str) -> None:
    if not SET_NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot name a set of labels. "
            "Use 1 to 64 of a-z, 0-9, '.', '_' and '-', and do not begin with a dot."
        )


def _check_labels(source: str, asked: LabelSet) -> None:
    names = [label.name.casefold() for label in asked.labels]
    if not names or not all(names):
        raise InvalidRequest(f"{source} has no labels, or one without a name.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidRequest(f"The label {twice!r} is twice in {source}. Name each label once.")


def _check_groups(source: str, asked: LabelSet) -> None:
    for group in asked.groups():
        if sum(label.group == group for label in asked.labels) < 2:
            where = f"The group {group!r} of {source}" if group else source
            raise InvalidRequest(
                f"{where} has one label alone, which would be certain of every picture. Add what "
                "it is told from, or ask for each label by itself with --multilabel."
            )
