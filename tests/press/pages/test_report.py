"""The links to the form for mistakes, from a page, a figure, an exercise and a slide."""

from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from press.colophon import Colophon
from press.repository import Repository

from ...conftest import ROOT

OURS = Colophon("The authors", "2026", "1.0.0", "2.13.0")
GITHUB = Repository("https://github.com/ada/book")
FORM = ROOT / ".github" / "ISSUE_TEMPLATE" / "mistake.yml"
REPORT = ROOT / "book" / "assets" / "report.js"
PLACE = "book/part1/gradient"
PAGE = f"""
<div class="dp-exercise" id="ex-loop">
<p class="admonition-title">Exercise 1.2a</p><p class="dp-about">ten minutes</p></div>
<div id="ex-loop-stub"><div class="dp-run-output">v0 moves the wrong way\n</div></div>
<div class="cell_output"><figure id="fig-valley">
<figcaption><span class="caption-number">Figure 1.2.3 </span>A valley.</figcaption></figure></div>
<p class="dp-colophon">{OURS.report(GITHUB, PLACE, "Report a mistake on this page")}</p>
"""
SLIDE = f"""
<div class="slides"><section class="present"><section id="a"></section>
<section id="b" class="present"></section></section></div>
<dialog class="help" open>{OURS.report(GITHUB, "book/slides/part1", "Report")}</dialog>
"""


def fields(address):
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize(
    ("url", "begins", "fields_"),
    [
        (
            "https://github.com/ada/book",
            "/ada/book/issues/new?",
            {"template": "mistake.yml", "edition": "1.0.0", "place": PLACE},
        ),
        (
            "https://gitlab.com/a/b/book",
            "/a/b/book/-/issues/new?",
            {"issue[description]": "Edition: 1.0.0", "issue[title]": f"Mistake: {PLACE}"},
        ),
        (
            "https://codeberg.org/ada/book",
            "/ada/book/issues/new?",
            {"body": "Edition: 1.0.0", "title": f"Mistake: {PLACE}"},
        ),
    ],
)
def test_a_form_gets_the_page_and_the_edition(url, begins, fields_):
    form = Repository(url).report(PLACE, "1.0.0")
    assert begins in form.address
    assert fields(form.address) == fields_
    assert form.place in fields_


def test_the_form_has_the_fields_that_are_filled_in():
    form = yaml.safe_load(FORM.read_text(encoding="utf-8"))
    named = {part["id"]: part for part in form["body"]}
    assert fields(GITHUB.report(PLACE, "1.0.0").address).keys() - {"template"} <= named.keys()
    required = [
        name for name, part in named.items() if (part.get("validations") or {}).get("required")
    ]
    assert required == ["place", "what"]


def test_no_link_is_where_no_repository_is_known():
    assert OURS.report(None, PLACE, "Report") == ""
    assert "dp-report" not in OURS.html()


def clicked(browser, html, *selectors):
    """Where the links lead when they are clicked."""
    page = browser.new_page()
    try:
        page.set_content(html)
        page.add_script_tag(content=REPORT.read_text(encoding="utf-8"))
        page.evaluate("addEventListener('click', event => event.preventDefault())")
        for selector in selectors:
            page.locator(selector).click()
            yield fields(page.locator(selector).get_attribute("href"))["place"]
    finally:
        page.close()


@pytest.mark.site
def test_each_figure_and_exercise_says_which_it_is_and_what_the_check_said(browser):
    links = ("#ex-loop .dp-report", "#fig-valley .dp-report", ".dp-colophon .dp-report")
    places = [*clicked(browser, PAGE, *links, links[0])]
    assert places == [
        f"{PLACE} Exercise 1.2a (ex-loop): v0 moves the wrong way",
        f"{PLACE} Figure 1.2.3 (fig-valley)",
        PLACE,
        f"{PLACE} Exercise 1.2a (ex-loop): v0 moves the wrong way",
    ]


@pytest.mark.site
def test_a_slide_says_which_it_is(browser):
    assert [*clicked(browser, SLIDE, ".dp-report")] == ["book/slides/part1 b"]


@pytest.mark.site
def test_without_the_link_nothing_is_added(browser):
    page = browser.new_page()
    page.set_content(PAGE.replace('class="dp-report"', ""))
    page.add_script_tag(content=REPORT.read_text(encoding="utf-8"))
    assert page.locator(".dp-report").count() == 0
    page.close()
