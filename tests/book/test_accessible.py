"""Every page meets the Web Content Accessibility Guidelines, as far as a program can tell."""

import pytest

from press.book import Book

from ..conftest import AXE, ROOT

PAGES = [page.docname for page in Book(ROOT).pages]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

pytestmark = [pytest.mark.site, pytest.mark.slow]


@pytest.mark.parametrize("docname", [*PAGES, "search"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser, server, docname, theme):
    """Level A and AA; what is folded is opened, for it is read too."""
    page = browser.new_context(color_scheme=theme, reduced_motion="reduce").new_page()
    page.goto(f"{server}/{docname}.html")
    # Colours at their end, also of what fades in.
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    page.context.close()
    assert [
        (violation["id"], node["html"][:120], node["failureSummary"])
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ] == []
