"""Tags beside the labels that pixels have."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest
from core.types import Tags
from search.labels.disagreements import Judgement, compare
from storage.batch import Batch
from storage.label_sets import Label, LabelSet
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from tests.unit.storage.factories import embedded, open_writer, random_rows

ROWS = random_rows(8)
PARTS = LabelSet(
    "parts",
    (
        Label("chest", group="body_part", tags=("CHEST", "THORAX")),
        Label("hand", group="body_part", tags=("HAND",)),
        Label("CT", group="modality"),
        Label("XR", group="modality", tags=("CR", "DX")),
    ),
)
STATED = [  # body part, series, how probable the chest is
    ("Thorax", "1.1", 0.9),  # 1 and 2: one series that agrees
    ("Thorax", "1.1", 0.7),
    ("HAND", "1.2", 0.9),  # 3 and 4: a series that disagrees in the mean, most of all 4
    ("HAND", "1.2", 0.98),
    ("", "1.3", 0.2),  # 5 states nothing
    ("ELBOW", "1.4", 0.9),  # 6 states what no label means
    ("CHEST", "1.5", 0.25),  # 7 disagrees
    ("CHEST", "1.6", float("nan")),  # 8 is not labelled
]


@pytest.fixture
def snapshot(tmp_path: Path) -> Iterator[Snapshot]:
    with open_writer(tmp_path) as writer:
        tags = [
            Tags(body_part=part, series_uid=series, modality="CR") for part, series, _ in STATED
        ]
        files = [embedded(f"f{n}", ROWS[n : n + 1], told) for n, told in enumerate(tags)]
        writer.commit(Batch(files))
        chest = np.array([p for _, _, p in STATED[:-1]], np.float32)
        ct = np.full(len(chest), 0.125, np.float32)
        table = np.stack([chest, 1 - chest, ct, 1 - ct], axis=1)
        writer.put_labels(writer.begin_labels(PARTS), np.arange(1, 8), table)
    with CollectionReader.open(tmp_path, "main") as reader:
        yield reader.snapshot()


def rounded(judged: tuple[Judgement, ...]) -> list[tuple[object, ...]]:
    return [
        (x.picture_id, x.pictures, x.stated, x.said, x.seen, round(x.probability, 2))
        for x in judged
    ]


def test_series_are_judged_by_the_mean_and_shown_by_their_clearest_picture(
    snapshot: Snapshot,
) -> None:
    compared = compare(snapshot, "body_part", "parts")

    assert rounded(compared.disagreeing) == [
        (4, 2, "HAND", "hand", "chest", 0.94),
        (7, 1, "CHEST", "chest", "hand", 0.75),
    ]
    assert rounded(compared.proposed) == [(5, 1, "", "", "hand", 0.8)]
    assert (compared.agreeing, compared.unknown, compared.unlabelled) == (1, {"ELBOW": 1}, 1)
    assert compared.pairs() == [(("chest", "hand"), 1), (("hand", "chest"), 1)]


def test_pictures_can_be_judged_one_by_one(snapshot: Snapshot) -> None:
    compared = compare(snapshot, "body_part", "parts", by_series=False)

    assert [x.picture_id for x in compared.disagreeing] == [4, 3, 7]
    assert compared.agreeing == 2


def test_a_tag_is_compared_with_the_group_of_its_name_or_the_one_that_is_named(
    snapshot: Snapshot,
) -> None:
    assert compare(snapshot, "modality", "parts").agreeing == 5
    assert compare(snapshot, "view", "parts", "modality").proposed[0].seen == "XR"
    with pytest.raises(InvalidRequest, match=r"no group 'view'\. It has: 'body_part', 'modality'"):
        compare(snapshot, "view", "parts")
