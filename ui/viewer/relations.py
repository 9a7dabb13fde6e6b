"""The other files that a picture is linked to, in words."""

from collections.abc import Mapping, Sequence
from typing import Final

from core.types import Related, Relation
from ui.parts.plain import in_html
from ui.viewer.facts import Fact

MOST_SHOWN: Final = 5
TITLES: Final[Mapping[Relation, str]] = {
    Relation.SAME_BYTES: "Also at",
    Relation.ALTERNATE: "Same image, other file",
    Relation.SAME_PIXELS: "Same pixels, other image",
}


def linked_files(related: Sequence[Related]) -> list[Fact]:
    """A title and the place of each linked file; of many the first, and how many there are."""
    pairs = []
    for relation, title in TITLES.items():
        places = [str(each.location) for each in related if each.relation is relation]
        pairs += [(title, place) for place in places[:MOST_SHOWN]]
        if len(places) > MOST_SHOWN:
            pairs.append((title, f"and {len(places) - MOST_SHOWN} more: radseek duplicates"))
    return pairs


def conflict_warning(related: Sequence[Related]) -> str:
    """What to know of files that claim to be the same image and are not, as HTML; or nothing."""
    places = [str(each.location) for each in related if each.relation is Relation.CONFLICT]
    if not places:
        return ""
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    text = (
        f"Another file has the same image UID but other pixels: {places[0]}{more}."
        " One of them was changed, or got its UID by mistake. Check which one is the original."
    )
    return f'<p class="rs-conflict" role="note">{in_html(text)}</p>'
