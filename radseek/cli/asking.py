"""From the options of `search` and `similar` to a request.

An option of every answer is one field of `AnswerOptions` and one line of `request_of`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from core.types import Ranking, Unit
from radseek.cli.options import TopK, WhereOption

if TYPE_CHECKING:
    from search.query import Query
    from search.request import Request

OffsetOption = Annotated[int, typer.Option("--offset", min=0, help="Hits to pass over: pages.")]
SequenceOption = Annotated[
    int | None,
    typer.Option(
        "--sequence",
        help="That of the first page's JSON: says when the collection has changed since.",
        show_default=False,
    ),
]
UnitOption = Annotated[
    Unit | None,
    typer.Option(
        "--by",
        help="Of what to show the best picture each (else picture; series with --series).",
        show_default=False,
    ),
]
OwnPatientOption = Annotated[
    bool, typer.Option("--own-patient", help="Also pictures of the patient that is asked with.")
]
OnlyPatientOption = Annotated[
    bool, typer.Option("--only-patient", help="Only pictures of the patient that is asked with.")
]
FoldOption = Annotated[
    float | None,
    typer.Option(
        "--fold",
        help="Show one of a patient's pictures whose cosine is at least this, such as 0.98.",
        show_default=False,
    ),
]
DiversityOption = Annotated[
    float,
    typer.Option("--diversity", min=0, max=1, help="How much hits shall differ from each other."),
]
AddToOption = Annotated[
    str | None,
    typer.Option("--add-to", help="Put the hits into this cohort, too.", show_default=False),
]
RerankOption = Annotated[
    int,
    typer.Option(
        "--rerank",
        help="Read so many of the first hits again, each with the text, and order them by that.",
    ),
]
RankingOption = Annotated[
    Ranking,
    typer.Option("--ranking", help="What puts pictures in order; words are those of reports."),
]


@dataclass(frozen=True, slots=True)
class AnswerOptions:
    """What is wanted of an answer, whatever is asked."""

    PANEL: ClassVar = "The answer"

    k: TopK = 10
    where: WhereOption = None
    unit: UnitOption = None
    offset: OffsetOption = 0
    sequence: SequenceOption = None
    own_patient: OwnPatientOption = False
    only_patient: OnlyPatientOption = False
    fold: FoldOption = None
    diversity: DiversityOption = 0.0
    ranking: RankingOption = Ranking.EMBEDDING
    rerank: RerankOption = 0
    add_to: AddToOption = None


def request_of(query: "Query", options: AnswerOptions) -> "Request":
    """The request for a query. Raises InvalidFilter."""
    from search.filters import parse_where
    from search.request import Request

    return Request(
        query,
        k=options.k,
        where=[parse_where(condition) for condition in options.where or ()],
        unit=options.unit or (Unit.PICTURE if query.series() is None else Unit.SERIES),
        offset=options.offset,
        sequence=options.sequence,
        own_patient=options.own_patient,
        only_patient=options.only_patient,
        fold=options.fold,
        diversity=options.diversity,
        ranking=options.ranking,
        rerank=options.rerank,
    )
