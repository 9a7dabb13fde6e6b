"""All that makes hits of candidates, together, held to the plain way to say what the hits are.

`expected` looks at all candidates one by one.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Unit
from search import blocks, near_duplicates, standing
from search.grouping import key_of
from search.query import InstancePart, Query
from search.request import Request
from storage.keys import Key
from tests.unit.search.snapshots import ONE, FakeSnapshot, found, hits


@st.composite
def snapshots(draw):
    count = draw(st.integers(0, 40))

    def column(most):
        return draw(st.lists(st.integers(1, most), min_size=count, max_size=count))

    angles = np.array(column(25)) / 25 * np.pi
    lifts = np.array(column(4)) / 8
    rows = np.stack([np.cos(angles), np.sin(angles), lifts], axis=1).reshape(-1, 3)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    series = np.array(column(12), np.int64)
    study, patient = series % 7, series % 7 % 4
    nobody = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), np.bool_)
    patient = np.where(nobody & (series > 9), -1 - np.arange(count), patient)
    return FakeSnapshot(rows, 3, pixels=column(30), series=series, study=study, patient=patient)


@st.composite
def requests(draw, snapshot):
    ids = st.sampled_from(snapshot.ids.tolist() or [0])
    asked = draw(st.lists(ids, max_size=2 if len(snapshot.ids) else 0, unique=True))
    parts = tuple(InstancePart(at, weight=draw(st.sampled_from([1.0, -1.0]))) for at in asked)
    return Request(
        Query(parts or ONE.parts),
        k=draw(st.integers(1, 12)),
        offset=draw(st.integers(0, 15)),
        unit=draw(st.sampled_from(Unit)),
        own_patient=draw(st.booleans()),
        fold=draw(st.sampled_from([None, 0.9, 0.97, 0.999, 1.0])),
        diversity=draw(st.sampled_from([0.0, 0.0, 0.3, 0.8, 1.0])),
    )


@pytest.fixture(scope="module", autouse=True)
def _small_steps():
    """So that few rows fill several blocks and windows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "WINDOW", 4)
        patch.setattr(near_duplicates, "BLOCK", 5)
        patch.setattr(blocks, "BLOCK", 6)
        yield


ROW = np.array([0.8, 0.6, 0.0])


@given(data=st.data())
def test_hits_are_those_of_the_plain_way(data):
    snapshot = data.draw(snapshots())
    request = data.draw(requests(snapshot))
    assert hits(snapshot, request, ROW) == expected(snapshot, request, ROW)


@given(data=st.data())
def test_pages_together_are_one_long_answer(data):
    snapshot = data.draw(snapshots())
    request = data.draw(requests(snapshot))
    whole = hits(snapshot, replace(request, offset=0, k=60), ROW)
    pages = [
        hits(snapshot, replace(request, offset=offset), ROW) for offset in range(0, 60, request.k)
    ]
    assert [hit for page in pages for hit in page] == whole


@given(data=st.data())
def test_no_unit_and_no_pixels_come_twice_and_none_of_the_asked_is_there(data):
    snapshot = data.draw(snapshots())
    request = replace(data.draw(requests(snapshot)), offset=0, k=60)
    page = found(snapshot, request, ROW)
    for key in (Key.PIXELS, key_of(request.unit)):
        keys = snapshot.keys(key)[snapshot.places(page.ids)]
        assert len(set(keys.tolist())) == len(keys)
    assert not set(page.ids.tolist()) & set(request.query.instances())


def expected(snapshot, request, row):
    """The hits as (id, copies, near, more), by looking at every row in turn."""
    keys = {
        key: dict(zip(snapshot.ids.tolist(), snapshot.keys(key).tolist(), strict=True))
        for key in Key
    }
    rows = {one: snapshot.embeddings([one])[0].astype(np.float64) for one in snapshot.ids.tolist()}
    scores = {one: np.float32(rows[one] @ row.astype(np.float32)) for one in rows}
    order = [
        one
        for one in sorted(rows, key=lambda one: (-scores[one], one))
        if admitted(one, keys, request)
    ]
    kept = []
    near = dict.fromkeys(order, 0)
    for place, one in enumerate(order):
        if any(keys["pixels"][one] == keys["pixels"][other] for other in order[:place]):
            continue
        alike = (o for o in kept if near_enough(rows[o], rows[one], request.fold))
        patient = keys["patient"]
        leader = next((o for o in alike if max(patient[o], -1) == max(patient[one], -1)), None)
        if leader is None:
            kept.append(one)
        elif place - order.index(leader) <= standing.WINDOW:
            near[leader] += 1
    unit = keys[key_of(request.unit)]
    firsts = [one for at, one in enumerate(kept) if unit[one] not in [unit[o] for o in kept[:at]]]
    if request.diversity:
        firsts = [
            one for block in cut(firsts) for one in diverse(block, rows, scores, request.diversity)
        ]
    page = firsts[request.offset :][: request.k]

    def further(key, one):
        return sum(keys[key][one] == keys[key][other] for other in order) - 1

    return [
        (
            one,
            further("pixels", one),
            near[one],
            further(key_of(request.unit), one) if request.unit != "picture" else 0,
        )
        for one in page
    ]


def admitted(one, keys, request):
    asked = [part for part in request.query.parts if isinstance(part, InstancePart)]
    if any(keys["pixels"][one] == keys["pixels"][part.id] for part in asked):
        return False
    mine = [keys["patient"][part.id] for part in asked if part.weight > 0]
    return request.own_patient or keys["patient"][one] not in mine


def near_enough(one, other, fold):
    return fold is not None and one @ other >= fold - near_duplicates.ROUNDING


def cut(hits):
    return [hits[start : start + blocks.BLOCK] for start in range(0, len(hits), blocks.BLOCK)]


def diverse(block, rows, scores, much):
    """Maximal marginal relevance as it is defined, one hit after the other."""
    alike = {(a, b): rows[a] @ rows[b] for a in block for b in block}
    likeness, relevance = spread(alike), spread({one: float(scores[one]) for one in block})
    chosen = []
    while len(chosen) < len(block):
        worth = {
            one: (1 - much) * relevance[one]
            - much * max((likeness[one, other] for other in chosen), default=0.0)
            for one in block
            if one not in chosen
        }
        best = max(worth.values())
        chosen.append(next(one for one in block if worth.get(one, -9) == best))
    return chosen


def spread(values):
    low, high = min(values.values()), max(values.values())
    return {
        key: (value - low) / (high - low) if high > low else 0.0 for key, value in values.items()
    }
