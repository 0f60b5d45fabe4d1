"""The policy of pages and decks: nothing of ours is against it, and what is put in does not run.

`test_pages.py`, `test_decks.py` and others ask for a silent console, which names each violation.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from press.policy import IN_FOLDER, META, POLICY, THEME_SOURCE, stated

pytestmark = pytest.mark.site

LISTEN = """
    window.violations = [];
    addEventListener("securitypolicyviolation", event =>
        violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""
BLOCKED = """
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
        const get = () => { throw new DOMException("Access is denied", "SecurityError"); };
        Object.defineProperty(window, name, { get, configurable: true });
    }
    if (navigator.serviceWorker) navigator.serviceWorker.register = () =>
        Promise.reject(new DOMException("Access is denied", "SecurityError"));
"""
"""As Chromium with all cookies blocked."""
GRADIENT = "book/part1/gradient.html"
LONG = 30_000


@contextlib.contextmanager
def reader(browser: Any, *scripts: str, **options: Any) -> Iterator[tuple[Any, list[str]]]:
    """A tab, and what it complains of."""
    context = browser.new_context(**options)
    for script in scripts:
        context.add_init_script(script)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text)
               if message.type in ("error", "warning") else None)  # fmt: skip
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context.new_page(), complaints
    context.close()


def test_nothing_may_run_but_files_of_the_site_and_the_line_that_sets_the_theme():
    sources = dict(part.split(" ", 1) for part in POLICY.split("; "))
    assert sources["default-src"] == sources["base-uri"] == sources["object-src"] == "'none'"
    assert sources["script-src"] == f"'self' {THEME_SOURCE}"
    for policy in (POLICY, IN_FOLDER):
        assert "'unsafe-eval'" not in policy
        assert policy.count("'unsafe-inline'") == 1
        assert "http" not in policy


def test_every_html_file_of_the_site_has_it_right_after_its_encoding(build):
    pages = [path for path in build.html.rglob("*.html") if "notebooks" not in path.parts]
    assert {path.parent.name for path in pages} > {"html", "book", "part1", "slides"}
    for path in pages:
        before, policy, after = path.read_text(encoding="utf-8").partition(META)
        assert policy, path
        assert "charset" in before.rstrip().splitlines()[-1], path
        assert META not in after, path


def test_a_page_that_has_it_stays_as_it_is():
    once = stated('<head>\n    <meta charset="utf-8">\n')
    assert META in once
    assert stated(once) == once


@pytest.mark.parametrize("where", ["server", "file"])
def test_a_visit_with_all_that_pages_and_decks_do_is_within_it(browser, build, server, where):
    root = f"{server if where == 'server' else build.html.as_uri()}/"
    others = ["genindex.html", "404.html", "launching.html", "slides/part1-handout.html"]
    with reader(browser, LISTEN) as (page, complaints):
        for name in others:
            page.goto(root + name)
            assert page.evaluate("violations") == []
        page.goto(root + GRADIENT)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        page.locator(".theme-switch-button").first.click()
        page.locator(".dp-controls input").first.press("ArrowRight")
        with page.expect_download():
            page.get_by_role("button", name="PNG").first.click()
        if where == "server":
            cell = page.locator(".dp-stub").first
            cell.locator("textarea").fill("6 * 7")
            cell.locator(".dp-run-run").click()
            cell.get_by_text("42", exact=True).wait_for(timeout=LONG)
        assert page.evaluate("violations") == []
        page.goto(root + "search.html")
        page.locator(".bd-search-container input[type=search]").fill("momentum")
        page.keyboard.press("Enter")
        page.locator(".bd-search-container .dp-search-found li").first.wait_for()
        assert "q=momentum" in page.url
        assert page.evaluate("violations") == []
        page.goto(f"{root}slides/part1.html")
        with page.expect_popup() as opened:
            page.keyboard.press("s")
        speaker = opened.value
        speaker.frame_locator("iframe.now").locator("section.present section.present").wait_for()
        assert speaker.evaluate("violations") + page.evaluate("violations") == []
        assert complaints == []


@pytest.mark.parametrize("place", [GRADIENT, "slides/part1.html"])
def test_a_script_that_is_put_in_does_not_run(browser, server, place):
    with reader(browser, LISTEN) as (page, _):
        page.goto(f"{server}/{place}")
        page.evaluate("""() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = 1";
            const foreign = document.createElement("script");
            foreign.src = "https://book.invalid/a.js";
            document.body.append(script, foreign);
            document.body.insertAdjacentHTML("beforeend",
                "<img src='none.png' onerror='window.ran = 1'><object data='none.svg'></object>"
                + "<a id=here href='javascript:window.ran = 1'>here</a><base href='/else/'>");
            document.getElementById("here").click();
            try { setTimeout("window.ran = 1"); } catch { }
        }""")
        page.wait_for_function("() => violations.length > 6")
        found = set(page.evaluate("violations"))
        assert page.evaluate("window.ran") is None
    assert {"script-src-elem inline", "script-src-attr inline", "script-src eval"} <= found
    assert "script-src-elem https://book.invalid/a.js" in found
    assert {name.partition(" ")[0] for name in found} >= {"object-src", "base-uri"}


def test_with_storage_blocked_the_page_works_until_it_is_left(browser, server):
    with reader(browser, BLOCKED, color_scheme="light") as (page, complaints):
        page.goto(f"{server}/{GRADIENT}")
        root = page.locator("html")
        assert root.get_attribute("data-theme") == "light"
        page.locator(".theme-switch-button").first.click()
        assert root.get_attribute("data-theme") == "dark"
        cell = page.locator(".dp-stub").first
        cell.locator("textarea").fill("6 * 7")
        cell.locator(".dp-run-run").click()
        cell.get_by_text("42", exact=True).wait_for(timeout=LONG)
        page.locator(".dp-predict label").first.click()
        page.get_by_role("button", name="Search").first.click()
        page.keyboard.type("momentum")
        page.locator("dialog .dp-search-found li").first.wait_for()
        for name in ("search.html?q=adam", "book/index.html", "slides/part1.html?speaker"):
            page.goto(f"{server}/{name}")
            page.wait_for_load_state("networkidle")
        assert complaints == []
