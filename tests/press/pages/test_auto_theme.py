"""Colours before a script has set the theme: in a style sheet, and in a browser without scripts."""

import pytest

from press.pages.auto_theme import with_auto

LIGHT = "@media print,not (prefers-color-scheme:dark){"
DARK = "@media screen and (prefers-color-scheme:dark){"


def test_a_rule_without_a_theme_stays_as_it_is():
    css = "p{color:red}@media print{p{color:blue}}@font-face{src:url(a.woff2)}[data-theme] p{top:0}"
    assert with_auto(css) == css


def test_rules_for_a_theme_are_followed_by_copies_for_auto():
    css = 'html[data-theme=light]{top:0}html[data-theme="dark"] p,a{top:1px}b{top:2px}'
    assert with_auto(css) == (
        'html[data-theme=light]{top:0}html[data-theme="dark"] p,a{top:1px}'
        f"{LIGHT}html[data-theme=auto]{{top:0}}}}"
        f"{DARK}html[data-theme=auto] p{{top:1px}}}}b{{top:2px}}"
    )


def test_a_copy_stays_inside_of_a_condition():
    css = "@media print{i[data-theme=dark]{top:0}}"
    copy = f"{DARK}i[data-theme=auto]{{top:0}}}}"
    assert with_auto(css) == f"@media print{{i[data-theme=dark]{{top:0}}{copy}}}"


@pytest.mark.site
@pytest.mark.parametrize(
    ("scheme", "colour"), [("light", "rgb(1, 1, 1)"), ("dark", "rgb(2, 2, 2)")]
)
def test_the_system_decides_without_scripts(browser, scheme, colour):
    css = "html[data-theme=dark] p{color:#020202}html[data-theme=light] p{color:#010101}"
    context = browser.new_context(color_scheme=scheme, java_script_enabled=False)
    page = context.new_page()
    page.set_content(f"<html data-theme=auto><style>{with_auto(css)}</style><p>Text</p></html>")
    assert page.locator("p").evaluate("p => getComputedStyle(p).color") == colour
    page.emulate_media(media="print")
    assert page.locator("p").evaluate("p => getComputedStyle(p).color") == "rgb(1, 1, 1)"
    context.close()
