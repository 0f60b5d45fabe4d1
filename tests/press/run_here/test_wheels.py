"""Wheels of PyTorch take the engine's place in the page; here a stand-in of a few lines is one."""

import functools
import hashlib
import http.server
import threading
import zipfile

import pytest

from press import manifest
from press.book import PressError
from press.run_here import runtime, wheels

from ..small import Small

TORCH = "torch-9.8.7-py3-none-any.whl"
SOURCE = '__version__ = "9.8.7"\n\n\ndef doubled(x):\n    return 2 * x\n'
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/one
  - file: book/engine
"""
CHAPTER = """\
---
description: A chapter.
---

# Chapter

```{code-cell} ipython3
import torch

torch.__version__
```
"""
ABOUT = "---\ndescription: The engine.\n---\n\n# The engine\n\nIt computes.\n"


def wheel(folder, name=TORCH, source=SOURCE):
    """Write a wheel, and return how the variable names it."""
    path, project = folder / name, name.partition("-")[0]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, text in {
            f"{project}/__init__.py": source,
            f"{project}-9.8.7.dist-info/METADATA": f"Name: {project}\nVersion: 9.8.7\n",
            f"{project}-9.8.7.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
        }.items():
            entry = zipfile.ZipInfo(place)  # with the same date always
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return named(path)


def named(path):
    return f"{path}#sha256={hashlib.sha256(path.read_bytes()).hexdigest()}"


def not_a_zip(folder):
    path = folder / TORCH
    path.write_text(SOURCE)
    return named(path)


WRONG = {
    "no digest": (lambda folder: wheel(folder).partition("#")[0], "as path#sha256="),
    "another digest": (lambda folder: f"{wheel(folder).partition('=')[0]}={64 * '0'}",
                       f"not {64 * '0'}"),
    "no file": (lambda folder: wheel(folder).replace("9.8.7", "9.8.6"), "there is no file"),
    "another Python": (lambda folder: wheel(folder, "torch-9.8.7-cp313-cp313-linux_x86_64.whl"),
                       "is not for the page's Python, which loads wheels such as cp314-cp314-"),
    "another name": (lambda folder: wheel(folder, "torch.whl"), "is not a wheel"),
    "no zip": (not_a_zip, "is not a wheel"),
    "no PyTorch": (lambda folder: wheel(folder, TORCH.replace("torch", "numpy")),
                   "none of its files is a wheel of torch"),
}  # fmt: skip


@pytest.mark.parametrize(("item", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_wheel_for_the_page_is_refused(item, said, book, tmp_path, monkeypatch):
    monkeypatch.setenv(wheels.VARIABLE, item(tmp_path))
    with pytest.raises(PressError, match=f"^{wheels.VARIABLE}: .*{said}"):
        manifest.sources(book)


def test_a_wheel_for_pyodide_and_others_beside_it_are_taken(tmp_path, monkeypatch):
    items = [
        wheel(tmp_path, "torch-9.8.7-cp314-cp314-pyemscripten_2026_0_wasm32.whl"),
        wheel(tmp_path, "tqdm-1-py3-none-any.whl"),
    ]
    monkeypatch.setenv(wheels.VARIABLE, " ".join(items))
    assert wheels.pytorch() == "9.8.7"
    packages = {place.partition("/")[0] for place, _ in runtime._library()}
    assert packages == {"diffprog", "pictures", "press", "scipy"}, (
        "what no wheel brings is the book's"
    )


def test_pages_and_runtime_depend_on_the_wheels(book, tmp_path, monkeypatch):
    def made():
        return runtime._digest(), repr(manifest.sources(book))

    monkeypatch.delenv(wheels.VARIABLE, raising=False)
    found = [made()]
    for source in (SOURCE, SOURCE.replace("2 * x", "x + x")):
        monkeypatch.setenv(wheels.VARIABLE, wheel(tmp_path, source=source))
        found.append(made())
    assert [len(set(each)) for each in zip(*found, strict=True)] == [3, 3]


@pytest.mark.slow
@pytest.mark.site
@pytest.mark.exhaustive
def test_a_page_runs_the_wheel_and_says_so(browser, tmp_path):
    item = wheel(tmp_path)
    small = Small(tmp_path / "small")
    small.root.mkdir()
    small.create()
    for name in ("book/two.md", "book/three.md", "book/slides/deck.md"):
        (small.root / name).unlink()
    files = {"_toc.yml": TOC, "book/one.md": CHAPTER, "book/engine.md": ABOUT}
    for name, text in files.items():
        (small.root / name).write_text(text)
    wrong = small.build(TORCH_WHEELS=f"{item[:-1]}!")
    assert wrong.code == 1
    assert wrong.errors.strip().count("\n") == 1, "that the book was not built, and why"
    small.good_build(TORCH_WHEELS=item)
    html = small.root / "_build/html"
    (folder,) = (path.parent for path in html.glob("_static/run/*/worker.mjs"))
    assert not (folder / "engine").exists()
    assert ".whl.gz are Python packages of others" in (folder / "../LICENCES.txt").read_text()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/book/"
        page = browser.new_page()
        page.goto(f"{address}one.html")
        assert "on PyTorch 9.8.7 itself" in page.locator(".dp-run-what").inner_text()
        page.locator(".dp-run-edit").click()
        page.locator(".dp-run-area").fill("import torch\n\ntorch.__version__, torch.doubled(21)")
        page.locator(".dp-run-run").click()
        output = page.locator(".dp-run-output")
        output.get_by_text("('9.8.7', 42)").wait_for(timeout=30_000)
        page.goto(f"{address}engine.html")
        assert "on PyTorch 9.8.7 itself" in page.locator(".admonition").inner_text()
        page.close()
        server.shutdown()
