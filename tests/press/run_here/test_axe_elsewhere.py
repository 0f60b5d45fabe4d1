"""The rules of axe in Firefox; tests/book/test_accessible.py asks Chromium for them.

Firefox is skipped by its name where it is not installed. The workflow `all.yml` installs it.
"""

import json
from collections.abc import Iterator

import pytest

from ...conftest import AXE
from .drivers import Driver, Firefox

RULES = """axe.run({runOnly: {type: "rule", values: axe.getRules().map(rule => rule.ruleId)},
                     preload: false, resultTypes: ["violations"]}).then(found =>
    found.violations.flatMap(one => one.nodes.slice(0, 3).map(node =>
        one.id + ": " + node.html.slice(0, 160))))"""

pytestmark = [pytest.mark.site, pytest.mark.slow, pytest.mark.exhaustive]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    if name := Firefox.missing():
        pytest.skip(f"there is no {name}")
    made = Firefox(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


@pytest.mark.parametrize("docname", ["book/index", "book/part1/gradient", "book/notation"])
def test_axe_finds_nothing_in_firefox(tab, server, docname):
    tab.open(f"{server}/{docname}.html")
    tab.wait("document.readyState === 'complete'")
    tab.value("document.querySelectorAll('details').forEach(d => { d.open = true })")
    tab.value("new Promise(done => setTimeout(done, 1000))")  # folds fade in
    tab.value(f"(0, eval)({json.dumps(AXE.read_text())}) && 0")
    assert tab.value(RULES) == []
