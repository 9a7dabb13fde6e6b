"""What a person should know of an answer, in sentences."""

from collections.abc import Iterator

from search.language.understanding import Understood
from search.results import Results


def remarks(results: Results) -> Iterator[str]:
    """How texts were understood, what was left out, where chance begins, what hits share."""
    for understood in results.understood:
        yield from map(str, understood.notes)
        if [term.text for term in understood.terms] != [understood.given]:
            yield f"Searched for {_in_a_line(understood)}."
    yield from results.notes
    if results.noise_from is not None:
        yield f"From rank {results.noise_from} on, hits are not told from chance."
    yield from map(str, results.alarms)


def _in_a_line(understood: Understood) -> str:
    wanted = [f"“{term.text}”" for term in understood.terms if term.weight > 0]
    against = [f"“{term.text}”" for term in understood.terms if term.weight < 0]
    return ", ".join(wanted) + (f", and against {', '.join(against)}" if against else "")
