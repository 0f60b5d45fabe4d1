"""Which rules of a style sheet stay, and that those that stay are the same in the same order."""

import pytest

from press.purge import Used, purged

PAGE = """<!doctype html><html data-theme="auto"><body><p class="one two" id="here" hidden>
<svg viewBox="0 0 1 1" style="color: var(--ink)"></svg></p></body></html>"""
SCRIPT = 'made.className = "added " + (open ? "open" : "shut"); add("dp-run-" + what);'


@pytest.fixture
def used() -> Used:
    found = Used()
    found.add_page(PAGE)
    found.add_script(SCRIPT)
    return found


@pytest.mark.parametrize(
    "selector",
    [
        "p", "*", ":root", "html", ".one", ".one.two", "#here", "p > .one:hover::before",
        "[data-theme=dark]", "svg[viewBox]", ".added", ".shut", ".dp-run-edit", "p:not(.never)",
        "p:nth-child(2n + 1)", ":is(.never, .one)", "p:has(svg)", "P", "[hidden]", "::-moz-x",
    ],
)  # fmt: skip
def test_a_rule_stays_whose_names_pages_and_scripts_use(used, selector):
    assert purged(f"{selector} {{ color : red }}", used) == f"{selector}{{color:red}}"


@pytest.mark.parametrize(
    "selector",
    ["table", ".never", ".one .never", ".one.never", "#never", "[data-never]", ":is(.never)",
     "p:has(.never)", ".dp-never", ".ONE"],
)  # fmt: skip
def test_a_rule_goes_that_asks_for_another_name(used, selector):
    assert purged(f"{selector} {{ color: red }}", used) == ""


def test_the_order_and_the_text_of_what_stays_are_kept(used):
    css = """/* first */ .one { color: red !important; margin: 0 } .never {}
    @media (min-width: 3px) { .never { top: 0 } p { top: 1px } } .two, .never { color: blue }
    @media print { .never { top: 0 } } .one { background: url("data:image/png;base64,AA==") }"""
    assert purged(css, used) == (
        ".one{color:red!important;margin:0}@media (min-width: 3px){p{top:1px}}.two{color:blue}"
        '.one{background:url("data:image/png;base64,AA==")}'
    )


def test_a_list_stays_whole_for_which_a_browser_may_leave_out_the_rule(used):
    css = ".never::-moz-thing,.one{top:0}"
    assert purged(css, used) == css
    assert purged(".never::-moz-thing,.no{top:0}", used) == ""


def test_properties_animations_and_fonts_stay_if_they_are_named(used):
    css = """:root{--ink:var(--deep);--deep:red;--off:var(--lost);--lost:blue}
    .one{animation:turn 1s;font:1px/1 My Font,serif}@keyframes turn{to{top:0}}
    @keyframes stop{to{top:0}}@font-face{font-family:"My Font";src:url(a.woff2)}
    @font-face{font-family:Other\\ Font;src:url(b.woff2)}@charset "UTF-8";"""
    assert purged(css, used) == (
        ":root{--ink:var(--deep);--deep:red}.one{animation:turn 1s;font:1px/1 My Font,serif}"
        '@keyframes turn{to{top:0}}@font-face{font-family:"My Font";src:url(a.woff2)}'
    )
    css = '.two{font-family:Other\\ Font}@font-face{font-family:"Other Font";src:url(b.woff2)}'
    assert purged(css, used) == css


def test_names_in_the_data_of_a_page_count():
    found = Used()
    found.add_page('<p>a</p><script type="application/json">["<b class=\\"late\\">"]</script>')
    assert purged(".late{top:0}.later{top:0}", found) == ".late{top:0}"


def test_a_broken_style_sheet_is_an_error(used):
    with pytest.raises(ValueError, match="cannot be read"):
        purged("p { top: 0 } }", used)
