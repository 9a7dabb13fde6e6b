"""The line about an answer: how much was found, of how many, in how long."""

from ui.language import _, number
from ui.search_page.answer import Answer


def summary(answer: Answer) -> str:
    """Such as "Nearest 60 of 5,012, 34 ms", and from the second page on "Nearest 61-120 of ..."."""
    shown, of = _ranks(answer), number(answer.matching)
    if answer.results is None:
        return _("Newest {shown} of {all}").format(shown=shown, all=of)
    timings = answer.results.timings
    seconds = timings.encode_s + timings.index_s + timings.catalog_s + timings.judging_s
    took = number(round(1000 * seconds))
    if any(hit.score is None for hit in answer.results.hits):
        return _("Named {shown} of {all}, {n} ms").format(shown=shown, all=of, n=took)
    return _("Nearest {shown} of {all}, {n} ms").format(shown=shown, all=of, n=took)


def _ranks(answer: Answer) -> str:
    """How many are shown, or behind others which ones."""
    ranks = [shown.rank for shown in answer.pictures]
    if not ranks or ranks[0] == 1:
        return number(len(ranks))
    return f"{number(ranks[0])}–{number(ranks[-1])}"
