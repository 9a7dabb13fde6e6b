"""What a person liked, as something that is known of pictures."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.errors import InvalidRequest
from core.types import Mask
from evaluation.truth import Known, Truth, take, truth_of
from storage.keys import Key
from storage.snapshot import Snapshot

OTHERS: Final = 4  # pictures drawn from the rest of the collection, for each one that was liked
LEAST_OTHERS: Final = 500


@dataclass(frozen=True, slots=True)
class Liked:
    """Boards whose pictures belong together, each by itself, and boards of what is like none."""

    boards: tuple[str, ...]
    unlike: tuple[str, ...] = ()


def truth_of_likes(snapshot: Snapshot, liked: Liked, seed: int) -> Truth:
    """The pictures of the boards, labelled by their names; those that are unlike, and some others.

    Raises UnknownName for a board that is not there, InvalidRequest for one with nothing in it.
    """
    boards = [_board(snapshot, name) for name in liked.boards]
    kept = np.any([*boards, *(_board(snapshot, name) for name in liked.unlike)], axis=0)
    rest = np.flatnonzero(~kept)
    wanted = min(len(rest), max(LEAST_OTHERS, OTHERS * int(kept.sum())))
    others = np.random.default_rng(seed).choice(rest, wanted, replace=False)
    places = np.sort(np.concatenate([np.flatnonzero(kept), others]))
    has = np.stack(boards, axis=1)[places]
    kinds, codes = np.unique(has, axis=0, return_inverse=True)
    answers = [frozenset(np.array(liked.boards)[kind].tolist()) for kind in kinds]
    patients = snapshot.keys(Key.PATIENT)[places]
    scanners = take(snapshot.column("model"), places)
    known = Known(places, answers, codes.reshape(-1).astype(np.int64), patients, scanners, None)
    return truth_of(snapshot.ids, known, snapshot.keys(Key.PIXELS)[places])


def _board(snapshot: Snapshot, name: str) -> Mask:
    inside = snapshot.cohort(name)
    if not inside.any():
        raise InvalidRequest(f"The cohort {name!r} has no picture that the collection has.")
    return inside
