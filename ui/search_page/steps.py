"""What a person does with one picture of an answer; each is a new step of the session."""

from search.query import Region
from ui.search_page.address import current_view, go


def similar(picture_id: int) -> None:
    """Ask for what is like this picture."""
    go(current_view().like(picture_id))


def series(picture_id: int) -> None:
    """Ask for series like that of this picture."""
    go(current_view().like_series(picture_id))


def region(picture_id: int, part: Region) -> None:
    """Ask for what is like a part of this picture. Raises InvalidRequest."""
    part.check()
    go(current_view().like(picture_id, part))


def judge(picture_id: int, *, liked: bool) -> None:
    """Ask for more of this picture's kind, or for less of it; a second time takes it back."""
    go(current_view().judged(picture_id, liked=liked))
