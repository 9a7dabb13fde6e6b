"""The command line on a real collection, with a small encoder in place of the default one."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

from encoders.registry import ENCODERS, EncoderRow
from radseek.cli import main

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run one command as typed; gives its exit code, stdout and stderr."""
    row = EncoderRow("fakes:load_colour_encoder", "sees colours", "none")
    monkeypatch.setitem(ENCODERS, "mini", row)
    monkeypatch.setitem(ENCODERS, "colour", row)
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RADSEEK_WORKERS", "1")

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["radseek", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return typed


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (32, 24), colour).save(folder / f"{name}.png")
    return folder


@pytest.fixture
def indexed(run, pictures):
    assert run("index", pictures)[0] == 0
    return pictures


def test_index_says_what_it_did(run, pictures):
    code, out, _ = run("index", pictures)
    assert code == 0
    assert "3 files: 3 embedded as 3 pictures, 0 unchanged, 0 skipped" in out


def test_index_json_adds_up(run, pictures):
    (pictures / "notes.txt").write_text("no picture")
    code, out, _ = run("index", pictures, "--json")
    report = json.loads(out)
    assert code == 3
    assert report["embedded"] + report["unchanged"] + report["skipped"] == report["files"] == 4
    assert report["skipped_by_code"] == {"not-an-image": 1}
    assert report["complete"] is True


def test_index_of_a_path_that_is_not_there_is_one_line_and_1(run, tmp_path):
    code, out, err = run("index", tmp_path / "gone")
    assert (code, out) == (1, "")
    assert "no such file or folder" in err
    assert "Traceback" not in err


def test_search_json_has_the_stable_fields(run, indexed):
    code, out, _ = run("search", "red", "-k", 2, "--json")
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
        "frame",
        "modality",
        "body_part",
        "study_uid",
        "series_uid",
        "sop_uid",
    } <= first.keys()


def test_search_prints_hits_to_stdout_and_the_rest_to_stderr(run, indexed):
    code, out, err = run("search", "blue", "-k", 1)
    assert code == 0
    assert out.count("\n") == 1
    assert "blue.png" in out
    assert "1 of 3 pictures" in err


