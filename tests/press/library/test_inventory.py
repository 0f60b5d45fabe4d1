"""The inventory of other packages: right names, right editions, and how it is renewed."""

import importlib
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest
from sphinx.util.inventory import InventoryFile

from press.book import Book, PressError
from press.library import inventory
from press.library.inventory import FILE

from ...conftest import ROOT

PAGES = inventory.inventory(Book(ROOT))


def thing(name: str) -> Any:
    """What a name means in the installed packages."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ImportError:
            continue
        for part in parts[end:]:
            found = getattr(found, part)
        return found
    raise AssertionError(name)


@pytest.mark.parametrize("package", sorted({name.partition(".")[0] for name in PAGES}))
def test_each_name_exists(package):
    for name in PAGES:
        if name.partition(".")[0] == package:
            thing(name)


def test_pages_are_of_the_versions_that_compute_the_book():
    """Of those whose documentation has an address for each version."""
    for package in ("torch", "numpy"):
        major, minor, *_ = version(package).split(".")
        assert f"/{major}.{minor}/" in PAGES[package], "renew the addresses in book/inventory.txt"


def test_the_lines_have_an_order():
    groups: dict[str, list[str]] = {}
    for name, base in PAGES.bases.items():
        groups.setdefault(base, []).append(name)
    assert all(names == sorted(names) for names in groups.values())


class Published:
    """What Sphinx writes into `objects.inv`: here three names of PyTorch."""

    def get_objects(self) -> list[tuple[str, str, str, str, str, int]]:
        return [
            (name, name, "function", f"generated/{name}", name, 1)
            for name in ("torch.zeros", "torch.ones", "torch.not_used")
        ]


@pytest.fixture
def book(tmp_path: Any) -> Book:
    """A book with a chapter that uses two functions."""
    (tmp_path / "book").mkdir()
    (tmp_path / "code" / "diffprog").mkdir(parents=True)
    for name, text in {
        "_config.yml": "title: A book\n",
        "_toc.yml": "format: jb-book\nroot: book/one\n",
        "requirements.txt": "",
        "book/one.md": "# One\n\n```{code-cell}\nimport torch\ntorch.zeros(1), torch.ones(1),"
        " torch.eye(1)\n```\n",
        FILE: "https://example.org/\ntorch torch.html\ntorch.eye old.html\ntorch.full gone.html\n",
    }.items():
        (tmp_path / name).write_text(text)
    return Book(tmp_path)


def test_it_is_renewed_from_what_is_published(book, tmp_path):
    """What cells use and an inventory has comes in; what no inventory has stays if it is used."""
    source = tmp_path / "objects.inv"
    InventoryFile.dump(
        str(source),
        SimpleNamespace(  # type: ignore[arg-type]
            config=SimpleNamespace(project="PyTorch", version="1"),
            domains={"py": Published()},
            domaincontainer=SimpleNamespace(sorted=lambda: [("py", Published())]),
        ),
        SimpleNamespace(get_target_uri=lambda name: f"{name}.html"),  # type: ignore[arg-type]
    )
    stayed = inventory.renew(book, [str(source)])
    assert stayed == ["torch", "torch.eye"]
    assert dict(inventory.inventory(book)) == {
        "torch": "https://example.org/torch.html",
        "torch.eye": "https://example.org/old.html",
        "torch.ones": "https://example.org/generated/torch.ones.html",
        "torch.zeros": "https://example.org/generated/torch.zeros.html",
    }


@pytest.mark.parametrize("text", ["torch torch.html", "https://a.org/\na b c", "https://a.org/\na"])
def test_a_wrong_line_is_named(book, text):
    (book.root / FILE).write_text(text)
    with pytest.raises(PressError, match=rf"{FILE}:\d+: want"):
        inventory.inventory(book)


def test_an_inventory_that_cannot_be_read_is_named(book):
    with pytest.raises(PressError, match="nowhere"):
        inventory.renew(book, [str(book.root / "nowhere.inv")])
