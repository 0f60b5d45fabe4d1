"""The book from its zip, read from files: its cells run as those of the site do."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from press import files
from press.book import Book, PressError
from press.chapter import read_all
from press.node import node
from press.policy import IN_FOLDER, META, POLICY
from press.run_here import runtime
from press.run_here.folder import pack
from press.run_here.one_script import one_script

from ...conftest import ROOT
from .visit import CHAPTER, LONG, RIGHT, WRONG, Visit, visit

pytestmark = [pytest.mark.site, pytest.mark.slow]

SLIDE = "#one-call-fills-the-gradient"


@pytest.fixture(scope="module")
def reader(browser: Any, folder: Path) -> Iterator[Visit]:
    made = visit(browser, f"{folder.as_uri()}/")
    yield made
    made.context.close()


def test_the_zip_has_the_site_and_its_runtime_as_scripts(build, folder):
    site, run = build.html, "_static/run/"
    theirs = {path.relative_to(site).as_posix() for path in files.files(site)}
    ours = {path.relative_to(folder).as_posix() for path in files.files(folder)}
    assert {name for name in theirs - ours if not name.startswith(run)} == set()
    cells = {name.replace(".json", ".js") for name in theirs if name.startswith(f"{run}cells/")}
    assert ours - theirs == cells | {f"{run}folder.js", f"{run}runtime.js"}
    changed = {n for n in theirs & ours if (site / n).read_bytes() != (folder / n).read_bytes()}
    pages = {name.removeprefix(f"{run}cells/").replace(".js", ".html") for name in cells}
    others = {name for name in changed - pages if not name.startswith("slides/")}
    assert others == {f"{run}LICENCES.txt"}
    assert pages <= changed


def test_pages_and_decks_with_cells_may_compile_webassembly_in_a_blob(folder):
    for name in ("book/part1/gradient.html", "slides/part1.html"):
        page = (folder / name).read_text(encoding="utf-8")
        assert f'content="{IN_FOLDER}"' in page
        assert META not in page
    assert META in (folder / "book/glossary.html").read_text(encoding="utf-8")
    site, ours = (set(policy.replace(";", "").split()) for policy in (POLICY, IN_FOLDER))
    assert ours - site == {"'wasm-unsafe-eval'", "blob:"}


def test_the_same_book_gives_the_same_zip(build):
    assert pack(build.book).read_bytes() == pack(build.book).read_bytes()


def test_without_a_built_book_there_is_no_zip(book):
    with pytest.raises(PressError, match="make book"):
        pack(book)


def test_a_first_visit_loads_no_runtime(reader):
    ours = [url.rpartition("_static/")[2] for url in reader.requests if "/run" in url]
    assert [url.partition("?v=")[0] for url in ours] == ["run/folder.js", "run.js"]


def test_a_wrong_answer_gets_its_sentence_and_the_right_one_a_tick(reader):
    assert reader.run(WRONG).startswith("✗ Not yet: ")
    assert reader.run(RIGHT).startswith("✓ Right")
    assert reader.mark().endswith("solved ✓")


def test_a_cell_first_runs_those_that_it_needs(reader):
    (index,) = (i for i, cell in enumerate(CHAPTER.notebook.cells)
                if cell.metadata.get("name") == "cell-first-gradient")  # fmt: skip
    shown = reader.cell(index).locator(".cell_output:not(.dp-run-output)").inner_text().strip()
    output, _, note = reader.run(index=index).partition("\n\n")
    assert output == shown
    assert note == "Ran cells 1, 2, 4 and 5 first."


def test_an_endless_loop_stops_and_python_starts_again(reader):
    cell = reader.cell()
    cell.locator("textarea").fill("print('begun')\nwhile True: pass")
    cell.locator(".dp-run-run").click()
    cell.get_by_text("begun", exact=True).wait_for(timeout=LONG)
    cell.locator(".dp-run-stop").click()
    cell.get_by_text("Stopped. Python starts again").wait_for()
    assert reader.run("6 * 7").startswith("42")


def test_a_second_page_runs_too_and_drafts_stay(reader):
    reader.page.goto(f"{reader.address}book/part1/simulator.html")
    assert reader.run("1 + 1").startswith("2")
    reader.page.goto(f"{reader.address}book/part1/gradient.html")
    assert reader.cell().locator("textarea").input_value() == "6 * 7"


def test_all_came_from_the_folder_and_nothing_was_forbidden(reader):
    blobs = [url for url in reader.requests if not url.startswith(reader.address)]
    assert [url for url in blobs if not url.startswith("blob:")] == []
    assert reader.complaints == []


def test_a_deck_runs_its_cells_too(browser, folder):
    size = {"width": 1280, "height": 720}
    place = f"slides/part1.html#/{SLIDE[1:]}"
    made = visit(browser, f"{folder.as_uri()}/", place=place, viewport=size)
    slide = made.page.locator(SLIDE)
    stored = slide.locator(".said").first.text_content()
    slide.get_by_role("button", name="Run").first.click()
    slide.get_by_text("by the page\u2019s engine").first.wait_for(timeout=LONG)
    assert slide.locator(".live-output").first.inner_text() == stored
    assert made.complaints == []
    made.context.close()


@pytest.mark.exhaustive
def test_every_exercise_is_solved_by_its_solution(browser, folder):
    for chapter in (chapter for chapter in read_all(Book(ROOT)) if chapter.exercises):
        place = f"{chapter.page.docname}.html"
        made = visit(browser, f"{folder.as_uri()}/", place=place)
        with_cells = [exercise for exercise in chapter.exercises if exercise.cell >= 0]
        for number, exercise in enumerate(with_cells):
            stub = made.page.locator(".dp-stub").nth(number)
            stub.locator("textarea").fill(exercise.solution)
            stub.locator(".dp-run-run").click()
            stub.get_by_text(re.compile("[✓✗] (?:Right|Not)")).first.wait_for(timeout=2 * LONG)
            assert "✓ " in stub.locator(".dp-run-output").inner_text(), exercise.name
        assert made.complaints == []
        made.context.close()


# Modules as one script


def in_node(*modules: Path, script: str) -> str:
    command = [str(node()), "--input-type=module", "-e", script]
    command += [path.as_uri() for path in modules]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_the_engine_as_one_script_gives_what_it_gives_as_modules(tmp_path):
    texts = {
        path.name: path.read_text("utf-8")
        for path in (runtime.make().folder / "engine").glob("*.js")
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    one = f"export default {one_script(texts, ['engine.js'])};\n"
    (tmp_path / "one.mjs").write_text(one, encoding="utf-8")
    script = """
    const [one, many] = await Promise.all(process.argv.slice(1).map(path => import(path)));
    const kinds = all => JSON.stringify(
      Object.keys(all).sort().map(name => [name, typeof all[name]]));
    console.log(kinds(one.default["engine.js"]) === kinds(many), Object.keys(many).length > 100);
    """
    assert in_node(tmp_path / "one.mjs", tmp_path / "engine.js", script=script) == "true true"


def test_modules_that_import_each_other_become_one_script(tmp_path):
    texts = {
        "a.js": 'import { even } from "./in/b.js";\nimport * as c from "./c.js"; /* three */\n'
        'import last from "./in/d.js";\nexport { THREE as three } from "./c.js";\n'
        'export * from "./in/b.js";\nexport function odd(n) { return n > 0 && even(n - 1); }\n'
        "const four = c.THREE + 1, of = n => [odd(n), even(n)];\n"
        'export { four, of as both };\nexport const later = import("./in/b.js");\n'
        'export const never = () => import("./absent.js");\nexport const end = last + 1;\n',
        "in/b.js": 'import { odd } from "../a.js";\n'
        + "export const even = n => n === 0 || odd(n - 1);\nexport const early = typeof odd;\n"
        + "export const place = import.meta.url;\n",
        "c.js": "const three = 3;export{three as THREE};\n",
        "in/d.js": "function d() { return 5; }export default d();\n",
    }
    (tmp_path / "one.mjs").write_text(f"export default {one_script(texts, ['a.js', 'c.js'])};\n")
    script = """
    const all = (await import(process.argv[1])).default;
    const { both, three, four, early, end, later, place } = all["a.js"];
    console.log(...both(7), three, four, early, end, (await later).even(2), place);
    console.log(all["c.js"].THREE);
    """
    shown = "true false 3 4 function 6 true https://book.invalid/in/b.js\n3"
    assert in_node(tmp_path / "one.mjs", script=script) == shown


def test_what_it_cannot_read_is_refused():
    with pytest.raises(PressError, match=r"a\.js: .*export let x = 3;"):
        one_script({"a.js": "export let x = 3;\n"}, ["a.js"])
