"""What keeps people out of a page, as axe-core finds it."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page) -> list[str]:
    """What axe-core finds that keeps somebody out: the rule, and what it is about."""
    return found(page, ("serious", "critical"))


def found(page: Page, impacts: Sequence[str] = ("moderate", "serious", "critical")) -> list[str]:
    """What axe-core finds of these impacts."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html']}"
        for rule in violations
        if rule["impact"] in impacts
        for node in rule["nodes"]
    ]
