"""From the options of `search` and `similar` to a request.

An option of every answer is one field of `AnswerOptions` and one line of `request_of`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from radseek.cli.options import TopK, WhereOption

if TYPE_CHECKING:
    from search.query import Query
    from search.request import Request


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """What is wanted of an answer, whatever is asked."""

    k: TopK = 10
    where: WhereOption = None


def request_of(query: "Query", options: AnswerOptions) -> "Request":
    """The request for a query. Raises InvalidFilter."""
    from search.filters import parse_where
    from search.request import Request

    return Request(
        query,
        k=options.k,
        where=[parse_where(condition) for condition in options.where or ()],
    )
