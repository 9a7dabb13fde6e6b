"""An evaluation as one page of HTML that needs nothing else, to read and to pass on.

It names labels, texts and scanners, and counts patients.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from core.counting import counted
from evaluation.answers import Scope
from evaluation.bootstrap import LEVEL
from evaluation.evaluating import Evaluation
from evaluation.ranking import Metric
from evaluation.tables import LEAST_PATIENTS, Figure, Line, Table

TEMPLATE = Path(__file__).with_name("page.html")

Scopes = Mapping[Scope, tuple[str, str]]  # a heading, and a sentence

NAMES = {
    Metric.PRECISION: "precision@{k}",
    Metric.RECALL: "recall@{k}",
    Metric.AVERAGE_PRECISION: "mAP",
    Metric.NDCG: "nDCG@{k}",
    Metric.RECIPROCAL_RANK: "MRR",
}
OF_IMAGES = {
    Scope.ALL: ("All pictures", "Answers may be any labelled picture of another patient."),
    Scope.WITHIN: (
        "Among alike pictures",
        "Answers may only be pictures of the same stratum (such as the same anatomy), of other "
        "patients. Chance is a random order of these: what is above it is not owed to the stratum.",
    ),
    Scope.ELSEWHERE: (
        "From other scanners",
        "Answers may only be pictures of another scanner than the query's. Where this is much "
        "worse than above, scanners were found rather than what was asked for.",
    ),
}

OF_TEXTS = {
    Scope.ALL: ("All pictures", "Answers may be any labelled picture."),
    Scope.WITHIN: (
        "Among alike pictures",
        "Answers may only be pictures of the strata, such as the anatomy, in which the label "
        "occurs.",
    ),
}


def page(evaluation: Evaluation, title: str) -> str:
    """The whole page."""
    k = evaluation.plan.k
    parts = [
        f"<h1>{escape(title)}</h1>",
        _overview(evaluation),
        _kind("Pictures as queries", _about_images(evaluation), evaluation.image, OF_IMAGES, k),
        _kind("Texts as queries", _about_texts(evaluation), evaluation.text, OF_TEXTS, k),
        _index(evaluation),
        _sizes(evaluation),
        _definitions(evaluation),
    ]
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(body="\n".join(parts))


def metric_name(metric: Metric, k: int) -> str:
    """How a metric is called where people read it."""
    return NAMES[metric].format(k=k)


def _overview(evaluation: Evaluation) -> str:
    lines = [
        f"{counted(evaluation.pictures, 'labelled picture')} of "
        f"{counted(evaluation.patients, 'patient')}, out of "
        f"{counted(evaluation.collection_pictures, 'picture')} in the collection. "
        "Not a medical device: these figures say how well pictures with the same labels find each "
        "other, not how well anything is diagnosed.",
    ]
    lines += evaluation.doubts()
    if evaluation.copies:
        disputed = f", {evaluation.disputed} of them with other labels" * bool(evaluation.disputed)
        copies = counted(evaluation.copies, "picture")
        lines.append(f"Left out, with the same pixels as another one: {copies}{disputed}.")
    if evaluation.unmatched:
        unmatched = counted(evaluation.unmatched, "line")
        lines.append(f"No picture here is named by {unmatched} of the truth.")
    return "".join(_paragraph(line) for line in lines) + _key()


def _key() -> str:
    return (
        '<p class="key soft">A bar runs from 0 to 1: <span class="bar">'
        f"{_mark('range', 0.55, 0.75)}{_mark('value', 0.66)}{_mark('chance', 0.2)}</span>"
        f"the value, its {LEVEL:.0%} interval if other patients had been there, and (orange) what "
        "a random order of the same pictures gives. A value without an interval comes from fewer "
        f"than {LEAST_PATIENTS} patients: it is an anecdote.</p>"
    )


def _about_images(evaluation: Evaluation) -> str:
    asked, k = evaluation.asked, evaluation.plan.k
    sampled = "a random sample" if asked < evaluation.pictures else "all of them"
    return (
        f"{asked} labelled pictures ask for others with their labels ({sampled}); pictures of the "
        f"query's own patient never count. The first {k} hits are looked at."
    )


def _about_texts(evaluation: Evaluation) -> str:
    return (
        f"{len(evaluation.texts)} texts, each of which stands for a label, ask for the pictures "
        "that have it, by the way that the search box takes."
    )


def _kind(heading: str, about: str, tables: Sequence[Table], scopes: Scopes, k: int) -> str:
    if not tables:
        return ""
    parts = [f"<h2>{escape(heading)}</h2>", _paragraph(about)]
    parts += [_scope(table, *scopes[table.scope], k) for table in tables]
    return "\n".join(parts)


def _scope(table: Table, name: str, about: str, k: int) -> str:
    parts = [f"<h3>{escape(name)}</h3>", _paragraph(about, "soft")]
    if table.unanswerable:
        queries = counted(table.unanswerable, "query", "queries")
        parts.append(_paragraph(f"Without a right answer here: {queries}.", "soft"))
    if table.near:
        near = f"Left out as near-duplicates of their query: {counted(table.near, 'picture')}."
        parts.append(_paragraph(near, "soft"))
    if table.macro is None or table.micro is None:
        return "\n".join(parts)
    means = [_row(line, "mean") for line in (table.macro, table.micro)]
    parts.append(_lines("label", k, [*means, *(_row(line) for line in table.labels)]))
    if table.scanners:
        parts.append(_lines("scanner of the query", k, [_row(line) for line in table.scanners]))
    return "\n".join(parts)


def _lines(first: str, k: int, rows: Iterable[str]) -> str:
    names = [first, "queries", "patients", "relevant", *(metric_name(each, k) for each in Metric)]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _row(line: Line, kind: str = "") -> str:
    cells = [escape(line.name), line.queries, line.patients, f"{line.relevant:.0f}"]
    shown = [*cells, *(_figure(figure) for figure in line.figures)]
    return f'<tr class="{kind}">{"".join(f"<td>{cell}</td>" for cell in shown)}</tr>'


def _figure(figure: Figure) -> str:
    best = f" <small>of {figure.best:.2f}</small>" if figure.best < 0.995 else ""
    marks = _mark("value", figure.value) + _mark("chance", figure.chance)
    told = f"chance {figure.chance:.2f}"
    if figure.low is not None and figure.high is not None:
        marks = _mark("range", figure.low, figure.high) + marks
        told = f"{figure.low:.2f}–{figure.high:.2f}, {told}"
    bar = f'<span class="bar">{marks}</span><small class="told">{told}</small>'
    return f"{figure.value:.3f}{best}{bar}"


def _mark(kind: str, at: float, until: float | None = None) -> str:
    width = "" if until is None else f";width:{100 * (until - at):.1f}%"
    return f'<i class="{kind}" style="left:{100 * at:.1f}%{width}"></i>'


def _index(evaluation: Evaluation) -> str:
    rows = "".join(
        f"<tr><td>{each.kind.value}</td><td>{each.queries}</td><td>{each.recall:.4f}</td>"
        f"<td>{each.when_built:.4f}</td></tr>"
        for each in evaluation.index
    )
    about = (
        f"The share of the {evaluation.plan.k} nearest pictures of the whole collection that the "
        f"index ({evaluation.index_kind}) gives, beside exact search; and at 10 when it was built. "
        "It says nothing of whether these are right."
    )
    head = "<tr><th>asked with</th><th>queries</th><th>recall</th><th>when built</th></tr>"
    return f"<h2>What the index loses</h2>{_paragraph(about)}<table>{head}{rows}</table>"


def _sizes(evaluation: Evaluation) -> str:
    texts: dict[str, list[str]] = {}
    for query in evaluation.texts:
        texts.setdefault(query.label, []).append(query.text)
    rows = "".join(
        f"<tr><td>{escape(size.label)}</td><td>{size.pictures}</td><td>{size.patients}</td>"
        f"<td>{escape('; '.join(texts.get(size.label, [])))}</td></tr>"
        for size in evaluation.sizes
    )
    head = "<tr><th>label</th><th>pictures</th><th>patients</th><th>asked for as</th></tr>"
    return f'<h2>The labels</h2><div class="scroll"><table>{head}{rows}</table></div>'


def _definitions(evaluation: Evaluation) -> str:
    k = evaluation.plan.k
    told = [
        f"precision@{k}: relevant pictures among the first {k}, divided by {k}. Where fewer are "
        "relevant, “of” gives what a perfect order would reach.",
        f"recall@{k}: the same, divided by all that are relevant.",
        "mAP: the mean over queries of average precision, which is the mean of the precision at "
        "the rank of each relevant picture.",
        f"nDCG@{k}: gains of the first {k}, divided by log2(1 + rank), as a part of the best "
        "possible. The gain is the share of labels in common (Jaccard); of a text it is 1.",
        "MRR: the mean of 1 / rank of the first relevant picture.",
        "A picture is relevant when it has a label that was asked for. “All labels” is the mean "
        "over labels, “all queries” the mean over queries.",
        f"Intervals: patients are drawn {evaluation.plan.resampling.times} times with replacement "
        f"(seed {evaluation.plan.resampling.seed}), with all their pictures. 1.00–1.00 says that "
        "nothing was wrong for those who are here, not that nothing could be.",
    ]
    return "<h2>What the figures mean</h2>" + "".join(_paragraph(line) for line in told)


def _paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>'
