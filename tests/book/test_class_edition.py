"""The edition for a class: no file tells a solution, and what a learner needs is there.

The command itself searches all files for solutions, and fails if it finds any. The tests search
once a day, and show that the search can find each line.
"""

import _imp
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile

import nbformat
import pytest

from diffprog.grade.grading import grade
from diffprog.grade.sandbox import best
from press.book import Book
from press.chapter import read_all
from press.commands.class_edition import published, secrets_of
from press.leaks import Secret, search
from press.run_here import runtime

from ..conftest import ROOT, Build
from ..press.run_here.visit import EXERCISE, PAGE, RIGHT, visit

pytestmark = [pytest.mark.site, pytest.mark.slow]
CHAPTERS = read_all(Book(ROOT))
GRADED = "part1/simulator"


@pytest.fixture(scope="module")
def ours(build: Build) -> Build:
    """The edition, made as by `make class-edition`."""
    run = subprocess.run(
        [sys.executable, "-m", "press", "class-edition"],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return Build(Book(ROOT, for_class=True), run.stdout)


@pytest.fixture(scope="module")
def known() -> list[Secret]:
    """Each line of a solution, and the words of each remark."""
    return secrets_of(CHAPTERS, ROOT / "code")


def test_nothing_is_executed_again_and_the_book_stays_as_it_was(ours, build):
    assert "▸" not in ours.output
    assert (build.html / "notebooks/solved").is_dir()
    assert "dp-solution" in (build.html / PAGE).read_text()


@pytest.mark.exhaustive
def test_no_file_for_the_class_tells_a_solution(ours, known):
    site, folder, notebooks = published(ours.book)
    assert (site.name, folder.name, notebooks.name) == ("html", "book.zip", "notebooks")
    # The command has searched the zip, too, which has the files of the site.
    found = search([site, notebooks], (secret for secret in known if not secret.also_at))
    assert list(map(str, found)) == []


@pytest.mark.exhaustive
def test_the_same_search_finds_every_secret_in_the_book_with_solutions(build, known):
    """So the search above can fail, for each line, and in pages, decks and notebooks."""
    secret = {each for each in known if not each.also_at}
    for places in (["book", "slides"], ["notebooks"]):
        found = search([build.html / place for place in places], secret)
        assert {each.secret for each in found} == secret
    shown = {each.place for each in search([build.html / "slides"], secret)}
    assert {"slides/part1.html", "slides/part1-handout.html"} <= shown


def test_a_line_may_be_told_only_where_library_or_page_have_it_too(known):
    """Such lines are few; `readable.md` in the key lists them."""
    lines = [each for each in known if not each.owner.startswith("book/")]
    told = {each.text for each in lines if each.also_at}
    assert len(told) < len(lines) / 2, sorted(told)
    for each in lines:
        assert each.also_at == "" or each.also_at.endswith((".py", ".md"))


def test_what_python_loads_in_the_page_is_made_of_the_library_alone(ours):
    (path,) = (ours.html / "_static/run").glob("*/book.zip.gz")
    sources = {f"{place}c": source for place, source in runtime._library()}
    with zipfile.ZipFile(io.BytesIO(gzip.decompress(path.read_bytes()))) as archive:
        assert set(archive.namelist()) == set(sources)
        for name in archive.namelist():
            compiled = archive.read(name)
            key = int.from_bytes(compiled[:4], "little")
            assert compiled[8:16] == _imp.source_hash(key, sources[name].read_bytes()), name


def test_pages_have_stubs_without_folds_and_cells_run_as_in_the_book(ours, build):
    for chapter in CHAPTERS:
        name = chapter.page.docname
        page = (ours.html / f"{name}.html").read_text()
        assert page.count(" dp-stub") == sum(e.cell >= 0 for e in chapter.exercises)
        for sign in ("dp-solution", "solved/", "mybinder", "colab", "launching"):
            assert sign not in page, sign
        cells = f"_static/run/cells/{name}.json"
        if (build.html / cells).exists():
            assert (ours.html / cells).read_bytes() == (build.html / cells).read_bytes()
    assert not (ours.html / "launching.html").exists()
    front = (ours.html / f"{CHAPTERS[0].page.docname}.html").read_text()
    assert "The edition for a class" in front


def test_decks_have_tasks_without_solutions(ours, build):
    for path in sorted((ours.html / "slides").glob("*.html")):
        deck, whole = path.read_text(), (build.html / "slides" / path.name).read_text()
        assert 'class="slide solution' not in deck
        assert deck.count('class="slide exercise') == whole.count('class="slide exercise')
        assert "<svg" in deck


def test_notebooks_have_the_cells_of_the_students(ours, build):
    folder = ours.html / "notebooks"
    assert [path.name for path in folder.iterdir()] == ["student"]
    for path in sorted(folder.rglob("*.ipynb")):
        here, there = (
            [c.source for c in nbformat.read(p, 4).cells if c.cell_type == "code"]
            for p in (path, build.html / "notebooks" / path.relative_to(folder))
        )
        assert here[1:] == there[1:], path  # the first one says where to get the library
        assert (ours.book.build / "notebooks" / path.relative_to(folder)).exists()
    assert not (ours.book.build / "notebooks/code/diffprog/grade").exists()


def test_a_notebook_of_the_class_is_graded_as_right_once_it_is_solved(ours, tmp_path):
    (chapter,) = (c for c in CHAPTERS if c.page.name == GRADED)
    path = ours.html / f"notebooks/student/{GRADED}.ipynb"
    solved = json.loads(path.read_text())
    answers = {exercise.stub: exercise.solution for exercise in chapter.exercises}
    for cell in solved["cells"]:
        source = "".join(cell["source"])
        cell["source"] = answers.get(source, source)
    submission = tmp_path / "ann.ipynb"
    submission.write_text(json.dumps(solved))
    sandbox = best((ROOT,), (ROOT / "code/diffprog/exercises",))
    verdicts = grade(submission, sandbox, lambda: [1234], 60).verdicts
    assert set(verdicts) == {exercise.name for exercise in chapter.exercises if exercise.stub}
    assert all(verdicts.values()), verdicts


def test_a_stub_runs_in_the_zip_of_the_class(ours, browser, tmp_path):
    with zipfile.ZipFile(ours.book.build / "book.zip") as archive:
        archive.extractall(tmp_path)
    learner = visit(browser, f"{(tmp_path / 'book').as_uri()}/")
    try:
        assert "your turn" in learner.run(EXERCISE.stub).lower()
        assert "✓" in learner.run(RIGHT)
        assert learner.complaints == []
    finally:
        learner.context.close()


def test_the_key_has_every_exercise_and_is_not_in_the_folder_of_the_class(ours, known):
    key = ROOT / "_build/class-key"
    assert not key.is_relative_to(ours.book.build)
    page = (key / "solutions.html").read_text()
    for exercise in (exercise for chapter in CHAPTERS for exercise in chapter.exercises):
        assert page.count(f'id="{exercise.name}"') == 1
        assert exercise.label in (key / "readable.md").read_text()
    found = search([key / "solutions.html"], known)
    assert {each.text for each in known} == {each.secret.text for each in found}
    assert (key / "notebooks/solved" / f"{GRADED}.ipynb").exists()
