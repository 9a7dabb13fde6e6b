import zipfile

from core.types import Location
from radseek.cli.places import location_of


def test_a_path_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert location_of("a.dcm") == Location(tmp_path / "a.dcm")


def test_a_member_is_named_as_it_is_printed(tmp_path):
    zipfile.ZipFile(tmp_path / "a.zip", "w").close()
    place = Location(tmp_path / "a.zip", "in/1!/2.dcm")
    assert location_of(str(place)) == place


def test_a_file_whose_name_looks_like_a_member_is_a_file(tmp_path):
    (tmp_path / "a!").mkdir()
    (tmp_path / "a!" / "1.dcm").touch()
    assert location_of(f"{tmp_path}/a!/1.dcm") == Location(tmp_path / "a!" / "1.dcm")
