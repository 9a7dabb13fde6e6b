"""What the parts of an evaluation are called, and what they mean."""

from enum import StrEnum
from typing import Final

from evaluation.answers import Scope
from evaluation.ranking import Metric
from ui.language import N_

METRICS: Final = {
    Metric.PRECISION: N_("Precision@{k}"),
    Metric.RECALL: N_("Recall@{k}"),
    Metric.AVERAGE_PRECISION: N_("mAP"),
    Metric.NDCG: N_("nDCG@{k}"),
    Metric.RECIPROCAL_RANK: N_("MRR"),
}
MEANINGS: Final = {
    Metric.PRECISION: N_("The share of the first {k} hits that are right."),
    Metric.RECALL: N_("The share of all right pictures that are among the first {k} hits."),
    Metric.AVERAGE_PRECISION: N_(
        "The mean of the precision at the rank of each right picture: the whole order counts."
    ),
    Metric.NDCG: N_(
        "The right ones among the first {k}, those at the top counting more, as a share of the "
        "best possible."
    ),
    Metric.RECIPROCAL_RANK: N_("The mean of 1 / rank of the first right hit."),
}
SCOPES: Final = {
    Scope.ALL: N_("All pictures"),
    Scope.WITHIN: N_("Alike ones alone"),
    Scope.ELSEWHERE: N_("Other scanners alone"),
}
ABOUT_SCOPES: Final = {
    Scope.ALL: N_("Answers may be any labelled picture."),
    Scope.WITHIN: N_(
        "Answers may only be pictures of the same stratum, such as the same anatomy: what is above "
        "chance here is not owed to it."
    ),
    Scope.ELSEWHERE: N_(
        "Answers may only be pictures of another scanner than the query's. Where this is much "
        "worse, scanners were found rather than what was asked for."
    ),
}


class Group(StrEnum):
    """Which examples are shown."""

    HITS = "hits"
    WRONG = "wrong"
    MISSES = "misses"


OF_TEXTS: Final = {
    Group.HITS: N_("Right, among the first {k}"),
    Group.WRONG: N_("Wrong, among the first {k}"),
    Group.MISSES: N_("Right, but far behind"),
}
OF_IMAGES: Final = {
    Group.HITS: N_("Find others best"),
    Group.MISSES: N_("Find others worst"),
}
