"""`radseek sample` as a person runs it."""

import json
import sys

import pytest

from radseek.cli import main


@pytest.fixture
def run(monkeypatch, capsys):
    """Run one command as typed; gives its exit code, stdout and stderr."""

    def typed(*words):
        monkeypatch.setattr(sys, "argv", ["radseek", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return typed


def test_it_says_what_it_wrote_and_shows_progress_on_stderr(run, tmp_path):
    folder = tmp_path / "archive"
    code, out, err = run("sample", folder, "--patients", 1, "--size", 64)
    assert code == 0
    assert out.startswith("1 synthetic patient, ")
    assert "truth.csv" in out
    assert "writing 1 synthetic patient to" in err
    assert (folder / "truth.csv").is_file()


def test_json_counts_what_is_there(run, tmp_path):
    folder = tmp_path / "archive"
    code, out, _ = run("sample", folder, "--patients", 1, "--size", 64, "--seed", 3, "--json")
    told = json.loads(out)
    files = [path for path in folder.glob("SYN-*/**/*") if path.is_file()]
    assert code == 0
    assert told["images"] + told["reports"] == len(files)
    assert told["size_bytes"] == sum(path.stat().st_size for path in files)
    assert told["folder"] == str(folder)


def test_a_folder_with_other_files_is_refused_in_a_sentence(run, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, out, err = run("sample", tmp_path, "--patients", 1)
    assert code == 1
    assert out == ""
    assert "holds other files" in err
    assert "Name a new or empty folder." in err
