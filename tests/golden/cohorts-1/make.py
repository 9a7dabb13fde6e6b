"""Writes cohorts.db beside this file, as radseek wrote its version 1 (before notes and order).

Run with the checkout of such a radseek on PYTHONPATH: `python make.py`.
"""

import hashlib
from pathlib import Path

from storage.cohorts import Cohorts
from storage.contents import Content

HERE = Path(__file__).with_name("cohorts.db")


def content(letter: str, frame: int = 0) -> Content:
    return Content(hashlib.sha256(letter.encode()).hexdigest(), frame)


def main() -> None:
    book = Cohorts(HERE)
    book.add("teaching", [content("a"), content("b"), content("b", 4)])
    book.add("empty", [])


if __name__ == "__main__":
    main()
