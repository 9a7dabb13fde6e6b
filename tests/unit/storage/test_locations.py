"""Locations survive the catalog, and folders hold what lies in them."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select

from core.types import Location
from storage.locations import key_of, lies_under, location_of
from storage.schema import files, metadata

any_text = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates too
paths = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name)


@given(path=paths, member=any_text)
def test_a_location_comes_back_as_it_was(path: bytes, member: str) -> None:
    location = Location(Path(os.fsdecode(b"/" + path)), member)

    assert location_of(*key_of(location)) == location


@given(one=any_text, other=any_text)
def test_two_members_never_share_a_key(one: str, other: str) -> None:
    keys = [key_of(Location(Path("/a.zip"), name)) for name in (one, other)]

    assert (keys[0] == keys[1]) == (one == other)


@pytest.mark.parametrize(
    ("under", "held"),
    [
        ("/a", ["/a", "/a/b", "/a/\udcff"]),
        ("/a/b", ["/a/b"]),
        ("/", ["/a", "/a/b", "/a/\udcff", "/a b", "/a.zip", "/a0"]),
        ("/a/b/c", []),
    ],
)
def test_a_folder_holds_itself_and_what_is_in_it(under: str, held: list[str]) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    names = ["/a", "/a/b", "/a/\udcff", "/a b", "/a.zip", "/a0"]
    told = {"size": 0, "modified_ns": 0, "sha256": "", "skip_code": "corrupt"}
    with engine.begin() as connection:
        keys = [key_of(Location(Path(name))) for name in names]
        rows = [{"path": path, "member": member, **told} for path, member in keys]
        connection.execute(insert(files), rows)

        found = connection.execute(
            select(files.c.path, files.c.member).where(lies_under(Path(under)))
        )
        assert {str(location_of(*row).path) for row in found} == set(held)
    engine.dispose()
