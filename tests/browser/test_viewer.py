"""Looking at a picture: the drawer over the grid, its keys, its stack, and comparing."""

import re
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from browser.axe import found
from browser.servers import serving
from dicom_slices import slice_bytes
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from runs import index_colours

from imaging.decode import read_view
from imaging.display import Window
from imaging.rules import Rules, View
from storage.reader import CollectionReader

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAIT = 30_000  # ms; the machine may be busy
SLICES = 12
SIDE = 16
NAME = "Doe^Jane"
CANVAS = """canvas => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return [height, width, Array.from(data)];
}"""


def a_slice(number: int, **more: object) -> bytes:
    """A CT slice of noise, part of it padding; its window is 40/400."""
    noise = np.random.default_rng(number).integers(0, 2000, (SIDE, SIDE)).astype("<i2")
    noise[:3] = -2000
    return slice_bytes(
        5,
        number,
        PixelData=noise.tobytes(),
        Rows=SIDE,
        Columns=SIDE,
        PixelRepresentation=1,
        RescaleSlope=1,
        RescaleIntercept=-1000,
        WindowCenter=40,
        WindowWidth=400,
        PixelPaddingValue=-2000,
        PatientName=NAME,
        PatientID="4711",
        PatientSex="F",
        **more,
    )


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home and its files: a series with three slices indexed, a clip, and a lone slice."""
    folder, home = (
        tmp_path_factory.mktemp("looked-at"),
        tmp_path_factory.mktemp("home-of-looked-at"),
    )
    for number in range(SLICES):
        (folder / f"ct-{number:02}.dcm").write_bytes(a_slice(number))
    frames = [Image.new("RGB", (20, 14), (40 * n, 10, 200)) for n in range(6)]
    frames[0].save(folder / "clip.tiff", save_all=True, append_images=frames[1:])
    (folder / "gone.dcm").write_bytes(slice_bytes(6, 0, StudyInstanceUID="1.2.826.0.1.88"))
    index_colours(home, folder, name="viewed", slices=3)
    (folder / "gone.dcm").unlink()
    return home, folder


@pytest.fixture(scope="session")
def viewed(room: tuple[Path, Path]) -> dict[str, list[int]]:
    """The ids of the indexed pictures by the first word of their file's name."""
    found: dict[str, list[int]] = {}
    with CollectionReader.open(room[0], "viewed") as reader:
        snapshot = reader.snapshot()
        for record in snapshot.describe(snapshot.ids):
            found.setdefault(record.location.path.stem.split("-")[0], []).append(record.id)
    return found


@pytest.fixture(scope="session")
def viewer_address(room: tuple[Path, Path]):
    viewers = '{"OHIF": "https://pacs.example/viewer?StudyInstanceUIDs={study_uid}"}'
    with serving(room[0], "viewed", VIEWERS=viewers, CAPTIONER="colour") as served:
        yield served


@pytest.fixture(scope="session")
def identity_address(room: tuple[Path, Path]):
    with serving(room[0], "viewed", ROLE="identity-viewer") as served:
        yield served


@pytest.fixture
def grid(page, viewer_address, viewed):
    page.set_default_timeout(WAIT)
    page.goto(f"{viewer_address}/?q=red")
    expect(page.locator(".cell")).to_have_count(sum(map(len, viewed.values())), timeout=WAIT)
    return page


def opened(page: Page, picture: int) -> Locator:
    """The drawer with a picture, once its pixels are there."""
    tile = page.get_by_role("button", name=re.compile(rf"^Picture {picture}\b.*Find similar$"))
    tile.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name=f"Picture {picture}")).to_be_visible(timeout=WAIT)
    return drawer


def painted(drawer: Locator) -> np.ndarray:
    """What the canvas shows: (H, W, 3)."""
    expect(drawer.locator(".stage .pane.painted:not(.waiting)")).to_be_visible(timeout=WAIT)
    drawer.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    height, width, levels = drawer.locator(".stage canvas.picture").evaluate(CANVAS)
    return np.array(levels, np.uint8).reshape(height, width, 4)[:, :, :3]


