"""An adapter is fitted to what its labels have in common, and stops where it was best."""

import numpy as np

from training.adapter import STEPS, Shown, fit

CLASSES, DIM = 3, 16


def drowned(patients: int, seed: int) -> Shown:
    """Two pictures of each patient, whose class lies in a few weak directions under strong ones."""
    random = np.random.default_rng(seed)
    classes = np.arange(patients) % CLASSES
    rows = random.normal(size=(2 * patients, DIM)) * ([0.3] * CLASSES + [1] * (DIM - CLASSES))
    codes = np.repeat(classes, 2)
    rows[np.arange(len(rows)), codes] += 1
    texts = np.eye(CLASSES, DIM)
    return Shown(
        unit(rows),
        np.eye(CLASSES, dtype=bool)[codes],
        np.repeat(np.arange(patients), 2),
        unit(texts),
        np.arange(CLASSES),
    )


def unit(rows):
    rows = rows.astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def nearest_is_right(shown: Shown, matrix) -> float:
    rows = unit(shown.rows @ matrix.T)
    scores = np.where(shown.patients[:, None] == shown.patients, -2, rows @ rows.T)
    nearest = shown.has[scores.argmax(axis=1)]
    return float((nearest & shown.has).any(axis=1).mean())


def test_other_patients_are_told_apart_better_and_texts_keep_their_class():
    seen, others = drowned(120, seed=1), drowned(60, seed=2)

    fitted = fit(seen, lambda matrix: nearest_is_right(others, matrix))

    assert 0 < fitted.steps <= STEPS
    assert fitted.before == nearest_is_right(others, np.eye(DIM)) < 0.75
    assert fitted.after == nearest_is_right(others, fitted.matrix) > fitted.before + 0.2
    scores = unit(seen.texts @ fitted.matrix.T) @ unit(others.rows @ fitted.matrix.T).T
    assert others.has[np.arange(len(others.rows)), scores.argmax(axis=0)].mean() > 0.9


def test_the_same_seed_gives_the_same_matrix():
    seen = drowned(12, seed=1)
    looks = iter(range(1000))

    first, second = (fit(seen, lambda _: float(next(looks)), seed=3) for _ in range(2))

    assert (first.steps, second.steps) == (STEPS, STEPS)
    assert np.array_equal(first.matrix, second.matrix)
    assert not np.array_equal(first.matrix, np.eye(DIM))


def test_where_nothing_is_better_the_rows_stay_as_they_are():
    fitted = fit(drowned(6, seed=1), lambda _: 0.5)

    assert (fitted.steps, fitted.before, fitted.after) == (0, 0.5, 0.5)
    assert np.array_equal(fitted.matrix, np.eye(DIM, dtype=np.float32))
