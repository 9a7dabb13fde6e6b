"""What a person asks with: words, identifiers, files of their own, and several of them at once."""

import base64
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BY_RED = ("red", "rust", "grey", "navy", "blue", "green")  # blue and green are equal: by id
BY_BLUE = ("blue", "navy", "grey", "rust", "green", "red")

# What a browser does with files that are pasted or dropped on an element.
GIVE = """
([name, type, base64, kind]) => {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  if (kind === "paste") {
    const told = { clipboardData: transfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new ClipboardEvent("paste", told));
    return;
  }
  const told = { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true };
  document.body.dispatchEvent(new DragEvent("dragenter", told));
  const hosts = [...document.querySelectorAll("*")].map((each) => each.shadowRoot);
  const zones = hosts.flatMap((each) => [...(each?.querySelectorAll(".zone") ?? [])]);
  const zone = zones.find((each) => each.dataset.name === kind);
  zone.dispatchEvent(new DragEvent("dragover", told));
  zone.dispatchEvent(new DragEvent("drop", told));
}
"""


def box(page: Page) -> Locator:
    return page.get_by_label("Search by words")


def ask(page: Page, words: str) -> None:
    box(page).fill(words)
    box(page).press("Enter")


def chip(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=f"Remove {name}", exact=True)


def order(page: Page) -> list[int]:
    labels = page.locator(".tile").evaluate_all(
        "tiles => tiles.map((tile) => tile.getAttribute('aria-label'))"
    )
    return [int(re.match(r"Picture (\d+)", label)[1]) for label in labels]


def expect_order(page: Page, pictures: list[int]) -> None:
    expect(page.locator(".tile")).to_have_count(len(pictures))
    for place, picture in enumerate(pictures):
        starts = re.compile(rf"^Picture {picture}\b")
        expect(page.locator(".tile").nth(place)).to_have_attribute("aria-label", starts)


def give(page: Page, content: bytes, name: str, kind: str) -> None:
    expect(page.locator(".tile").first).to_be_attached()
    expect(page.locator(".zone").first).to_be_attached()
    page.evaluate(GIVE, [name, "", base64.b64encode(content).decode(), kind])


@pytest.fixture
def named(ids):
    """The ids of pictures by their names."""
    return lambda *names: [ids[name] for name in names]


@pytest.fixture
def blue(tmp_path):
    """A blue picture of one's own."""
    Image.new("RGB", (50, 50), (20, 20, 200)).save(tmp_path / "mine.webp", lossless=True)
    return (tmp_path / "mine.webp").read_bytes()


def test_an_identifier_finds_its_picture_and_is_in_no_address(page, address, ids):
    visited = []
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    page.on("request", lambda request: visited.append(request.url))
    page.goto(address)
    ask(page, "7-blue")
    expect_order(page, [ids["blue"]])
    expect(box(page)).to_have_value("7-blue")
    ask(page, "12345678901")
    expect(page.get_by_text("No picture passes")).to_be_visible()
    page.go_back()
    expect_order(page, [ids["blue"]])
    expect(box(page)).to_have_value("7-blue")
    assert "part=held" in page.url
    assert not [url for url in visited if "7-blue" in url or "12345678901" in url]


def test_what_one_session_holds_is_not_seen_by_another(page, address, browser, ids):
    page.goto(address)
    ask(page, "7-blue")
    expect_order(page, [ids["blue"]])
    other = browser.new_page()
    other.goto(page.url)
    expect(other.get_by_role("alert")).to_contain_text("not held here")
    expect(box(other)).to_have_value("")
    assert "7-blue" not in other.content()
    chip(other, "No longer held").click()
    expect_order(other, sorted(ids.values(), reverse=True))
    other.close()


def test_the_number_of_a_picture_finds_it(page, address, ids):
    page.goto(address)
    ask(page, f"#{ids['rust']}")
    expect_order(page, [ids["rust"]])


def test_a_pasted_image_is_asked_with(page, address, blue, named):
    page.goto(f"{address}/?q=red")
    give(page, blue, "mine.webp", "paste")
    expect_order(page, named(*BY_BLUE))
    expect(box(page)).to_have_value("")
    chip(page, "Your image").click()
    expect(page.get_by_text("Newest 6 of 6")).to_be_visible()


def test_a_dropped_dicom_file_is_asked_with_alone_or_beside(page, address, pictures, named):
    page.goto(f"{address}/?q=red")
    content = (pictures / "blue.dcm").read_bytes()
    give(page, content, "blue.dcm", "instead")
    expect_order(page, named(*BY_BLUE))
    assert "q=red" not in page.url
    page.go_back()
    expect_order(page, named(*BY_RED))
    give(page, content, "blue.dcm", "beside")
    expect(chip(page, "Your image")).to_be_visible()
    expect(chip(page, "red")).to_be_visible()
    assert "q=red" in page.url


def test_back_and_the_steps_bring_an_upload_back(page, address, blue, named):
    page.goto(address)
    give(page, blue, "mine.webp", "paste")
    expect_order(page, named(*BY_BLUE))
    ask(page, "red")
    expect(chip(page, "red")).to_be_visible()
    chip(page, "Your image").click()
    expect_order(page, named(*BY_RED))
    page.get_by_role("button", name="Your image", exact=True).click()
    expect_order(page, named(*BY_BLUE))
    page.go_back()
    expect_order(page, named(*BY_RED))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Newest 6 of 6")).to_be_visible()


def test_a_file_that_is_no_image_is_refused_in_a_sentence(page, address, named):
    page.goto(f"{address}/?q=red")
    give(page, b"no image", "notes.txt", "instead")
    expect(page.get_by_text("The file cannot be read.")).to_be_visible()
    expect_order(page, named(*BY_RED))
    ask(page, "blue")
    expect_order(page, named(*BY_BLUE))
    expect(page.get_by_text("The file cannot be read.")).to_have_count(0)