def test_search_batch_answers_each_line_in_order(run, indexed, tmp_path):
    (tmp_path / "queries.txt").write_text("red\n\ngreen\nblue\n")
    code, out, _ = run("search", "--batch", tmp_path / "queries.txt", "-k", 1, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [answer["query"] for answer in answers] == ["red", "green", "blue"]
    assert [a["hits"][0]["path"].rsplit("/", 1)[1] for a in answers] == [
        "red.png",
        "green.png",
        "blue.png",
    ]


def test_similar_takes_a_file_or_an_id(run, indexed):
    _, out, _ = run("similar", indexed / "green.png", "-k", 1, "--json")
    hit = json.loads(out)["hits"][0]
    assert hit["path"] == str(indexed / "green.png")
    _, out, _ = run("similar", hit["id"], "--json")
    assert hit["id"] not in [other["id"] for other in json.loads(out)["hits"]]


def test_similar_batch_takes_a_path_a_line(run, indexed, tmp_path):
    paths = [indexed / "blue.png", indexed / "red.png"]
    (tmp_path / "paths.txt").write_text("\n".join(map(str, paths)))
    _, out, _ = run("similar", "--batch", tmp_path / "paths.txt", "-k", 1, "--json")
    assert [json.loads(line)["hits"][0]["path"] for line in out.splitlines()] == list(
        map(str, paths)
    )


def test_similar_to_a_file_that_is_no_picture_says_so(run, indexed, tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    code, _, err = run("similar", tmp_path / "notes.txt")
    assert code == 1
    assert "notes.txt" in err


@pytest.mark.parametrize("command", ["search", "similar"])
def test_a_query_is_given_once(run, indexed, command):
    code, _, err = run(command)
    assert code == 1
    assert "--batch FILE" in err


def test_a_filter_narrows_the_answer(run, indexed):
    _, out, _ = run("search", "red", "--where", "modality=CT", "--json")
    assert json.loads(out)["hits"] == []


def test_a_filter_that_cannot_be_read_is_one_line_and_1(run, indexed):
    code, _, err = run("search", "red", "--where", "colour")
    assert code == 1
    assert "modality=CT" in err


def test_search_without_a_collection_says_what_to_run(run):
    code, _, err = run("search", "red")
    assert code == 1
    assert "radseek index" in err


def test_embed_gives_unit_rows_in_the_order_given(run, pictures):
    code, out, _ = run("embed", pictures / "blue.png", pictures / "red.png")
    rows = np.array(json.loads(out))
    assert code == 0
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert rows[0].argmax() == 2
    assert rows[1].argmax() == 0


@pytest.mark.parametrize(
    "words", [("--text", "red", "blue"), ("--text", "red", "--text", "blue")], ids=["once", "each"]
)
def test_embed_text_writes_one_npy(run, tmp_path, words):
    code, out, _ = run("embed", *words, "--npy", tmp_path / "rows.npy")
    assert (code, out) == (0, "")
    assert np.load(tmp_path / "rows.npy").tolist() == [[1, 0, 0], [0, 0, 1]]


def test_classify_is_a_softmax_of_scaled_cosines(run, pictures):
    _, out, _ = run("classify", pictures / "red.png", "--labels", "red, green,blue", "--json")
    cosines = np.array([201, 21, 21]) / np.linalg.norm([201, 21, 21])
    expected = np.exp(10 * cosines) / np.exp(10 * cosines).sum()
    probabilities = json.loads(out)["probabilities"]
    assert next(iter(probabilities)) == "red"
    assert [probabilities[name] for name in COLOURS] == pytest.approx(expected.tolist(), abs=1e-5)


def test_classify_multilabel_is_a_sigmoid_of_each(run, pictures):
    _, out, _ = run(
        "classify", pictures / "red.png", "--labels", "red,blue", "--multilabel", "--json"
    )
    cosine = 21 / np.linalg.norm([201, 21, 21])
    blue = json.loads(out)["probabilities"]["blue"]
    assert blue == pytest.approx(1 / (1 + np.exp(-10 * cosine)), abs=1e-5)


def test_classify_without_labels_is_refused(run, pictures):
    code, _, err = run("classify", pictures / "red.png", "--labels", " ,")
    assert code == 1
    assert "--labels" in err


def test_status_names_the_encoder_and_counts(run, indexed):
    _, out, _ = run("status", "--json")
    status = json.loads(out)
    assert (status["pictures"], status["files"], status["encoder"]["name"]) == (3, 3, "colour")


def test_skipped_lists_each_file_with_code_and_reason(run, pictures):
    (pictures / "notes.txt").write_text("no picture")
    run("index", pictures)
    _, out, _ = run("skipped", "--json")
    (skipped,) = json.loads(out)
    assert (skipped["path"], skipped["code"]) == (str(pictures / "notes.txt"), "not-an-image")
    assert skipped["reason"]


def test_collections_lie_side_by_side(run, indexed):
    run("index", indexed / "red.png", "--collection", "reds")
    _, out, _ = run("collections", "--json")
    assert [(c["name"], c["pictures"]) for c in json.loads(out)] == [("default", 3), ("reds", 1)]


def test_home_and_collection_may_stand_before_or_after_the_command(run, pictures, tmp_path):
    run("--home", tmp_path / "h2", "--collection", "c2", "index", pictures)
    _, out, _ = run("search", "red", "--home", tmp_path / "h2", "--collection", "c2", "--json")
    assert len(json.loads(out)["hits"]) == 3


def test_encoders_lists_what_is_registered(run, monkeypatch):
    monkeypatch.delitem(ENCODERS, "colour")
    _, out, _ = run("encoders", "--json")
    assert {"mini", "medimageinsight"} <= {row["name"] for row in json.loads(out)}


def test_pulling_what_ships_inside_says_so(run):
    code, out, err = run("encoders", "pull", "mini")
    assert (code, out) == (1, "")
    assert "ships with radseek" in err


def test_an_unknown_encoder_is_named_with_the_known_ones(run, pictures):
    code, _, err = run("embed", pictures / "red.png", "--encoder", "nothing")
    assert code == 1
    assert "'nothing'" in err
    assert "medimageinsight" in err


def test_missing_weights_say_what_to_do(run, pictures, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = run(
        "index", pictures, "--encoder", "medimageinsight", "--weights", tmp_path / "empty"
    )
    assert code == 1
    assert "radseek encoders pull medimageinsight" in err
