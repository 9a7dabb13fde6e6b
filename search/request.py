"""A query with all that is wanted of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InvalidRequest
from search.filters import Condition
from search.query import Query, TextPart


@dataclass(frozen=True, slots=True)
class Request:
    """One search. The hits are those of the ranks offset + 1 to offset + k."""

    query: Query
    k: int = 10
    where: Sequence[Condition] = ()

    def check(self) -> None:
        """Raise InvalidRequest for what cannot be answered."""
        if self.k < 1:
            raise InvalidRequest(f"Cannot return {self.k} hits. Ask for at least one.")
        texts = [part.text for part in self.query.parts if isinstance(part, TextPart)]
        if not all(text.strip() for text in texts):
            raise InvalidRequest("Cannot search for an empty text. Say what to look for.")
