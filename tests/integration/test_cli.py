"""The command line on a real collection, with a small encoder in place of the default one."""

import json

import numpy as np
import pytest
from PIL import Image

from encoders.registry import ENCODERS
from imaging.profiles import VOI
from radseek.cli.facets import USUAL as FACETS

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (32, 24), colour).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def indexed(command, pictures):
    assert command("index", pictures)[0] == 0
    return pictures


def test_index_says_what_it_did(command, pictures):
    code, out, _ = command("index", pictures)
    assert code == 0
    assert "3 files: 3 embedded, 0 catalogued, 0 unchanged, 0 skipped; 3 pictures" in out


def test_a_run_with_nothing_to_do_loads_no_encoder(command, indexed, monkeypatch):
    monkeypatch.delitem(ENCODERS, "colour")
    monkeypatch.delitem(ENCODERS, "mini")
    code, out, _ = command("index", indexed)
    assert code == 0
    assert "3 unchanged" in out


def test_index_json_adds_up(command, pictures):
    (pictures / "notes.txt").write_text("no picture")
    code, out, _ = command("index", pictures, "--json")
    report = json.loads(out)
    assert code == 3
    parts = ("embedded", "catalogued", "unchanged", "skipped")
    assert sum(report[part] for part in parts) == report["files"] == 4
    assert report["skipped_by_code"] == {"not-an-image": 1}
    assert report["complete"] is True


def test_index_of_a_path_that_is_not_there_is_one_line_and_1(command, tmp_path):
    code, out, err = command("index", tmp_path / "gone")
    assert (code, out) == (1, "")
    assert "no such file or folder" in err
    assert "Traceback" not in err


def test_search_json_has_the_stable_fields(command, indexed):
    code, out, _ = command("search", "red", "-k", 2, "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["query"] == "red"
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2]
    first = answer["hits"][0]
    assert first["path"] == str(indexed / "red.png")
    assert {
        "rank",
        "score",
        "id",
        "path",
        "member",
        "frame",
        "along",
        "copies",
        "modality",
        "body_part",
        "study_uid",
        "series_uid",
        "sop_uid",
    } <= first.keys()


def test_search_prints_hits_to_stdout_and_the_rest_to_stderr(command, indexed):
    code, out, err = command("search", "blue", "-k", 1)
    assert code == 0
    assert out.count("\n") == 1
    assert "blue.png" in out
    assert "1 of 3 pictures" in err


