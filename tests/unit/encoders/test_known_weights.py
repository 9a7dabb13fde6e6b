from pathlib import Path

from encoders.known_weights import recall_folder, remember_folder


def test_weights_are_found_where_they_were_last_used_from(tmp_path):
    remember_folder(tmp_path, "aa", Path("/models/first"))
    remember_folder(tmp_path, "bb", Path("/models/other"))
    remember_folder(tmp_path, "aa", Path("/models/second"))
    assert recall_folder(tmp_path, "aa") == Path("/models/second")
    assert recall_folder(tmp_path, "bb") == Path("/models/other")


def test_weights_never_used_from_a_folder_are_in_the_usual_place(tmp_path):
    assert recall_folder(tmp_path, "aa") is None


def test_a_relative_folder_is_remembered_from_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    remember_folder(tmp_path, "aa", Path("models"))
    assert recall_folder(tmp_path, "aa") == tmp_path / "models"
