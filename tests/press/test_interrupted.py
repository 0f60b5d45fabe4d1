"""Builds that are killed, interrupted, out of disk space or not alone; the next one is right."""

import os
import random
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest

from .conftest import rarely
from .small import Small

pytestmark = pytest.mark.slow

SLOW_CELL = (
    "import os, pathlib, time\npathlib.Path('{}').write_text(str(os.getpid()))\ntime.sleep(60)"
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clean")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Small, Path, float]:
    """A built book, a copy of it, and the seconds it took; it stays where Sphinx knows it."""
    folder = tmp_path_factory.mktemp("killed")
    small, copy = Small(folder / "book"), folder / "copy"
    small.root.mkdir()
    small.create()
    begun = time.monotonic()
    small.good_build()
    seconds = time.monotonic() - begun
    shutil.copytree(small.root, copy)
    return small, copy, seconds


@pytest.fixture
def small(template: tuple[Small, Path, float]) -> Small:
    """The built book with a library edit on which two chapters depend, not built yet."""
    small, copy, _ = template
    shutil.rmtree(small.root)
    shutil.copytree(copy, small.root)
    small.edit("code/toylib/both.py", "2", "4")
    return small


KILLS = {
    "mid-cell": {"one", "two"},
    "mid-cache-write": {"one", "two"},
    "mid-store-write": set(),
    "environment-pickled": set(),
    "mid-page": set(),
    "mid-deck": set(),
    "mid-publish": set(),
    "mid-manifest": set(),
}
ALIKE = {"mid-cell", "mid-store-write", "environment-pickled", "mid-deck"}
"""Kills for `make test-all` only; two of them are in tests below, too."""


@pytest.mark.parametrize("where", [rarely(it) if it in ALIKE else it for it in KILLS])
def test_after_a_kill_the_next_build_equals_a_clean_one(small, elsewhere, where):
    small.killed(where)
    assert set(small.good_build().executed) == KILLS[where]
    small.assert_clean(elsewhere)


def test_after_a_kill_an_edit_that_is_taken_back_leaves_nothing(small, elsewhere):
    small.killed("environment-pickled")
    small.edit("code/toylib/both.py", "4", "2")
    small.good_build()
    assert 'says <span class="dp-number">2</span>' in small.page("two")
    small.assert_clean(elsewhere)


def test_a_kill_while_the_site_is_replaced_leaves_the_last_good_one(small):
    before = small.page("two")
    small.killed("mid-publish")
    assert not (small.root / "_build/html").exists()
    small.edit("book/two.md", "Prose", "{number}`nonsense` and prose")
    assert small.build().code == 1
    assert small.page("two") == before


def test_an_edit_while_a_build_runs_waits_for_the_next(small, elsewhere):
    """A site shows the chapters as they were at one moment, when they were read."""
    assert small.build("edited-for-a-moment").code == 0
    assert "Fleeting" not in small.page("two")
    assert "files were edited while the last build ran" in small.good_build().output
    small.assert_clean(elsewhere)


@pytest.mark.parametrize("turn", [0, *map(rarely, range(1, 10))])
def test_after_a_kill_at_a_random_moment_likewise(small, elsewhere, template, turn):
    begun = time.monotonic()
    process = small.start()
    moment = random.Random(turn).uniform(0, template[2])
    while process.poll() is None and time.monotonic() - begun < moment:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    small.good_build()
    small.assert_clean(elsewhere)


@pytest.mark.parametrize(
    "where",
    ["full-page", *map(rarely, ("full-cache", "full-store", "full-deck", "full-manifest"))],
)
def test_a_full_disk_is_one_sentence_and_a_good_state(small, elsewhere, where):
    result = small.build(where)
    assert result.code == 1
    assert result.errors.strip().splitlines()[-1].startswith("the disk is full: free some space")
    assert "Traceback" not in result.errors
    assert list((small.root / "_build").rglob("*.part")) == []
    small.good_build()
    small.assert_clean(elsewhere)


def test_a_failing_build_leaves_the_last_good_site(small):
    before = small.page("three")
    small.edit("book/two.md", "toylib.both.TWO", "toylib.both.NONE")
    small.edit("book/three.md", "x = 3", "x = 33")
    result = small.build()
    assert result.code == 1
    line = (small.root / "book/two.md").read_text().splitlines().index("x = toylib.both.NONE") + 1
    assert result.errors.splitlines()[-2:] == [
        "The book was not built.",
        f"book/two.md:{line}: cell 1: AttributeError: module 'toylib.both' has no attribute 'NONE'",
    ]
    assert small.page("three") == before
    small.edit("book/two.md", "toylib.both.NONE", "toylib.both.TWO")
    assert set(small.good_build().executed) == {"two"}, "what the others gave was kept"


def test_a_warning_fails_until_it_is_mended(small):
    small.edit("book/two.md", "Prose", "{number}`nonsense` and prose")
    for _ in range(2):
        result = small.build()
        assert result.code == 1
        assert "book/two.md:7" in result.errors
        assert "nothing in the book is called 'nonsense'" in result.errors
    small.edit("book/two.md", "{number}`nonsense` and prose", "Prose")
    small.good_build()


def test_of_two_builds_at_once_the_second_waits(small, elsewhere):
    builds = [small.start(), small.start()]
    outputs = [build.communicate(timeout=120)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0]
    waited, ran = sorted(outputs, key=lambda output: "Another build is running" not in output)
    assert "waiting for it" in waited
    assert "Nothing has changed" in waited
    assert "executed" in ran
    small.assert_clean(elsewhere)


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGKILL, -9), rarely(signal.SIGTERM, -15), (signal.SIGINT, 130)]
)
@pytest.mark.parametrize("jobs", ["1", "2"])  # with one job, kernels are forked
def test_kernels_end_with_the_build(small, tmp_path, sent, code, jobs):
    notes = [tmp_path / name for name in ("one", "two")]
    for note in notes:
        small.edit(f"book/{note.name}.md", "\nx =", "\n" + SLOW_CELL.format(note) + "\nx =")
    build = small.start(JOBS=jobs)
    running: list[str] = []

    def all_run() -> bool:
        running[:] = [text for note in notes if note.exists() and (text := note.read_text())]
        return len(running) == int(jobs)  # with one job, either chapter may be the first

    wait_for(all_run, 60)
    kernels = [psutil.Process(int(text)) for text in running]
    os.kill(build.pid, sent)
    errors = build.communicate(timeout=30)[1]
    assert build.returncode == code
    _, alive = psutil.wait_procs(kernels, timeout=10)
    assert alive == []
    if sent == signal.SIGINT:
        assert errors == "\nThe book was not built.\nit was interrupted\n"


def wait_for(condition, seconds):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)
