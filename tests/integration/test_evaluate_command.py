"""`radseek evaluate` on files of one colour."""

import json
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

COLOURS = {"red": (200, 0, 0), "green": (0, 200, 0), "blue": (0, 0, 200)}
NAME = "Yamada-1942"


@pytest.fixture
def indexed(command, tmp_path):
    """Twelve pictures of three colours, four of each, and what they are."""
    lines = ["path,labels,patient,within,scanner"]
    (tmp_path / "pictures").mkdir()
    for name, colour in COLOURS.items():
        for number in range(4):
            pixels = np.full((16, 16, 3), colour, np.uint8) + number
            Image.fromarray(pixels).save(tmp_path / "pictures" / f"{name}{number}.png")
            scanner = "<one>" if number % 2 else "two"
            patient = f"{NAME}-{name}-{number // 2}"
            lines.append(f"pictures/{name}{number}.png,{name},{patient},all,{scanner}")
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    code, _, err = command("index", tmp_path / "pictures")
    assert code == 0, err
    return tmp_path


def test_pictures_and_texts_find_their_colour(command, indexed):
    code, out, err = command(
        "evaluate", "--truth", indexed / "truth.csv", "-k", 2, "--out", indexed / "report", "--json"
    )

    assert code == 0, err
    told = json.loads(out)
    assert told == json.loads((indexed / "report" / "evaluation.json").read_text())
    assert (told["pictures"], told["patients"], told["image_queries"]) == (12, 6, 12)
    assert [table["scope"] for table in told["image"]] == ["all", "within", "elsewhere"]
    for table in (*told["image"][:2], *told["text"]):
        assert table["micro"]["precision"]["value"] == 1.0
        assert table["micro"]["average_precision"]["value"] == 1.0
    # two of ten pictures of other patients are right; of the six on other scanners one is
    assert told["image"][0]["micro"]["precision"]["chance"] == pytest.approx(0.2)
    elsewhere = told["image"][2]["micro"]["precision"]
    assert (elsewhere["value"], elsewhere["best"]) == (0.5, 0.5)
    assert elsewhere["chance"] == pytest.approx(1 / 5, abs=1e-6)
    assert [each["text"] for each in told["texts"]] == ["blue", "green", "red"]
    assert {each["kind"]: each["recall"] for each in told["index"]} == {"image": 1, "text": 1}


class Links(HTMLParser):
    """What a page would fetch, and the tags that it leaves open."""

    def __init__(self):
        super().__init__()
        self.fetched, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.fetched += [value for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_names_no_patient(command, indexed):
    command("evaluate", "--truth", indexed / "truth.csv", "--out", indexed / "report")

    page = (indexed / "report" / "evaluation.html").read_text()
    links = Links()
    links.feed(page)
    assert (links.fetched, links.open) == ([], [])
    assert "http" not in page
    assert NAME not in page
    assert NAME not in (indexed / "report" / "evaluation.json").read_text()
    assert "&lt;one&gt;" in page
    assert "<one>" not in page
    assert "12 labelled pictures of 6 patients" in page


def test_words_of_the_person_are_asked_with(command, indexed):
    (indexed / "words.csv").write_text("name,texts\nRed,red;red red\n")

    code, out, err = command(
        "evaluate", "--truth", indexed / "truth.csv", "--texts", indexed / "words.csv", "--json"
    )

    assert code == 0, err
    assert [each["text"] for each in json.loads(out)["texts"]] == ["red", "red red"]
    (indexed / "words.csv").write_text("name\npink\n")
    code, _, err = command(
        "evaluate", "--truth", indexed / "truth.csv", "--texts", indexed / "words.csv"
    )
    assert (code, "No picture has the label 'pink'" in err) == (1, True)


def test_what_is_printed_has_chance_beside_each_figure(command, indexed):
    code, out, _ = command("evaluate", "--truth", indexed / "truth.csv", "-k", 2, "--no-texts")

    assert code == 0
    lines = [line for line in out.splitlines() if line.startswith("  all queries")]
    assert [line.count("chance") for line in lines] == [3, 3, 3]
    assert "precision@2 1.000 [1.000, 1.000] chance 0.200" in lines[0]
    assert "texts, all" not in out


@pytest.mark.parametrize(
    "words", [(), ("--by", "modality", "--truth", "x.csv"), ("--by", "colour"), ("--by", "view")]
)
def test_what_cannot_be_evaluated_is_said(command, indexed, words):
    code, _, err = command("evaluate", *words)

    assert code == 1
    assert err.startswith("radseek: ")


def test_more_labels_than_anybody_reads_are_not_asked_for_by_name(command, indexed):
    truth = indexed / "many.csv"
    names = ";".join(f"label {n}" for n in range(201))
    truth.write_text(f"path,labels\npictures/red0.png,{names}\npictures/red1.png,{names}\n")

    code, _, err = command("evaluate", "--truth", truth)
    assert (code, "201 labels" in err) == (1, True)
    assert command("evaluate", "--truth", truth, "--no-texts", "--resamples", 100)[0] == 0


def test_a_truth_without_patients_is_doubted(command, indexed):
    lines = (indexed / "truth.csv").read_text().splitlines()
    without = ["path,labels", *(",".join(line.split(",")[:2]) for line in lines[1:])]
    (indexed / "truth.csv").write_text("\n".join(without))

    code, _, err = command("evaluate", "--truth", indexed / "truth.csv", "--no-texts")

    assert code == 0
    assert "The only one of its patient: 12 of 12 pictures" in err
