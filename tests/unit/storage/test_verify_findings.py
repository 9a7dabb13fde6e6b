import re
from pathlib import Path

from storage.verify_findings import SEVERITIES, Finding, FindingCode, Severity, some

PAGE = Path(__file__).parents[3] / "docs" / "storage.md"


def test_every_code_has_a_severity_and_its_row_in_the_docs() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (damage|stale|note) \|", PAGE.read_text(), re.MULTILINE)
    assert rows == [(code.value, SEVERITIES[code].value) for code in FindingCode]


def test_codes_are_in_the_order_of_their_severity() -> None:
    order = [list(Severity).index(SEVERITIES[code]) for code in FindingCode]
    assert order == sorted(order)


def test_a_finding_has_the_severity_of_its_code() -> None:
    assert Finding(FindingCode.SHARD_SHORT, "", 1, "").severity is Severity.DAMAGE


def test_a_finding_names_five_ids_at_most() -> None:
    assert some([1, 2, 3, 4, 5]) == "1, 2, 3, 4, 5"
    assert some([1, 2, 3, 4, 5, 6]) == "1, 2, 3, 4, 5, ..."
