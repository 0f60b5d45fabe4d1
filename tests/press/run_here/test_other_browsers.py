"""One visit in Firefox and in WebKit: to the strict server, and to the folder of the zip.

A browser that is not installed is skipped by its name. The workflow `all.yml` installs both, and
visits both places in both; a push visits the server in Firefox.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ..conftest import rarely
from .drivers import DRIVERS, Driver
from .visit import PAGE, RIGHT, WRONG, for_python

pytestmark = [pytest.mark.site, pytest.mark.slow]

STUB = ".dp-stub"
AREA = f"{STUB} textarea"
OUTPUT = f"{STUB} .dp-run-output"


@pytest.fixture(
    scope="module",
    params=[DRIVERS[0], *map(rarely, DRIVERS[1:])],
    ids=lambda kind: kind.__name__,
)
def tab(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    if name := request.param.missing():
        pytest.skip(f"there is no {name}")
    made = request.param(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


def write(tab: Driver, code: str) -> None:
    """Put this code into the editor, as if it were pasted."""
    assert tab.value(f"""(() => {{
        const area = document.querySelector({AREA!r});
        area.focus();
        area.select();
        document.execCommand("insertText", false, {json.dumps(code)});
        return area.value === {json.dumps(code)};
    }})()""")


def shown(tab: Driver) -> str:
    return str(tab.value(f"document.querySelector({OUTPUT!r})?.innerText.trim() ?? ''"))


def run(tab: Driver, code: str) -> str:
    """Run the exercise with this code, and return what it shows."""
    write(tab, code)
    tab.value(f"document.querySelector({OUTPUT!r})?.classList.add('old')")
    tab.click(f"{STUB} .dp-run-run")
    ended(tab)
    return shown(tab)


def ended(tab: Driver) -> None:
    """Wait until the exercise has run."""
    new = f"document.querySelector('{OUTPUT}:not(.old)')"
    tab.wait(f"{new} && !document.querySelector('{STUB} [aria-disabled]')")


@pytest.fixture(scope="module", params=["server", rarely("folder")])
def reader(request: Any, tab: Driver) -> Driver:
    """A tab with the page."""
    if request.param == "server":
        place = request.getfixturevalue("address")
    else:
        place = f"{request.getfixturevalue('folder').as_uri()}/"
    tab.complaints.clear()
    tab.open(place + PAGE)
    return tab


def test_a_wrong_answer_gets_its_sentence_and_the_right_one_a_tick(reader):
    assert run(reader, WRONG).startswith("✗ Not yet: ")
    assert run(reader, RIGHT).startswith("✓ Right")
    assert reader.value(f"document.querySelector('{STUB} .dp-run-mark').innerText.endsWith('✓')")


def test_typed_code_is_indented_and_control_and_enter_run_it(reader):
    write(reader, " ")
    reader.value(f"document.querySelector({OUTPUT!r})?.classList.add('old')")
    reader.press("Backspace", *"if 1:", "Enter", *"print(2)", "Enter", "Tab", *"print(")
    reader.press("Control+Enter")
    assert reader.value(f"document.querySelector({AREA!r}).value") == (
        "if 1:\n    print(2)\n        print("
    )
    ended(reader)
    assert "line 3" in shown(reader)


def test_an_endless_loop_stops_and_python_starts_again(reader):
    write(reader, "print('begun')\nwhile True: pass")
    reader.click(f"{STUB} .dp-run-run")
    reader.wait(f"document.querySelector({OUTPUT!r})?.innerText.trim() === 'begun'")
    reader.click(f"{STUB} .dp-run-stop")
    reader.wait(f"document.querySelector({OUTPUT!r}).innerText.includes('Stopped. Python starts')")
    reader.wait(f"document.querySelector('{STUB} .dp-run-mark').innerText.startsWith('cell ')")
    assert run(reader, "6 * 7").startswith("42")


def test_a_second_visit_keeps_the_draft_and_takes_python_from_the_cache(reader, request):
    served = request.getfixturevalue("served")
    del served[:]
    reader.open(reader.value("location.href"))
    assert reader.value(f"document.querySelector({AREA!r}).value") == "6 * 7"
    assert run(reader, "1 + 1").startswith("2")
    assert for_python(served) == []


def test_nothing_was_complained_of(reader):
    """Firefox wants to load the next page in advance, which the policy of the tests forbids."""
    assert [text for text in reader.complaints if ".html because" not in text] == []
