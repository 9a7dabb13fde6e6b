"""Stations of a Ray cluster come to what one machine comes to, also when they are killed."""

import os
from functools import partial

import numpy as np
import pytest
from fakes import ColourEncoder, shrink
from PIL import Image
from runs import account_of, contents_of, index_colours, write_mixed_archive
from stations import RED, SLICES, Breaking, Killing, colours, index_by_ray, refusing, two_stations

from core.errors import CardMismatch, EncoderError
from core.types import Found, Location, SkipCode
from imaging.workers import DecodePool
from indexer.report import ExitCode


def lives(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / str(number)).touch()
    return folder


def write_colours(folder, count, **marked):
    folder.mkdir()
    for number in range(count):
        Image.new("RGB", (8, 8), (number, 20, 40)).save(folder / f"{number:03}.png")
    for name, mark in marked.items():
        Image.new("RGB", (8, 8), (mark, 20, 40)).save(folder / f"{name}.png")
    return folder


def test_two_stations_come_to_what_one_machine_comes_to(tmp_path, cluster):
    folder = write_mixed_archive(tmp_path / "archive")
    here = index_colours(tmp_path / "here", folder, slices=SLICES)
    there = index_by_ray(tmp_path / "there", folder)
    assert account_of(there) == account_of(here)
    assert there.progress.embedded == 16 + 16 + 1 + 4 + 4
    assert contents_of(tmp_path / "there") == contents_of(tmp_path / "here")
    assert there.progress.device == "ray, 2 x cpu"


def test_a_second_run_finds_all_unchanged(tmp_path, cluster):
    folder = write_mixed_archive(tmp_path / "archive")
    index_by_ray(tmp_path / "home", folder)
    before = contents_of(tmp_path / "home")
    for file in folder.glob("*.png"):
        os.utime(file)
    again = index_by_ray(tmp_path / "home", folder)
    assert again.progress.pictures == 0
    assert again.progress.embedded == 0
    assert contents_of(tmp_path / "home") == before


def test_files_of_a_station_that_is_killed_are_read_again(tmp_path, cluster):
    folder = write_colours(tmp_path / "archive", 30, red=RED)
    killing = Killing(lives(tmp_path / "lives", 1), RED)
    report = index_by_ray(tmp_path / "there", folder, killing)
    assert report.exit_code == ExitCode.ALL_IN
    assert not list((tmp_path / "lives").iterdir())
    index_colours(tmp_path / "here", folder)
    assert contents_of(tmp_path / "there") == contents_of(tmp_path / "here")


def test_a_file_that_stations_die_of_is_skipped_and_the_others_are_in(tmp_path, cluster):
    folder = write_colours(tmp_path / "archive", 30, red=RED)
    killing = Killing(lives(tmp_path / "lives", 20), RED)
    report = index_by_ray(tmp_path / "home", folder, killing)
    assert report.skipped_by_code == {SkipCode.DECODER_CRASHED: 1}
    assert report.progress.embedded == 30
    pictures, skipped, _ = contents_of(tmp_path / "home")
    assert len(pictures) == 30
    assert [place.path.name for place in skipped] == ["red.png"]


def test_an_error_of_an_encoder_ends_the_run_and_the_next_one_goes_on(tmp_path, cluster):
    folder = write_colours(tmp_path / "archive", 30, zzz=RED)
    with pytest.raises(EncoderError, match="does not fit"):
        index_by_ray(tmp_path / "home", folder, Breaking(), batch_size=1)
    kept, _, _ = contents_of(tmp_path / "home")
    report = index_by_ray(tmp_path / "home", folder)
    pictures, _, _ = contents_of(tmp_path / "home")
    assert len(pictures) == 31
    assert report.progress.embedded == 31 - len(kept)


def test_a_run_that_is_stopped_goes_on_later(tmp_path, cluster):
    folder = write_colours(tmp_path / "archive", 30)
    first = index_by_ray(tmp_path / "home", folder, stopped=lambda: True)
    assert first.exit_code == ExitCode.INTERRUPTED
    report = index_by_ray(tmp_path / "home", folder)
    assert report.exit_code == ExitCode.ALL_IN
    assert first.progress.embedded + report.progress.embedded == 30


def test_a_station_says_why_it_cannot_start(tmp_path, cluster):
    folder = write_colours(tmp_path / "archive", 1)
    with pytest.raises(CardMismatch, match="other weights"):
        index_colours(tmp_path / "home", folder, engine=two_stations(refusing))


def test_a_station_embeds_what_was_decoded_elsewhere(cluster, tmp_path):
    folder = write_colours(tmp_path / "archive", 1)
    with DecodePool(shrink, 1) as pool:
        (decoded,) = pool.run([Found(Location(folder / "000.png"), 0, 0)])
    with two_stations(partial(colours, ColourEncoder())) as engine:
        (file,) = engine.embed([decoded]).result()
    expected = ColourEncoder().embed_images([decoded.pictures[0].pixels])
    np.testing.assert_array_equal(file.embeddings, expected)
