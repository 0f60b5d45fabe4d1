"""What the reader has solved: shown in the contents, saved to a file, loaded and removed."""

import json

import pytest

pytestmark = pytest.mark.site

SOLVED = "run /book/part1/gradient.html#ex-loop-stub"
DRAFT = "run /book/part1/curvature.html#ex-all-parameters-stub"
WORK = {SOLVED: {"of": "stub", "passed": True}, DRAFT: {"of": "stub", "draft": "x = 1"}}
STORE = """work => Object.entries(work).forEach(([key, value]) =>
    localStorage.setItem(key, JSON.stringify(value)))"""
KEPT = """() => Object.fromEntries(Object.entries(localStorage)
    .filter(([key]) => key.startsWith("run ")).map(([key, value]) => [key, JSON.parse(value)]))"""


@pytest.fixture
def page(browser, server):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server}/book/engine.html")
    page.evaluate(STORE, WORK)
    page.reload()
    yield page
    context.close()


def marks(page):
    return page.locator(".dp-solved").all_text_contents()


def test_the_contents_show_how_many_exercises_of_a_chapter_are_solved(page, server, edition):
    (chapter,) = (e.chapter for e in edition.executions if e.page.name == "part1/gradient")
    count = sum(exercise.cell >= 0 for exercise in chapter.exercises)
    page.goto(f"{server}/book/part1/backward.html")
    assert marks(page) == [f"1/{count}"], "a draft is not a solution"


def test_work_is_saved_removed_and_loaded(page, tmp_path):
    assert "1 of" in page.get_by_role("row", name="One gradient at a time").inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    saved = tmp_path / "work.json"
    download.value.save_as(saved)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("All is removed.").wait_for()
    assert page.evaluate(KEPT) == {}
    assert marks(page) == []
    page.locator(".dp-progress input").set_input_files(saved)
    page.get_by_text("Loaded: the work on 2 cells.").wait_for()
    assert page.evaluate(KEPT) == WORK
    assert len(marks(page)) == 1


@pytest.mark.parametrize("text", ["[", "{}", "3", json.dumps({"differentiable programming": 3})])
def test_a_file_of_another_kind_changes_nothing(page, tmp_path, text):
    other = tmp_path / "other.json"
    other.write_text(text)
    page.locator(".dp-progress input").set_input_files(other)
    page.get_by_text("This file is not one that was saved here.").wait_for()
    assert page.evaluate(KEPT) == WORK