def test_search_batch_answers_each_line_in_order(command, indexed, tmp_path):
    (tmp_path / "queries.txt").write_text("red\n\ngreen\nblue\n")
    code, out, _ = command("search", "--batch", tmp_path / "queries.txt", "-k", 1, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [answer["query"] for answer in answers] == ["red", "green", "blue"]
    assert [a["hits"][0]["path"].rsplit("/", 1)[1] for a in answers] == [
        "red.png",
        "green.png",
        "blue.png",
    ]


def test_similar_takes_a_file_or_an_id(command, indexed):
    _, out, _ = command("similar", indexed / "green.png", "-k", 1, "--json")
    hit = json.loads(out)["hits"][0]
    assert hit["path"] == str(indexed / "green.png")
    _, out, _ = command("similar", hit["id"], "--json")
    assert hit["id"] not in [other["id"] for other in json.loads(out)["hits"]]


def test_similar_batch_takes_a_path_a_line(command, indexed, tmp_path):
    paths = [indexed / "blue.png", indexed / "red.png"]
    (tmp_path / "paths.txt").write_text("\n".join(map(str, paths)))
    _, out, _ = command("similar", "--batch", tmp_path / "paths.txt", "-k", 1, "--json")
    assert [json.loads(line)["hits"][0]["path"] for line in out.splitlines()] == list(
        map(str, paths)
    )


def test_similar_to_a_file_that_is_no_picture_says_so(command, indexed, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    code, _, err = command("similar", tmp_path / "notes.txt")
    assert code == 1
    assert "notes.txt" in err


@pytest.mark.parametrize("word", ["search", "similar"])
def test_a_query_is_given_once(command, indexed, word):
    code, _, err = command(word)
    assert code == 1
    assert "--batch FILE" in err


def test_a_filter_narrows_the_answer(command, indexed):
    _, out, _ = command("search", "red", "--where", "modality=CT", "--json")
    assert json.loads(out)["hits"] == []


def test_filters_of_the_whole_language_narrow_the_answer(command, indexed):
    _, out, _ = command("search", "red", "--where", "not modality=CT and frames=1", "--json")
    assert len(json.loads(out)["hits"]) == 3
    _, out, _ = command("search", "red", "--where", "age>=40 or columns<32", "--json")
    assert json.loads(out)["hits"] == []


def test_facets_count_under_the_other_filters(command, indexed):
    code, out, _ = command("facets", "modality", "Columns", "--where", "rows=24", "--json")
    assert code == 0
    assert json.loads(out) == {
        "modality": [{"value": "", "pictures": 3}],
        "columns": [{"value": "32", "pictures": 3}],
    }
    _, out, _ = command("facets", "--where", "rows>24")
    assert out.split() == [*FACETS]
    _, out, _ = command("facets", "modality")
    assert out.splitlines() == ["modality", "        3  (not stated)"]


def test_many_values_of_a_facet_are_counted_and_said(command, tmp_path):
    folder = tmp_path / "sizes"
    folder.mkdir()
    for width in range(8, 30):
        Image.new("RGB", (width, 8), (width, 0, 0)).save(folder / f"{width}.png")
    command("index", folder)
    _, out, err = command("facets", "columns")
    assert len(out.splitlines()) == 21
    assert "columns: 2 more values; --json has them all" in err


def test_a_filter_that_cannot_be_read_is_one_line_and_1(command, indexed):
    code, _, err = command("search", "red", "--where", "colour")
    assert code == 1
    assert "modality=CT" in err


def test_search_without_a_collection_says_what_to_run(command):
    code, _, err = command("search", "red")
    assert code == 1
    assert "radseek index" in err


def test_embed_gives_unit_rows_in_the_order_given(command, pictures):
    code, out, _ = command("embed", pictures / "blue.png", pictures / "red.png")
    rows = np.array(json.loads(out))
    assert code == 0
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows[0].argmax() == 2
    assert rows[1].argmax() == 0


@pytest.mark.parametrize(
    "words", [("--text", "red", "blue"), ("--text", "red", "--text", "blue")], ids=["once", "each"]
)
def test_embed_text_writes_one_npy(command, tmp_path, words):
    code, out, _ = command("embed", *words, "--npy", tmp_path / "rows.npy")
    assert (code, out) == (0, "")
    assert np.load(tmp_path / "rows.npy").tolist() == [[1, 0, 0], [0, 0, 1]]


def test_classify_is_a_softmax_of_scaled_cosines(command, pictures):
    _, out, _ = command("classify", pictures / "red.png", "--labels", "red, green,blue", "--json")
    cosines = np.array([201, 21, 21]) / np.linalg.norm([201, 21, 21])
    expected = np.exp(10 * cosines) / np.exp(10 * cosines).sum()
    probabilities = json.loads(out)["probabilities"]
    assert next(iter(probabilities)) == "red"
    assert [probabilities[name] for name in COLOURS] == pytest.approx(expected.tolist(), abs=1e-5)


def test_classify_multilabel_is_a_sigmoid_of_each(command, pictures):
    _, out, _ = command(
        "classify", pictures / "red.png", "--labels", "red,blue", "--multilabel", "--json"
    )
    cosine = 21 / np.linalg.norm([201, 21, 21])
    blue = json.loads(out)["probabilities"]["blue"]
    assert blue == pytest.approx(1 / (1 + np.exp(-10 * cosine)), abs=1e-5)


def test_classify_without_labels_is_refused(command, pictures):
    code, _, err = command("classify", pictures / "red.png", "--labels", " ,")
    assert code == 1
    assert "--labels" in err


def test_status_names_the_encoder_and_counts(command, indexed):
    _, out, _ = command("status", "--json")
    status = json.loads(out)
    assert (status["pictures"], status["files"], status["encoder"]["name"]) == (3, 3, "colour")
    assert (status["rendering"], status["slices_per_series"]) == (VOI.id, 32)


def test_status_tells_how_the_last_run_ended(command, pictures):
    command("index", pictures)
    (run,) = json.loads(command("status", "--json")[1])["runs"]
    assert (run["work"], run["state"]) == ("index", "ended")
    assert (run["files"], run["done"], run["embedded"], run["walking"]) == (3, 3, 3, False)
    assert "ended, 3 of 3 files, told at " in command("status")[1]


def test_skipped_lists_each_file_with_code_and_reason(command, pictures):
    (pictures / "notes.txt").write_text("no picture")
    command("index", pictures)
    _, out, _ = command("skipped", "--json")
    (skipped,) = json.loads(out)
    assert (skipped["path"], skipped["code"]) == (str(pictures / "notes.txt"), "not-an-image")
    assert skipped["reason"]


def test_collections_lie_side_by_side(command, indexed):
    command("index", indexed / "red.png", "--collection", "reds")
    _, out, _ = command("collections", "--json")
    assert [(c["name"], c["pictures"]) for c in json.loads(out)] == [("default", 3), ("reds", 1)]


def test_home_and_collection_may_stand_before_or_after_the_command(command, pictures, tmp_path):
    command("--home", tmp_path / "h2", "--collection", "c2", "index", pictures)
    _, out, _ = command("search", "red", "--home", tmp_path / "h2", "--collection", "c2", "--json")
    assert len(json.loads(out)["hits"]) == 3


def test_encoders_lists_what_is_registered(command, monkeypatch):
    monkeypatch.delitem(ENCODERS, "colour")
    _, out, _ = command("encoders", "--json")
    assert {"mini", "medimageinsight"} <= {row["name"] for row in json.loads(out)}


def test_pulling_what_ships_inside_says_so(command):
    code, out, err = command("encoders", "pull", "mini")
    assert (code, out) == (1, "")
    assert "ships with radseek" in err


def test_an_unknown_encoder_is_named_with_the_known_ones(command, pictures):
    code, _, err = command("embed", pictures / "red.png", "--encoder", "nothing")
    assert code == 1
    assert "'nothing'" in err
    assert "medimageinsight" in err


def test_missing_weights_say_what_to_do(command, pictures, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = command(
        "index", pictures, "--encoder", "medimageinsight", "--weights", tmp_path / "empty"
    )
    assert code == 1
    assert "radseek encoders pull medimageinsight" in err
