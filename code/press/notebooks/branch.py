"""The content of the branch `notebooks`: only what Binder and Colab need to run the chapters.

These are the notebooks of the built book, the library, its environment, and a README.
"""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from pathlib import Path

from .. import repository
from ..book import Book, PressError
from . import built

__all__ = ["assemble"]

INDEX = re.compile(r"^--extra-index-url \$\{TORCH_INDEX\}\n", re.M)
PROJECT = """\
[build-system]
requires = [{backend}]
build-backend = "hatchling.build"

[project]
name = "diffprog-notebooks"
version = "{version}"
description = "What the notebooks of the book import"
requires-python = "{python}"
# No versions, so that Colab keeps its own packages. Binder's are in .binder/requirements.txt.
dependencies = [{dependencies}]

[tool.hatch.build.targets.wheel]
packages = ["code/diffprog"]

[tool.hatch.build]
dev-mode-dirs = ["code"]
"""
README = """\
# {title}: the notebooks

Each chapter as a notebook: in `student/` with exercises to fill in, in `solved/` with solutions and
outputs. Start with [`student/index.ipynb`](student/index.ipynb).

Binder and Colab open them from this branch. It is written by the book's CI and holds nothing else:
corrections belong to the chapters, in `book/` on the main branch{where}.

On Binder, what you type is lost when the session ends: download the notebook to keep it. To run
them on your own computer: `pip install -r .binder/requirements.txt jupyterlab`, in this folder.
"""
README_FOR_CLASS = """\
# {title}: the notebooks of a class

Each chapter as a notebook, with exercises to fill in. Start with
[`student/index.ipynb`](student/index.ipynb).

To run them on your own computer: `pip install -r .binder/requirements.txt jupyterlab`, in this
folder, and then `jupyter lab`.
"""


def assemble(book: Book, folder: Path) -> None:
    """Fill `folder`, which is missing or empty but for `.git`, from the built book.

    Raises PressError if the book is not built, or if the folder holds anything else.
    """
    notebooks = built(book)
    if folder.exists() and {path.name for path in folder.iterdir()} - {".git"}:
        raise PressError(f"{folder} is not empty: name an empty folder, or one that does not exist")
    caches = shutil.ignore_patterns("__pycache__", ".*")
    for kind in book.notebook_kinds:
        shutil.copytree(notebooks / kind, folder / kind, ignore=caches)
    # The grader is for the teacher, who has the book.
    left_out = shutil.ignore_patterns("__pycache__", ".*", "grade")
    shutil.copytree(book.code / "diffprog", folder / "code" / "diffprog", ignore=left_out)
    shutil.copy(book.code / "constraints.txt", folder / "code")
    for path in (book.root / "LICENSE", *(book.root / "LICENSES").glob("*.txt")):
        if path.exists():
            place = folder / path.relative_to(book.root)
            place.parent.mkdir(exist_ok=True)
            shutil.copy(path, place)
    _binder(book, folder / ".binder")
    _texts(book, folder)


def _binder(book: Book, folder: Path) -> None:
    """Copy the files for Binder, and fill in the address of PyTorch's wheels."""
    shutil.copytree(book.root / ".binder", folder)
    path, index = folder / "requirements.txt", os.environ.get("TORCH_INDEX", "")
    text = path.read_text(encoding="utf-8")
    if index:
        text = INDEX.sub(lambda _: f"--extra-index-url {index}\n", text)
    else:
        print("TORCH_INDEX is not set: the branch installs PyTorch's build for graphics cards")
        text = INDEX.sub("", text).replace("+cpu", "")
    path.write_text(text, encoding="utf-8")


def _texts(book: Book, folder: Path) -> None:
    """Write the pyproject.toml of the package that pip installs, and the README."""
    ours = tomllib.loads((book.root / "pyproject.toml").read_text(encoding="utf-8"))
    needed = re.findall(r"^([\w-]+)==", (folder / ".binder/requirements.txt").read_text(), re.M)
    project = PROJECT.format(
        backend=", ".join(f'"{name}"' for name in ours["build-system"]["requires"]),
        version=ours["project"]["version"],
        python=ours["project"]["requires-python"],
        dependencies=", ".join(f'"{name}"' for name in [*needed, "ipython"]),
    )
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    known = repository.find(book)
    readme = README_FOR_CLASS if book.for_class else README
    readme = readme.format(title=book.config["title"], where=f" of {known.url}" if known else "")
    (folder / "README.md").write_text(readme, encoding="utf-8")