def rendered(number: int, window: Window | None = None) -> np.ndarray:
    return read_view(a_slice(number), View(0, window), Rules())


def own_number(room, picture: int) -> int:
    """The number of the slice that a picture is."""
    with CollectionReader.open(room[0], "viewed") as reader:
        (record,) = reader.snapshot().describe([picture])
    return int(record.location.path.stem.split("-")[1])


def expect_slice(drawer: Locator, number: int) -> None:
    expect(drawer.locator(".stage .sw")).to_contain_text(f"Slice {number + 1} of {SLICES}")


def test_a_picture_opens_over_the_grid_and_closes_back_to_its_tile(grid, viewed, room):
    picture = viewed["ct"][1]
    drawer = opened(grid, picture)
    np.testing.assert_array_equal(painted(drawer), rendered(own_number(room, picture)))
    expect(drawer).to_contain_text("Not a medical device")
    expect(drawer.get_by_role("link", name="OHIF")).to_have_attribute(
        "href", "https://pacs.example/viewer?StudyInstanceUIDs=1.2.826.0.1.8"
    )
    expect(drawer.get_by_role("link", name="OHIF")).to_have_attribute("rel", "noopener noreferrer")
    assert found(grid) == []
    grid.set_viewport_size({"width": 420, "height": 860})
    assert found(grid) == []
    grid.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    tile = grid.get_by_role("button", name=re.compile(rf"^Picture {picture}\b.*Find similar$"))
    expect(tile).to_be_focused()


def test_dragging_moves_the_window_and_a_double_click_takes_it_back(grid, viewed, room):
    picture = viewed["ct"][1]
    drawer = opened(grid, picture)
    number, stage = own_number(room, picture), drawer.locator(".stage .pane")
    painted(drawer)
    box = stage.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    grid.mouse.move(x, y)
    grid.mouse.down()
    grid.mouse.move(x + 75, y + 30)  # a pixel is 400 / 300
    grid.mouse.up()
    expect(drawer.locator(".stage .se")).to_contain_text("C 80  W 500")
    np.testing.assert_array_equal(painted(drawer), rendered(number, Window(80, 500)))
    stage.dblclick()
    expect(drawer.locator(".stage .se")).to_contain_text("C 40  W 400")
    np.testing.assert_array_equal(painted(drawer), rendered(number))


def test_keys_choose_windows_turn_around_and_say_what_they_do(grid, viewed, room):
    picture = viewed["ct"][1]
    drawer = opened(grid, picture)
    number = own_number(room, picture)
    expect(drawer.locator(".presets button").nth(1)).to_be_visible(timeout=WAIT)
    grid.keyboard.press("2")
    np.testing.assert_array_equal(painted(drawer), rendered(number, Window(-600, 1500)))
    expect(drawer.get_by_role("button", name="Lung -600/1500")).to_have_attribute(
        "aria-pressed", "true"
    )
    grid.keyboard.press("1")
    grid.keyboard.press("i")
    upright, turned = rendered(number), painted(drawer)
    assert (turned[:3] == 0).all()  # padding
    np.testing.assert_array_equal(turned[3:], 255 - upright[3:])
    grid.keyboard.press("?")
    expect(drawer.get_by_text("previous, next hit")).to_be_visible()
    grid.keyboard.press("Escape")
    expect(drawer.get_by_text("previous, next hit")).to_be_hidden()
    expect(drawer).to_be_visible()


