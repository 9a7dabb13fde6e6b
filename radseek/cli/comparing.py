"""How commands print what one way of ranking is better by than another."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from radseek.cli.output import put

if TYPE_CHECKING:
    from evaluation.comparing import Compared
    from evaluation.paired import Difference

SHOWN = {"precision", "average_precision", "ndcg"}


def compared_json(compared: "Compared") -> dict[str, Any]:
    """All figures of both; null: not known."""
    return {
        "images": [asdict(each) for each in compared.images],
        "texts": [asdict(each) for each in compared.texts],
    }


def put_compared(compared: "Compared", k: int) -> None:
    """Print the usual figures, a line each."""
    for kind, found in (("images", compared.images), ("texts", compared.texts)):
        for each in found:
            if each.metric.value in SHOWN:
                put(f"  {kind:<6} by {each.over.value:<8} {_line(each, k)}")


def _line(each: "Difference", k: int) -> str:
    from evaluation.page import metric_name

    bounds = "" if each.low is None else f" [{each.low:+.3f}, {each.high:+.3f}]"
    return (
        f"{metric_name(each.metric, k):<12} {each.first:.3f} -> {each.second:.3f}  "
        f"difference {each.second - each.first:+.3f}{bounds}  chance {each.chance:.3f}"
    )
