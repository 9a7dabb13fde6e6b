"""The composition root: which encoder meets which collection."""

from dataclasses import replace

import numpy as np
import pytest
from dicom_slices import slice_bytes
from fakes import ColourEncoder
from PIL import Image

from core.errors import CannotDecode, CardMismatch
from core.types import Location, SkipCode
from encoders.registry import ENCODERS, EncoderRow
from imaging.profiles import MI2_COMPAT
from radseek.archive import open_archive
from radseek.engines import local_engine
from radseek.reindexing import reindex
from radseek.settings import Settings
from search.query import Query, by_instance, by_text
from search.request import Request
from storage.writer import CollectionWriter


@pytest.fixture
def loaded(monkeypatch):
    """The folders that the encoder is loaded from, in order; its card follows the folder."""
    folders = []

    def load(weights, device):
        folders.append(weights)
        encoder = ColourEncoder()
        encoder.card = replace(encoder.card, weights_sha256=str(weights))
        return encoder

    monkeypatch.setattr("fakes.load_from_folder", load, raising=False)
    monkeypatch.setitem(ENCODERS, "colour", EncoderRow("fakes:load_from_folder", "", ""))
    return folders


def _archive(tmp_path, **named):
    named = {"home": tmp_path / "home", "workers": 1} | named
    return open_archive(Settings(**named))


def _indexed(tmp_path, **named):
    picture = tmp_path / "red.png"
    Image.new("RGB", (8, 8), (200, 20, 20)).save(picture)
    archive = _archive(tmp_path, encoder="colour", **named)
    archive.index([picture], lambda _: None, lambda: False)


def test_a_search_finds_the_weights_that_the_collection_was_made_with(tmp_path, loaded):
    _indexed(tmp_path, weights=tmp_path / "mine")
    results = _archive(tmp_path).searcher().search(Request(by_text("red")))
    assert [hit.record.location.path.name for hit in results.hits] == ["red.png"]
    assert loaded == [tmp_path / "mine", tmp_path / "mine"]


def test_a_collection_is_not_searched_with_other_weights(tmp_path, loaded):
    _indexed(tmp_path, weights=tmp_path / "mine")
    searcher = _archive(tmp_path, weights=tmp_path / "others").searcher()
    with pytest.raises(CardMismatch, match="--weights"):
        searcher.search(Request(by_text("red")))


def test_an_open_archive_takes_the_weights_of_the_edition_that_is_served(tmp_path, loaded):
    """Also when it was opened with other weights, which belong to the edition before."""
    _indexed(tmp_path, weights=tmp_path / "mine")
    with _archive(tmp_path, weights=tmp_path / "mine") as archive:
        archive.searcher().search(Request(by_text("red")))
        better = Settings(home=tmp_path / "home", workers=1, weights=tmp_path / "better")
        assert reindex(better, lambda _: None, lambda: False).switched
        loaded.clear()

        (hit,) = archive.searcher().search(Request(by_text("red"))).hits

    assert hit.record.location.path.name == "red.png"
    assert loaded == [tmp_path / "better"]


def test_an_instance_query_loads_no_encoder(tmp_path, loaded):
    _indexed(tmp_path)
    loaded.clear()
    archive = _archive(tmp_path)
    (only,) = archive.reader().snapshot().ids.tolist()
    assert archive.searcher().search(Request(by_instance(only))).hits == ()
    assert loaded == []


def test_indexing_again_takes_the_encoder_of_the_collection(tmp_path, loaded):
    _indexed(tmp_path, weights=tmp_path / "mine")
    report = _archive(tmp_path).index([tmp_path / "red.png"], lambda _: None, lambda: False)
    assert report.progress.unchanged == 1
    assert loaded[-1] == tmp_path / "mine"


def test_a_run_with_nothing_to_read_loads_no_encoder_and_starts_no_worker(
    tmp_path, loaded, monkeypatch
):
    _indexed(tmp_path)
    loaded.clear()
    monkeypatch.setattr("radseek.archive.open_engine", None)
    report = _archive(tmp_path).index([tmp_path / "red.png"], lambda _: None, lambda: False)
    assert (report.progress.unchanged, report.progress.device, loaded) == (1, "", [])


def test_a_collection_keeps_its_rendering_and_refuses_another(tmp_path, loaded):
    _indexed(tmp_path, rendering="mi2-compat")
    archive = _archive(tmp_path)
    assert archive.reader().rendering == MI2_COMPAT.id
    assert archive.profile() == MI2_COMPAT
    (tmp_path / "blue.png").write_bytes((tmp_path / "red.png").read_bytes())
    archive.index([tmp_path / "blue.png"], lambda _: None, lambda: False)
    with pytest.raises(CardMismatch, match="rendering"):
        _archive(tmp_path, rendering="voi").index([tmp_path], lambda _: None, lambda: False)