def test_the_wheel_goes_through_the_series_also_where_it_is_not_indexed(grid, viewed, room):
    picture = viewed["ct"][1]
    drawer = opened(grid, picture)
    own = own_number(room, picture)
    expect_slice(drawer, own)
    expect(drawer.locator(".stage .sw")).to_contain_text("the hit")
    drawer.locator(".stage .pane").hover()
    grid.mouse.wheel(0, 100)
    grid.mouse.wheel(0, 20)
    expect_slice(drawer, own + 3)
    np.testing.assert_array_equal(painted(drawer), rendered(own + 3))
    grid.keyboard.press("ArrowUp")
    expect_slice(drawer, own + 2)
    np.testing.assert_array_equal(painted(drawer), rendered(own + 2))
    grid.keyboard.press("PageDown")
    expect_slice(drawer, SLICES - 1)
    grid.keyboard.press("Home")
    expect_slice(drawer, own)
    np.testing.assert_array_equal(painted(drawer), rendered(own))


def test_a_clip_plays_in_its_colours(grid, viewed):
    drawer = opened(grid, viewed["clip"][0])
    expect(drawer.locator(".stage .sw")).to_contain_text(re.compile(r"Frame \d of 6"))
    expect(drawer.locator(".presets")).to_be_hidden()
    grid.keyboard.press("Home")
    for _ in range(5):
        grid.keyboard.press("ArrowUp")
    expect(drawer.locator(".stage .sw")).to_contain_text("Frame 1 of 6")
    assert painted(drawer)[0, 0].tolist() == [0, 10, 200]
    grid.keyboard.press(" ")
    expect(drawer.get_by_role("button", name="Pause")).to_be_visible()
    expect(drawer.locator(".stage .sw")).to_contain_text("Frame 5 of 6")
    grid.keyboard.press(" ")
    expect(drawer.get_by_role("button", name="Play")).to_be_visible()


def test_arrows_go_from_hit_to_hit_and_s_finds_similar(grid, viewed):
    first = grid.locator(".cell").first.evaluate("cell => Number(cell.dataset.id)")
    second = grid.locator(".cell").nth(1).evaluate("cell => Number(cell.dataset.id)")
    drawer = opened(grid, first)
    expect(drawer.get_by_role("button", name="Previous hit")).to_be_disabled()
    grid.keyboard.press("ArrowRight")
    expect(drawer.get_by_role("heading", name=f"Picture {second}")).to_be_visible()
    grid.keyboard.press("s")
    expect(drawer).to_have_count(0)
    expect(grid).to_have_url(re.compile(f"part=picture%3A{second}"))


def test_a_box_asks_for_what_is_like_a_part(grid, viewed):
    picture = viewed["ct"][1]
    drawer = opened(grid, picture)
    painted(drawer)
    grid.keyboard.press("r")
    go = drawer.get_by_role("button", name="Search by this region")
    expect(go).to_be_disabled()
    box = drawer.locator(".stage .pane").bounding_box()
    side = min(box["width"], box["height"])
    left, top = box["x"] + (box["width"] - side) / 2, box["y"] + (box["height"] - side) / 2
    grid.mouse.move(left + side / 4, top + side / 4)
    grid.mouse.down()
    grid.mouse.move(left + side / 2, top + side * 3 / 4)
    grid.mouse.up()
    go.click()
    expect(grid).to_have_url(re.compile(f"part=picture%3A{picture}%40"))
    shares = re.search(r"%40([0-9.%C]+)", grid.url).group(1).split("%2C")
    np.testing.assert_allclose(
        [float(share) for share in shares], [0.25, 0.25, 0.5, 0.75], atol=0.01
    )


def test_a_heat_map_is_that_of_the_query(grid, viewed):
    drawer = opened(grid, viewed["ct"][1])
    painted(drawer)
    grid.keyboard.press("h")
    legend = drawer.locator(".legend")
    expect(legend).to_contain_text("What covering a region takes from it", timeout=WAIT)
    expect(drawer.locator(".stage canvas.heat")).to_be_visible()
    grid.keyboard.press("ArrowDown")
    expect(legend).to_contain_text("belongs to the hit itself")
    expect(drawer.locator(".stage canvas.heat")).to_be_hidden()