def test_the_button_takes_several_files_at_once(page, address, tmp_path, named):
    for name, colour in {"a": (20, 20, 200), "b": (200, 20, 20)}.items():
        Image.new("RGB", (50, 50), colour).save(tmp_path / f"{name}.png")
    page.goto(address)
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Search by an image of your own").click()
    chosen.value.set_files([tmp_path / "a.png", tmp_path / "b.png"])
    expect(chip(page, "Your image")).to_have_count(2)


def test_too_many_files_are_refused_before_they_are_sent(page, address, tmp_path, named):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    page.goto(f"{address}/?q=red")
    expect_order(page, named(*BY_RED))
    page.locator(".st-key-ask-files-beside input").set_input_files([tmp_path / "a.png"] * 9)
    expect(page.get_by_text("Too many files at once: 9. Give 8 at most.")).to_be_visible()
    expect_order(page, named(*BY_RED))


def test_signs_and_weights_change_the_order(page, address, ids, named):
    red, blue = f"Picture {ids['red']}", f"Picture {ids['blue']}"
    page.goto(f"{address}/?part=picture:{ids['red']}&part=picture:{ids['blue']}")
    expect(page.locator(".tile")).to_have_count(4)
    page.get_by_role("button", name=f"Like {red}; press for unlike").click()
    expect(page.get_by_role("button", name=f"Unlike {red}; press for like")).to_be_focused()
    expect_order(page, named("navy", "grey", "green", "rust"))
    expect(page).to_have_url(re.compile(r"-0\.3"))
    page.get_by_role("button", name=f"Unlike {red}; press for like").click()
    expect(page.get_by_role("button", name=f"Like {red}; press for unlike")).to_be_visible()
    page.get_by_label(f"Weight of {blue}").select_option("0.3")
    expect_order(page, named("rust", "grey", "navy", "green"))
    page.reload()
    expect(page.get_by_label(f"Weight of {blue}")).to_have_value("0.3")
    expect_order(page, named("rust", "grey", "navy", "green"))


def test_a_region_comes_from_the_address_and_is_shown_cut_out(page, address, ids, named):
    page.goto(f"{address}/?part=picture:{ids['grey']}@0,0,0.5,0.25")
    expect(page.get_by_text("Nearest 5 of 5")).to_be_visible()
    expect(chip(page, f"Region of picture {ids['grey']}")).to_be_visible()
    sides = page.locator(".thumb.region").bounding_box()
    assert sides["width"] / sides["height"] == pytest.approx((0.5 * 320) / (0.25 * 240), rel=0.05)


def test_judged_pictures_are_counted_and_forgotten(page, address, ids, named):
    liked = "&".join(f"liked={ids[name]}" for name in ("blue", "navy"))
    page.goto(f"{address}/?q=red&{liked}&disliked={ids['green']}")
    expect(page.get_by_text("More like these (2)")).to_be_visible()
    expect(page.get_by_text("Less like these (1)")).to_be_visible()
    page.get_by_role("button", name="Forget More like these").click()
    expect(page.get_by_text("More like these")).to_have_count(0)
    page.get_by_role("button", name="Forget Less like these").click()
    expect_order(page, named(*BY_RED))


def test_typing_offers_words_and_what_was_asked_before(page, address):
    page.goto(address)
    ask(page, "pneumothorax on the left")
    expect(page.get_by_text("Nearest 6 of 6")).to_be_visible()
    box(page).fill("head ct, hemorr")
    expect(page.get_by_role("option").first).to_contain_text("head ct, hemorrhage")
    box(page).press("ArrowDown")
    box(page).press("Enter")
    expect(box(page)).to_have_value("head ct, hemorrhage")
    box(page).fill("胸部x线片，肺")
    expect(page.get_by_role("option").first).to_contain_text("胸部x线片，肺")
    box(page).fill("pneu")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("pneumo")
    box(page).fill("pneumothorax on")
    expect(first).to_contain_text("asked before")
    box(page).press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_what_was_encoded_is_shown_and_unfolds(page, address):
    page.goto(f"{address}/?q=head ct, no hemorrhage")
    line = page.get_by_text("Encoded “")
    expect(line).to_contain_text("and against")
    line.click()
    expect(page.get_by_text("For “head ct, no hemorrhage”")).to_be_visible()


def test_the_keyboard_alone_asks_adds_weighs_and_removes(page, address, named):
    page.goto(address)
    expect(page.locator(".tile")).to_have_count(6)
    expect(box(page)).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("red")
    page.keyboard.press("Enter")
    expect_order(page, named(*BY_RED))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add words to the query")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("blue")
    page.keyboard.press("Enter")
    expect(chip(page, "blue")).to_be_visible()
    expect(chip(page, "red")).to_be_visible()
    page.get_by_role("button", name="Like red; press for unlike").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Unlike red; press for like")).to_be_focused()
    expect(page).to_have_url(re.compile(r"text%2A-1%3Ared"))
    chip(page, "red").focus()
    page.keyboard.press("Enter")
    expect(chip(page, "red")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".tile").first).to_be_focused()


def test_the_strip_scrolls_by_itself_on_a_narrow_screen(page, address, ids):
    parts = "&".join(f"part=picture:{each}" for each in ids.values())
    page.set_viewport_size({"width": 420, "height": 860})
    page.goto(f"{address}/?q=red&{parts}")
    expect(page.locator(".chip")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth") == 420
    assert page.locator(".ask .strip").evaluate("strip => strip.scrollWidth > strip.clientWidth")
