"""`radseek understand` on the command line."""

import json

from PIL import Image


def test_each_text_is_printed_with_its_weight(command):
    code, out, err = command("understand", "chest film without pneumothorax")
    assert code == 0
    assert "+0.250  chest film\n" in out
    assert "-0.117  x-ray of the chest with pneumothorax\n" in out
    assert "Pictures with pneumothorax count against" in err


def test_json_is_what_a_search_says(command, tmp_path):
    _, out, _ = command("understand", "chest film without pneumothorax", "--json")
    understood = json.loads(out)
    assert understood["given"] == "chest film without pneumothorax"
    assert {"text": "chest film", "weight": 0.25} in understood["encoded"]
    assert len(understood["notes"]) == 1


def test_an_encoder_is_named_and_not_loaded(command):
    code, out, _ = command("understand", "PTX", "--encoder", "medimageinsight")
    assert (code, out) == (0, "+1.000  pneumothorax\n")


def test_an_unknown_encoder_is_one_line_and_1(command):
    code, out, err = command("understand", "PTX", "--encoder", "gone")
    assert (code, out) == (1, "")
    assert "No encoder is called 'gone'" in err


def test_a_search_says_what_it_searched_for(command, tmp_path):
    Image.new("RGB", (32, 24), (200, 20, 20)).save(tmp_path / "red.png")
    assert command("index", tmp_path / "red.png")[0] == 0
    _, _, err = command("search", "CXR, no PTX")
    assert "Searched for “normal x-ray of the chest”" in err
    assert "and against “x-ray of the chest showing pneumothorax”" in err
    assert "Searched for" not in command("search", "red")[2]
