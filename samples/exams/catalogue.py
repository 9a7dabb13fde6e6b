"""Which exam makes which kind of study."""

from collections.abc import Callable, Iterator

from samples.exams import chest
from samples.exams.study import StudyPlan
from samples.series import Series

EXAMS: dict[str, Callable[[StudyPlan], Iterator[Series]]] = {
    "chest radiographs": chest.radiographs,
    "portable chest radiograph": chest.portable,
    "chest CT": chest.ct,
}
