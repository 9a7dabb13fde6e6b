"""`radseek index --engine ray`, typed as a person would, with the encoder that ships inside."""

import json
import subprocess
import sys

import numpy as np
from PIL import Image


def radseek(home, *words):
    command = [sys.executable, "-m", "radseek", "--home", str(home), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rows_of(home):
    from storage.reader import CollectionReader

    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        records = snapshot.describe(snapshot.ids)
        rows = snapshot.embeddings(snapshot.ids)
        return {str(record.location.path): row for record, row in zip(records, rows, strict=True)}


def test_a_cluster_of_this_machine_indexes_as_the_machine_does(
    tmp_path, shipped_mini, ray_installed
):
    folder = tmp_path / "archive"
    folder.mkdir()
    noise = np.random.default_rng(0)
    for number in range(6):
        pixels = noise.integers(0, 256, (64, 64), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    (folder / "notes.txt").write_text("no image")
    there = radseek(
        tmp_path / "there", "index", folder, "--engine", "ray", "--stations", 2, "--json"
    )
    here = radseek(tmp_path / "here", "index", folder, "--json")
    assert (there.returncode, here.returncode) == (3, 3), there.stderr
    told, expected = json.loads(there.stdout), json.loads(here.stdout)
    assert told["device"] == "ray, 2 x cpu"
    for count in ("files", "embedded", "skipped", "skipped_by_code", "pictures", "complete"):
        assert told[count] == expected[count], count
    ours, theirs = rows_of(tmp_path / "here"), rows_of(tmp_path / "there")
    assert ours.keys() == theirs.keys()
    for path, row in ours.items():
        assert row @ theirs[path] > 1 - 1e-5


def test_a_cluster_that_is_not_there_is_named(tmp_path, shipped_mini, ray_installed):
    folder = tmp_path / "archive"
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "1.png")
    ended = radseek(
        tmp_path, "index", folder, "--engine", "ray", "--address", "127.0.0.1:1", "--json"
    )
    assert ended.returncode == 1
    assert "No Ray cluster can be reached at 127.0.0.1:1" in ended.stderr


def test_an_address_is_a_host_and_a_port(tmp_path, shipped_mini, ray_installed):
    folder = tmp_path / "archive"
    folder.mkdir()
    Image.new("L", (8, 8)).save(folder / "1.png")
    ended = radseek(tmp_path, "index", folder, "--engine", "ray", "--address", "head")
    assert ended.returncode == 1
    assert "'head' is no address of a Ray cluster. Give it as HOST:PORT." in ended.stderr
