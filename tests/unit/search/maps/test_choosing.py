"""Which pictures are on a map."""

import numpy as np

from search.maps.choosing import FEWEST, chosen
from storage.columns import EMPTY, NONE_KEPT


class Rows:
    """As much of a snapshot as is looked at."""

    def __init__(self, modalities):
        self.ids = np.arange(len(modalities)) * 3 + 5
        self._modalities = EMPTY.followed_by(NONE_KEPT, modalities)

    def column(self, name):
        assert name == "modality"
        return self._modalities


MANY = Rows(["CT"] * 9000 + ["NM"] * 40 + ["MR"] * 960)


def modalities_of(rows, ids):
    column = rows.column("modality")
    codes = column.codes[np.searchsorted(rows.ids, ids)]
    return {value: int((codes == code).sum()) for code, value in enumerate(column.values)}


def test_all_are_on_the_map_of_few():
    assert chosen(MANY, 10_000).tolist() == MANY.ids.tolist()


def test_a_rare_modality_has_the_fewest_there_may_be():
    ids = chosen(MANY, 1000)

    assert (np.diff(ids) > 0).all()
    assert modalities_of(MANY, ids) == {"CT": 760, "NM": 40, "MR": FEWEST}


def test_others_have_their_share():
    found = modalities_of(MANY, chosen(MANY, 5000))

    assert found["NM"] == 40
    assert abs(found["MR"] - 4960 * 960 / 9960) < 50
    assert sum(found.values()) == 5000


def test_where_there_is_little_room_the_modalities_share_it():
    assert modalities_of(MANY, chosen(MANY, 30)) == {"CT": 10, "NM": 10, "MR": 10}


def test_a_larger_map_has_the_pictures_of_a_smaller_one():
    assert set(chosen(MANY, 900).tolist()) <= set(chosen(MANY, 2000).tolist())
