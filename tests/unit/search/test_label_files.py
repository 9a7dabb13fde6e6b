"""Files of labels: what they may say, and what is wrong with one."""

from pathlib import Path

import pytest

from core.errors import InvalidRequest
from search.labels.reading import BUILTINS, read_labels, read_texts
from storage.label_sets import Label, LabelSet


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_toml_says_texts_groups_and_tags(tmp_path):
    file = written(
        tmp_path,
        "x.toml",
        """
        name = "parts"
        [[label]]
        name = "hand"
        group = "body_part"
        texts = ["a hand", "hand X-ray"]
        tags = ["Hand", "WRIST"]
        [[label]]
        name = "head"
        group = "body_part"
        """,
    )

    hand = Label("hand", ("a hand", "hand X-ray"), "body_part", ("HAND", "WRIST"))
    assert read_labels(file) == LabelSet("parts", (hand, Label("head", group="body_part")))


def test_csv_says_the_same_with_semicolons(tmp_path):
    file = written(
        tmp_path,
        "My parts.csv",
        "name,texts,group,tags\nhand,a hand; hand X-ray,b,Hand;wrist\nhead,,b,\n",
    )

    hand = Label("hand", ("a hand", "hand X-ray"), "b", ("HAND", "WRIST"))
    assert read_labels(file) == LabelSet("my-parts", (hand, Label("head", group="b")))


def test_a_plain_list_has_a_label_a_line(tmp_path):
    file = written(tmp_path, "list.txt", "\ufeffeffusion\n\n  pneumothorax \n")

    asked = read_labels(file, "findings", multilabel=True)

    assert asked == LabelSet("findings", (Label("effusion"), Label("pneumothorax")), True)


def test_texts_are_those_of_the_file_or_the_name(tmp_path):
    file = written(tmp_path, "x.csv", "name,texts\na,one;two\nb,\n")

    assert read_texts(file) == {"a": ("one", "two"), "b": ("b",)}


@pytest.mark.parametrize("name", BUILTINS)
def test_a_set_that_ships_inside_can_be_read(name):
    asked = read_labels(f"builtin:{name}")

    assert asked.name == name
    assert asked.groups() == ("modality", "body_part")
    tags = [(label.group, tag) for label in asked.labels for tag in label.tags]
    assert len(set(tags)) == len(tags)
    assert all(label.texts for label in asked.labels)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("x.txt", "", "no labels"),
        ("x.txt", "a\nA", "'a' is twice"),
        ("x.txt", "alone", "one label alone"),
        ("x.csv", "label\na\n", "'label'; possible are name"),
        ("x.csv", "texts\na\n", "a column `name`"),
        ("x.toml", "a = ", "as TOML"),
        ("x.toml", "name = 'x'\n[[labels]]\nname = 'a'", "'labels'; possible are name"),
        ("x.toml", "label = 3", "tables"),
        ("x.toml", "[[label]]\nname = 'a'\ntexts = 'b'", "lists, not 'b'"),
        ("x.toml", "[[label]]\nname = 3", "no text"),
        ("x.toml", "[[label]]\ntexts = ['b']", "without a name"),
        ("x.toml", "name = 'A B'\n[[label]]\nname = 'a'\n[[label]]\nname = 'b'", "cannot name"),
        (
            "x.toml",
            "[[label]]\nname = 'a'\ngroup = 'g'\n[[label]]\nname = 'b'\n[[label]]\nname = 'c'",
            "group 'g' of .* has one label alone",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, name, text, why):
    with pytest.raises(InvalidRequest, match=why):
        read_labels(written(tmp_path, name, text))


def test_a_file_that_is_not_there_and_a_set_that_does_not_ship_are_said(tmp_path):
    with pytest.raises(InvalidRequest, match=r"Cannot read .*none\.txt"):
        read_labels(str(tmp_path / "none.txt"))
    with pytest.raises(InvalidRequest, match="There are: anatomy"):
        read_labels("builtin:nothing")
