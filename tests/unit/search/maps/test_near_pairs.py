"""Pictures of different patients that are nearly alike."""

from itertools import combinations

import numpy as np
import pytest

from search.maps import near_pairs as module
from search.maps.near_pairs import LEAST, near_pairs
from search.maps.neighbours import BLOCK
from tests.unit.storage.factories import unit

N = BLOCK + 60
DICE = np.random.default_rng(5)
ROWS = unit(np.ones(8) + 0.16 * DICE.standard_normal((N, 8)))
PATIENTS = DICE.integers(0, 40, N)
SERIES = 100 * PATIENTS + DICE.integers(0, 3, N)
PIXELS = np.where(DICE.uniform(size=N) < 0.3, 7, np.arange(N) + 10)
IDS = np.arange(N) * 2 + 3


def counted(most):
    """The same pair by pair: how many there are, and the best of each two series."""
    near = [
        (float(ROWS[a] @ ROWS[b]), a, b)
        for a, b in combinations(range(N), 2)
        if PATIENTS[a] != PATIENTS[b] and SERIES[a] != SERIES[b] and PIXELS[a] != PIXELS[b]
    ]
    near = [each for each in near if each[0] >= LEAST]
    best = {}
    for cosine, a, b in sorted(near, key=lambda each: (-each[0], each[1], each[2])):
        best.setdefault(frozenset((SERIES[a], SERIES[b])), (cosine, a, b))
    return len(near), list(best.values())[:most]


@pytest.mark.parametrize(("most", "waiting"), [(500, 100_000), (20, 50)])
def test_the_nearest_pair_of_two_series_is_kept_and_all_are_counted(monkeypatch, most, waiting):
    monkeypatch.setattr(module, "MOST", most)
    monkeypatch.setattr(module, "WAITING", waiting)
    found, best = counted(most)
    shown = []

    told = near_pairs(ROWS, IDS, PATIENTS, SERIES, PIXELS, shown.append)

    assert found > 1000
    assert told.found == pytest.approx(found, abs=3)  # at the threshold a rounding decides
    np.testing.assert_allclose(told.cosines, [cosine for cosine, _, _ in best], atol=1e-6)
    expected = {(IDS[a], IDS[b]) for _, a, b in best}
    assert len(expected ^ set(map(tuple, told.pairs.tolist()))) <= 2  # the last may be as near
    assert (shown[-1].done, shown[-1].total) == (N, N)


def test_one_patient_has_no_pairs():
    told = near_pairs(ROWS, IDS, np.zeros(N), SERIES, PIXELS, lambda _: None)

    assert (told.found, told.pairs.shape, told.cosines.shape) == (0, (0, 2), (0,))