def test_a_collection_keeps_its_number_of_slices_until_another_is_named(tmp_path, loaded):
    _indexed(tmp_path, slices_per_series=7)
    again = [tmp_path / "red.png"]
    _archive(tmp_path).index(again, lambda _: None, lambda: False)
    assert _archive(tmp_path).reader().slices_per_series == 7
    _archive(tmp_path, slices_per_series=9).index(again, lambda _: None, lambda: False)
    assert _archive(tmp_path).reader().slices_per_series == 9


def test_an_image_query_is_rendered_as_the_collection_is(tmp_path, loaded):
    """The window says 500/1000; percentiles of a ramp stretch it over all greys."""
    ramp = np.linspace(400, 600, 64).reshape(8, 8).astype("<u2")
    file = tmp_path / "ramp.dcm"
    file.write_bytes(slice_bytes(1, 0, PixelData=ramp.tobytes()))
    spreads = {}
    for rendering in ("voi", "mi2-compat"):
        home = tmp_path / rendering
        _archive(tmp_path, home=home, encoder="colour", rendering=rendering).index(
            [file], lambda _: None, lambda: False
        )
        with _archive(tmp_path, home=home) as archive:
            pixels = archive.query_image(file.read_bytes()).pixels
            assert np.array_equal(pixels, archive.query_file(Location(file)).pixels)
        spreads[rendering] = int(pixels.max()) - int(pixels.min())
    assert spreads["voi"] == pytest.approx(255 * 200 / 1000, abs=2)
    assert spreads["mi2-compat"] == 255


def test_a_file_from_outside_leaves_out_the_patient_whom_it_names(tmp_path, loaded):
    """Two patients in the archive have the identifier 7, from different issuers."""
    folder = tmp_path / "files"
    folder.mkdir()
    told = [("7", "A"), ("7", "A"), ("7", "B"), ("8", "A"), (None, None)]
    for number, (patient, issuer) in enumerate(told):
        named = {} if patient is None else {"PatientID": patient, "IssuerOfPatientID": issuer}
        content = slice_bytes(number, 0, StudyInstanceUID=f"1.2.{number}", **named)
        (folder / f"{number}.dcm").write_bytes(content)
    with _archive(tmp_path, encoder="colour") as archive:
        archive.index([folder], lambda _: None, lambda: False)

        def left(**named):
            part = archive.query_image(slice_bytes(9, 0, **named))
            hits = archive.searcher().search(Request(Query((part,)), 10)).hits
            return sorted(hit.record.location.path.stem for hit in hits)

        assert left(PatientID="7", IssuerOfPatientID="A") == ["2", "3", "4"]
        assert left(PatientID="9", IssuerOfPatientID="A") == ["0", "1", "2", "3", "4"]
        assert left(PatientID="") == ["0", "1", "2", "3", "4"]


def test_a_rendering_that_is_not_here_is_refused_for_image_queries_alone(tmp_path, loaded):
    card = replace(ColourEncoder.card, weights_sha256="None")  # as the fixture loads it
    CollectionWriter.open(tmp_path / "home", "default", card, "voi-1").close()
    picture = tmp_path / "red.png"
    Image.new("RGB", (8, 8), (200, 20, 20)).save(picture)
    with _archive(tmp_path) as archive:
        assert archive.searcher().search(Request(by_text("red"))).hits == ()
        assert archive.large_view(Location(picture), 0).shape == (8, 8, 3)
        with pytest.raises(CardMismatch, match="voi-1"):
            archive.query_image(picture.read_bytes())


def test_the_limits_of_the_settings_reach_the_decoders(tmp_path, loaded):
    picture = tmp_path / "red.png"
    Image.new("RGB", (64, 64), (200, 20, 20)).save(picture)
    archive = _archive(tmp_path, encoder="colour", max_frame_samples=64 * 64)
    report = archive.index([picture], lambda _: None, lambda: False)
    assert report.skipped_by_code == {"too-large": 1}
    with _archive(tmp_path, max_frame_samples=64 * 64) as again:
        with pytest.raises(CannotDecode) as refused:
            again.query_image(picture.read_bytes())
        assert refused.value.code == SkipCode.TOO_LARGE


def test_runs_may_share_one_engine(tmp_path, loaded, monkeypatch):
    started = []

    def counted(*parts):
        started.append(parts)
        return local_engine(*parts)

    monkeypatch.setattr("radseek.archive.open_engine", counted)
    _indexed(tmp_path)
    archive = _archive(tmp_path)
    pictures = [tmp_path / name for name in ("green.png", "blue.png")]
    for level, picture in enumerate(pictures):
        Image.new("RGB", (8, 8), (0, 200 * level, 90)).save(picture)
    with archive.one_engine():
        reports = [archive.index([each], lambda _: None, lambda: False) for each in pictures]
    assert [report.progress.embedded for report in reports] == [1, 1]
    assert len(started) == 2  # one for the collection, one for both runs after it
