"""Truth from what the files say of themselves."""

from collections.abc import Sequence

import numpy as np

from evaluation.truth import Codes, Known, combined, take
from storage.columns import Column
from storage.keys import Key
from storage.snapshot import Snapshot


def by_tags(snapshot: Snapshot, names: Sequence[str], within: Sequence[str]) -> Known:
    """One label for each picture: its tags of these names, joined; without them all it has none.

    Raises UnknownName for a tag that pictures do not have.
    """
    column, is_stated = combined([snapshot.column(name) for name in names])
    places = np.flatnonzero(is_stated)
    stated, codes = np.unique(column.codes[places], return_inverse=True)
    return Known(
        places,
        [frozenset([column.values[code]]) for code in stated],
        codes.astype(np.int64),
        snapshot.keys(Key.PATIENT)[places],
        take(snapshot.column("model"), places),
        strata_of(snapshot, within, places),
    )


def strata_of(snapshot: Snapshot, names: Sequence[str], places: Codes) -> Column | None:
    """The values of these tags, joined, of the rows at these places; None without a name."""
    if not names:
        return None
    return take(combined([snapshot.column(name) for name in names])[0], places)