def test_a_picture_is_described_and_its_neighbours_can_be_opened(grid, viewed):
    picture = viewed["clip"][0]
    machine = opened(grid, picture).locator(".machine")
    machine.get_by_role("button", name="Describe").click()
    expect(machine).to_contain_text("Machine text, not a report.", timeout=WAIT)
    expect(machine).to_contain_text("Written by colour 1.")
    expect(machine.get_by_role("button", name="Describe")).to_be_hidden()
    neighbour = machine.get_by_role("button", name=re.compile(r"^Picture \d+$")).first
    expect(machine.get_by_role("listitem").first).to_contain_text(re.compile(r"[01]\.\d{3}"))
    name = neighbour.inner_text()
    assert name != f"Picture {picture}"
    neighbour.click()
    expect(grid.get_by_role("dialog").get_by_role("heading", name=name)).to_be_visible()


def test_a_picture_whose_file_is_gone_keeps_its_thumbnail_and_says_so(grid, viewed):
    grid.on("console", lambda _: None)
    drawer = opened(grid, viewed["gone"][0])
    expect(drawer.locator(".stage .notice")).to_contain_text("has gone or changed")
    expect(drawer.locator(".stage .thumb")).to_be_visible()
    expect(drawer).to_contain_text("1.2.826.0.1.88")


def test_who_the_patient_is_is_told_by_role_alone(grid, viewed, viewer_address, identity_address):
    picture = viewed["ct"][1]
    drawer = opened(grid, picture)
    expect(drawer).to_contain_text("hidden in your role")
    expect(drawer).to_contain_text("Sex")
    expect(drawer).not_to_contain_text("Doe")
    masked = httpx.get(f"{viewer_address}/api/details/{picture}").text
    for secret in ("Doe", "4711", "looked-at"):
        assert secret not in masked
    told = httpx.get(f"{identity_address}/api/details/{picture}").json()
    assert ["name_alphabetic", NAME] in told["facts"]["identity"]
    assert "looked-at" in told["facts"]["location"][0][1]


def test_pictures_beside_each_other_move_together_until_told_not_to(grid, viewed, room):
    one = viewed["ct"][0]
    drawer = opened(grid, one)
    grid.keyboard.press("c")
    panes = drawer.locator(".compared .pane")
    expect(panes).to_have_count(2)
    expect(drawer.locator(".compared .pane.painted")).to_have_count(2, timeout=WAIT)
    grid.keyboard.press("2")
    for at in range(2):
        expect(panes.nth(at).locator(".se")).to_contain_text("C -600  W 1500")
    drawer.get_by_role("button", name="Linked").click()
    grid.keyboard.press("1")
    expect(panes.nth(0).locator(".se")).to_contain_text("C 40  W 400")
    expect(panes.nth(1).locator(".se")).to_contain_text("C -600  W 1500")
    expect(drawer.get_by_text("Where they differ")).to_be_visible()
    grid.keyboard.press("Escape")
    expect(panes).to_have_count(0)
    expect(drawer.get_by_role("heading", name=f"Picture {one}")).to_be_visible()


def test_identifiers_go_to_the_clipboard_and_nowhere_else(grid, viewed, viewer_address):
    grid.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=viewer_address)
    asked = []
    grid.on("request", lambda request: asked.append(request.url))
    drawer = opened(grid, viewed["ct"][1])
    drawer.get_by_role("button", name="Series UID").click()
    expect(drawer.get_by_role("button", name="Copied")).to_be_visible()
    assert grid.evaluate("() => navigator.clipboard.readText()") == "1.2.826.0.1.9.5"
    assert not [url for url in asked if "1.2.826" in url]


def test_the_thumbnail_is_not_what_a_canvas_shows(grid, viewed, room, viewer_address):
    """The stored thumbnail is lossy: the canvas must hold the file's own values."""
    picture = viewed["ct"][1]
    thumb = Image.open(BytesIO(httpx.get(f"{viewer_address}/api/thumb/{picture}").content))
    drawer = opened(grid, picture)
    shown = painted(drawer)
    assert np.asarray(thumb.convert("RGB")).shape == shown.shape
    assert (np.asarray(thumb.convert("RGB")) != shown).any()
