"""Which exam makes which kind of study."""

from collections.abc import Callable, Iterator

from samples.exams import abdomen, chest, head, limbs
from samples.exams.study import StudyPlan
from samples.series import Series

EXAMS: dict[str, Callable[[StudyPlan], Iterator[Series]]] = {
    "chest radiographs": chest.radiographs,
    "portable chest radiograph": chest.portable,
    "chest CT": chest.ct,
    "head CT": head.ct,
    "head MR": head.mr,
    "abdominal CT": abdomen.ct,
    "abdominal ultrasound": abdomen.ultrasound,
    "hand radiograph": limbs.hand_radiographs,
    "knee radiographs": limbs.knee_radiographs,
    "knee MR": limbs.knee_mr,
}
