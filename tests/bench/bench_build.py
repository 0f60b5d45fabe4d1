"""What building the book takes: python -m tests.bench.bench_build.

A copy of the book is built in a temporary folder: its chapters are executed by one worker and by
two, its pages written, then nothing is changed, then a word of prose.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

__all__ = ["LIMITS", "run"]

ROOT = Path(__file__).parents[2]
SOURCES = ("book", "code", "_config.yml", "_toc.yml", "requirements.txt", "pyproject.toml")
LIMITS = {"build_unchanged_s": 1, "build_prose_edit_s": 8, "execute_two_workers_over_one": 0.65}

EXECUTE = """
import json, sys
from pathlib import Path
from time import perf_counter
from press.book import Book
from press.chapter import read_all
from press.run.cache import last
from press.run.pool import execute_all

book = Book(Path.cwd())
begun = perf_counter()
found = execute_all(book, read_all(book), jobs=int(sys.argv[1]))
seconds = perf_counter() - begun
cells = {e.page: sum(last(book, e.page)["seconds"]) for e in found if e.reason}
beyond = [e.seconds - cells[e.page] for e in found if e.reason]
print(seconds, sum(cells.values()), sum(beyond) / len(beyond))
"""


def run() -> dict[str, float]:
    """Return seconds, the ratio of two workers to one, and, with one worker, the seconds of all
    cells, and those a chapter costs beyond: its kernel's start above all."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder)
        for name in SOURCES:
            copy: Callable[..., object] = (
                shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
            )
            copy(ROOT / name, book / name)
        path = str(book / "code")
        env = os.environ | {"PYTHONPATH": path}

        def seconds(*command: str) -> tuple[float, str]:
            begun = perf_counter()
            result = subprocess.run(
                [sys.executable, *command], cwd=book, env=env, check=True, stdout=subprocess.PIPE
            )
            return perf_counter() - begun, result.stdout.decode()

        one, cells, beyond = map(float, seconds("-c", EXECUTE, "1")[1].split())
        shutil.rmtree(book / "_build")
        two, *_ = map(float, seconds("-c", EXECUTE, "2")[1].split())
        pages, _ = seconds("-m", "press", "build")
        unchanged, _ = seconds("-m", "press", "build")
        chapter = book / "book/index.md"
        chapter.write_text(chapter.read_text(encoding="utf-8") + "\nA word.\n", encoding="utf-8")
        edit, _ = seconds("-m", "press", "build")
    return {
        "execute_one_worker_s": one,
        "execute_two_workers_s": two,
        "execute_two_workers_over_one": two / one,
        "execute_cells_s": cells,
        "execute_beyond_cells_s_a_chapter": beyond,
        "build_all_pages_s": pages,
        "build_unchanged_s": unchanged,
        "build_prose_edit_s": edit,
    }


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:36} {value:8.2f}")
