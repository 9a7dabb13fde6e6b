"""A running page over a small collection of coloured pictures, and a browser to look at it."""

import colorsys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.servers import serving
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pydicom import DataElement, Dataset
from pydicom.config import IGNORE
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from runs import index_colours

from storage.reader import CollectionReader

BODY_PART = 0x00180015
SCRIPT = "<script>alert(1)</script>"
CONTESTED_UID = "1.2.826.0.1.3.9"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds
MANY = 240
MODALITIES = ("CT", "MR", "CR", "DX", "US", "MG", "NM", "XA")
COLOURS = {
    "blue": (20, 20, 200),
    "navy": (40, 30, 150),
    "green": (20, 200, 20),
    "rust": (180, 60, 30),
    "red": (200, 20, 20),
}


def write_dicom(
    path: Path, colour: tuple[int, int, int], modality: str, uid: str | None = None, **tags: str
) -> None:
    """A DICOM picture of one colour, whose tags hold what no page may take for markup."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = uid or generate_uid()
    made.Modality = modality
    made.add(DataElement(BODY_PART, "CS", "*HEAD* <B>", validation_mode=IGNORE))
    made.SeriesDescription = SCRIPT
    made.AccessionNumber = f"7-{path.stem}"
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    made.Rows, made.Columns, made.SamplesPerPixel = 24, 32, 3
    made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
    made.PixelRepresentation, made.PlanarConfiguration = 0, 0
    made.PhotometricInterpretation = "RGB"
    made.PixelData = bytes(colour) * (24 * 32)
    made.save_as(path, enforce_file_format=True)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the collection: cold colours say CT, warm ones MR, and one PNG says nothing."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, colour in COLOURS.items():
        write_dicom(folder / f"{name}.dcm", colour, "CT" if colour[2] > 100 else "MR")
    Image.new("RGB", (320, 240), (120, 120, 120)).save(folder / "grey.png")
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    """A home with the collection "colours"."""
    folder = tmp_path_factory.mktemp("home")
    index_colours(folder, pictures, name="colours")
    return folder


@pytest.fixture(scope="session")
def ids(home: Path) -> dict[str, int]:
    """The id of each picture by its name."""
    with CollectionReader.open(home, "colours") as reader:
        snapshot = reader.snapshot()
        records = snapshot.describe(snapshot.ids)
    return {record.location.path.stem: record.id for record in records}


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Where the page of the collection is served."""
    with serving(home, "colours") as served:
        yield served


@pytest.fixture(scope="session")
def odd_address(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a page is served with a copy, a conflict, and a member with markup in its name."""
    folder = tmp_path_factory.mktemp("odd")
    write_dicom(folder / "red.dcm", COLOURS["red"], "MR")
    write_dicom(folder / "red-again.dcm", COLOURS["red"], "MR")
    for name in ("green", "blue"):
        write_dicom(folder / f"{name}.dcm", COLOURS[name], "CT", CONTESTED_UID)
    write_dicom(folder / "navy.dcm", COLOURS["navy"], "CT")
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.write(folder / "navy.dcm", f"in/{SCRIPT}.dcm")
    (folder / "navy.dcm").unlink()
    index_colours(home, folder, name="odd")
    with serving(home, "odd", ROLE="identity-viewer") as served:
        yield served


def colour_of(n: int) -> tuple[int, int, int]:
    """Greens and blues, a seventh reds, an eleventh greys: what is red is told from chance."""
    hue = 0.0 if n % 7 == 1 else 0.3 + 0.4 * (n * 0.618 % 1)
    strength = 0.02 if n % 11 == 0 else 0.95 + 0.05 * (n * 0.37 % 1)
    red, green, blue = colorsys.hsv_to_rgb(hue, strength, 0.5 + n % 100 / 200)
    return round(255 * red), round(255 * green), round(255 * blue)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the collection "many": two pictures of each patient, eight modalities."""
    folder, home = tmp_path_factory.mktemp("many"), tmp_path_factory.mktemp("home-of-many")
    for n in range(MANY):
        tags = {
            "StudyInstanceUID": f"1.2.826.0.1.7.{n // 2}",
            "SeriesInstanceUID": f"1.2.826.0.1.7.{n // 2}.{n}",
            "PatientID": f"P{n // 2}",
            "PatientAge": f"{(n * 7) % 90:03}Y",
            "StudyDate": f"{2015 + n % 9}0615",
        }
        write_dicom(folder / f"{n:03}.dcm", colour_of(n), MODALITIES[n % len(MODALITIES)], **tags)
    index_colours(home, folder, name="many", batch_size=60)
    return home


@pytest.fixture(scope="session")
def many_address(many: Path) -> Iterator[str]:
    """Where a page is served with many pictures."""
    with serving(many, "many") as served:
        yield served


@pytest.fixture(scope="session")
def empty_address(home: Path) -> Iterator[str]:
    """Where a page is served whose collection is not there."""
    with serving(home, "missing") as served:
        yield served


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """How long a test waits for what it expects: a machine may be busy."""
    expect.set_options(timeout=PATIENCE)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab of its own; the test fails if the page complains or asks anyone else."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    complaints: list[str] = []
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda asked: complaints.extend(elsewhere(asked.url)))
    yield tab
    context.close()
    assert complaints == []


def elsewhere(url: str) -> list[str]:
    """The URL, if it leaves this machine."""
    return [] if url.startswith(("http://127.0.0.1:", "data:", "blob:")) else [url]
