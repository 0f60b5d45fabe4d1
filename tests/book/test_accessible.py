"""Every page meets the Web Content Accessibility Guidelines, as far as a program can tell."""

from typing import Any

import pytest

from press.book import Book

from ..conftest import AXE, ROOT

PAGES = [page.docname for page in Book(ROOT).pages]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules among them that another theme can break."""
RUN = """rules => axe.run(
    document, {runOnly: rules, preload: false, resultTypes: ["violations"]})"""
"""Without its report on what is right, axe takes half the time."""

pytestmark = [pytest.mark.site, pytest.mark.slow]


@pytest.mark.parametrize("docname", [*PAGES, "search"])
def test_axe_finds_nothing(browser, server, docname):
    """Level A and AA, in both themes; what is folded is opened, for it is read too."""
    page = browser.new_context(color_scheme="light", reduced_motion="reduce").new_page()
    page.goto(f"{server}/{docname}.html")
    # Colours at their end, also of what fades in.
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(AXE.read_text())
    found = _violations(page, RULES)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    found += _violations(page, OF_COLOURS)
    page.context.close()
    assert found == []


def _violations(page: Any, rules: list[str]) -> list[tuple[str, str, str]]:
    found = page.evaluate(RUN, rules)
    return [
        (violation["id"], node["html"][:120], node["failureSummary"])
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]
