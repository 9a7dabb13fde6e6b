"""From what a person types to the words that are searched for."""

from collections.abc import Sequence
from dataclasses import asdict

import pytest

from search.lexical import word_query


def read(text: str, *unlike: str) -> dict[str, list[object]]:
    """The parts of a query that hold something; a group as one text."""
    query = asdict(word_query([text], unlike))
    parts = {name: [told(each) for each in part] for name, part in query.items()}
    return {name: part for name, part in parts.items() if part}


def told(part: str | Sequence[str]) -> str:
    return part if isinstance(part, str) else " & ".join(part)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("left effusion", {"affirmed": ["left", "effusion"]}),
        ("show me the LUNG", {"affirmed": ["lung"]}),
        ("lung lung", {"affirmed": ["lung"]}),
        ("x-ray pneumo*", {"affirmed": ["x-ray", "pneumo*"]}),
        ('hand "left wrist"', {"affirmed": ["hand"], "required": ["left wrist"]}),
        ("lung -mass", {"affirmed": ["lung"], "excluded": ["mass"]}),
        ("L4 -5", {"affirmed": ["l4", "5"]}),
        ("CT/MRI of hip/pelvis", {"affirmed": ["ct", "mri", "hip", "pelvis"]}),
        ("h/o TB, L4/5", {"affirmed": ["h/o", "tb,", "l4/5"]}),
        ("head with and without contrast", {"affirmed": ["head", "contrast"]}),
        ('lung -"old mass"', {"affirmed": ["lung"], "excluded": ["old mass"]}),
        (
            "chest x-ray without pleural effusion or mass",
            {
                "affirmed": ["chest", "x-ray"],
                "denied": ["pleural", "effusion", "mass"],
                "excluded": ["pleural & effusion", "mass"],
            },
        ),
        ("胸腔积液", {"affirmed": ["胸腔", "腔积", "积液"]}),
        ("无气胸的胸片", {"affirmed": ["胸片"], "denied": ["气胸"], "excluded": ["气胸"]}),
        ("没有明显的肿块", {"denied": ["明显", "肿块"], "excluded": ["明显 & 肿块"]}),
        ('" "', {}),
        ("-", {}),
    ],
)
def test_a_text_is_read_as_words(text: str, parts: dict[str, list[object]]) -> None:
    assert read(text) == parts


def test_unlike_excludes_pictures_with_all_of_its_words() -> None:
    assert read("lung", "old mass", "of") == {"affirmed": ["lung"], "excluded": ["old & mass"]}
