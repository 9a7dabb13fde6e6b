from pathlib import Path

import pytest

from core.errors import InvalidRequest
from core.types import CatalogueCode, SkipCode
from indexer.again import failures
from storage.catalog import FileState
from tests.unit.indexer.factories import known, place

CORRUPT = known(FileState.SKIPPED, SkipCode.CORRUPT)
EMPTY = known(FileState.SKIPPED, SkipCode.EMPTY)
VIDEO = known(FileState.CATALOGUED, CatalogueCode.UNSUPPORTED_SYNTAX)
REPORT = known(FileState.CATALOGUED, CatalogueCode.NO_PIXELS)
FILES = {"corrupt": CORRUPT, "empty": EMPTY, "video": VIDEO, "report": REPORT, "in": known()}


def _wanted(**named):
    wanted = failures(**named)
    return [name for name, file in FILES.items() if wanted(place(name), file)]


def test_all_that_was_skipped_is_worth_another_try():
    assert _wanted() == ["corrupt", "empty"]


def test_a_code_narrows_the_choice():
    assert _wanted(code="empty") == ["empty"]


def test_a_syntax_without_a_decoder_is_tried_again_by_its_name():
    assert _wanted(code="unsupported-syntax") == ["video"]


@pytest.mark.parametrize("code", ["not-a-picture", "container", "nonsense", "embedded", ""])
def test_what_cannot_be_tried_again_is_refused_with_the_codes_that_can(code):
    with pytest.raises(InvalidRequest, match="unsupported-syntax"):
        failures(code)


def test_a_folder_narrows_the_choice_for_members_too():
    wanted = failures(under=Path("/archive/one"))
    assert wanted(place("one/a.zip!/1"), CORRUPT)
    assert wanted(place("one"), CORRUPT)
    assert not wanted(place("one-more/1"), CORRUPT)
