"""The other files that a picture is linked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.types import Related, Relation

MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """Files that are linked in one way; of many the first."""

    relation: Relation
    names: tuple[str, ...]
    more: int  # further ones


def linked(related: Sequence[Related], *, with_places: bool) -> list[Linked]:
    """The linked files by what links them, a conflict first.

    A path may hold a name: without places, files are told by the ids of their pictures.
    """
    order = (Relation.CONFLICT, *(each for each in Relation if each is not Relation.CONFLICT))
    found = {kind: [each for each in related if each.relation is kind] for kind in order}
    return [
        Linked(kind, _names(those[:MOST_SHOWN], with_places), max(len(those) - MOST_SHOWN, 0))
        for kind, those in found.items()
        if those
    ]


def _names(related: Sequence[Related], with_places: bool) -> tuple[str, ...]:
    if with_places:
        return tuple(str(each.location) for each in related)
    return tuple("" if each.picture_id is None else str(each.picture_id) for each in related)
