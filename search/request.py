"""A query with all that is wanted of its answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import InvalidRequest
from core.types import Ranking, Unit
from search.query import Query, TextPart
from search.where.tree import Where

MOST_REREAD: Final = 1000  # hits: minutes on a CPU


@dataclass(frozen=True, slots=True)
class Request:
    """One search. The hits are those of the ranks offset + 1 to offset + k."""

    query: Query
    k: int = 10
    where: Sequence[Where] = ()
    offset: int = 0  # hits that were shown before
    sequence: int | None = None  # of the collection when they were; another one is noted
    unit: Unit = Unit.PICTURE  # of what there is one hit each
    own_patient: bool = False  # also pictures of the patient of one that is asked with
    only_patient: bool = False  # no others: what else there is of that patient
    fold: float | None = (
        None  # cosine from which pictures of a patient are near-duplicates; None: never
    )
    diversity: float = 0.0  # of hits among themselves: 0, by score alone, to 1
    ranking: Ranking = Ranking.EMBEDDING  # what puts pictures in order
    rerank: int = 0  # of the first hits, that are read again with the text and put in order by that

    def check(self) -> None:
        """Raise InvalidRequest for what cannot be answered."""
        if self.k < 1:
            raise InvalidRequest(f"Cannot return {self.k} hits. Ask for at least one.")
        self._check_order()
        self.query.check()
        self._check_ranking()
        self._check_rereading()

    def _check_order(self) -> None:
        if self.offset < 0:
            raise InvalidRequest(f"Cannot begin behind {self.offset} hits. Give 0 or more.")
        if self.fold is not None and not 0 < self.fold <= 1:
            raise InvalidRequest(
                f"Near-duplicates cannot be told by a cosine of {self.fold}. "
                "Give one above 0, and 1 at most, such as 0.98."
            )
        if self.fold is not None and self.unit is Unit.SERIES and self.query.series() is not None:
            raise InvalidRequest(
                "Series that answer to a whole one are not folded. Leave --fold out."
            )
        if not 0 <= self.diversity <= 1:
            raise InvalidRequest(
                f"Diversity cannot be {self.diversity}. Give a number from 0 to 1."
            )

    def _check_rereading(self) -> None:
        if not self.rerank:
            return
        if not 0 < self.rerank <= MOST_REREAD:
            raise InvalidRequest(
                f"Cannot read {self.rerank} hits again. Give a number from 1 to {MOST_REREAD}."
            )
        if self.query.text() is None or self.diversity:
            raise InvalidRequest(
                "Hits are read again with one text, and then stand in the order of that. Ask with "
                "words alone and without --diversity, or leave --rerank out."
            )

    def _check_ranking(self) -> None:
        if self.ranking is Ranking.EMBEDDING:
            return
        if not any(isinstance(part, TextPart) and part.weight > 0 for part in self.query.parts):
            raise InvalidRequest(
                f"Cannot rank by {self.ranking.value} without a text. Ask with words, too."
            )
        if self.diversity:
            raise InvalidRequest(
                "Diversity is weighed against the score alone. Leave --diversity or --ranking out."
            )
