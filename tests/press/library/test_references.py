"""What names in code mean: read from imports and assignments, and certain or left out."""

import ast
import contextlib
import io
import sys
from typing import Any

import pytest

from press.book import Book
from press.chapter import Chapter, read_all
from press.library.cells import of_cells
from press.library.inventory import inventory
from press.library.public import LIBRARY, library
from press.library.references import Reference, Resolver

from ...conftest import ROOT

BOOK = Book(ROOT)
PAGES = inventory(BOOK)


def resolver() -> Resolver:
    return Resolver(library(BOOK.code), PAGES.__contains__)


def names(*cells: str) -> list[tuple[str, str]]:
    """Each reference of the last cell: its text, and what it means."""
    known = resolver()
    found = [known.cell(cell) for cell in cells][-1]
    lines = cells[-1].split("\n")
    return [(lines[one.line - 1][one.begin : one.end], one.name) for one in found]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import torch\ntorch.zeros(2)", [("torch", "torch"), ("torch.zeros", "torch.zeros")]),
        ("import torch as t\nt.zeros(2)", [("torch", "torch"), ("t.zeros", "torch.zeros")]),
        ("import torch\ntorch.no_such_name", [("torch", "torch")]),
        ("import torch\ntorch = 3\ntorch.zeros(2)", [("torch", "torch")]),
        ("import torch\n[torch.zeros for torch in x]", [("torch", "torch")]),
        ("import torch\ndef f(torch):\n    torch.zeros(2)", [("torch", "torch")]),
        ("import torch\ndef f():\n    torch.ones(2)\n    torch = 1", [("torch", "torch")]),
        ("import torch\nθ = torch.cat([])", [("torch", "torch"), ("torch.cat", "torch.cat")]),
        ("torch.zeros(2)", []),
        ("not python at all", []),
        (
            "from diffprog.loops.descent import History as H\nH.loss",
            [("History", f"{LIBRARY}.loops.history.History"),
             ("H.loss", f"{LIBRARY}.loops.history.History.loss")],
        ),
        (
            "from diffprog.simulator.masses import draw as draws\ndraws(1)",
            [("draw", f"{LIBRARY}.simulator.masses.draw"),
             ("draws", f"{LIBRARY}.simulator.masses.draw")],
        ),
        ("from diffprog.exercises.gradient import check_loop\ncheck_loop(1)", []),
        ("from diffprog import _args\n_args.count('n', 1)", []),
    ],
)  # fmt: skip
def test_a_name_means_what_an_import_has_bound_it_to(code, expected):
    assert names(code) == expected


TORCH = "import torch\nx = torch.ones(3)"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([TORCH, "x.sum().item()"], ["torch.Tensor.sum", "torch.Tensor.item"]),
        ([TORCH, "(2 * x - 1).mean()"], ["torch.Tensor.mean"]),
        ([TORCH, "x[0].abs()"], ["torch.Tensor.abs"]),
        ([TORCH, "x.shape.mean()"], ["torch.Tensor.shape"]),
        ([TORCH, "x.tolist().sum()"], ["torch.Tensor.tolist"]),
        ([TORCH, "x.max(0).mean()"], ["torch.Tensor.max"]),
        ([TORCH, "x = f()\nx.sum()"], []),
        ([TORCH, "if y:\n    x = f()\nx.sum()"], []),
        ([TORCH, "for x in range(3):\n    x.sum()"], []),
        ([TORCH, "for i in range(3):\n    x.sum()\n    x = f()"], []),
        ([TORCH, "a, b = x, 3\na.sum(), b.sum()"], ["torch.Tensor.sum"]),
        ([TORCH, "def f(x):\n    return x.sum()"], []),
        ([TORCH, "def f(x: torch.Tensor):\n    return x.sum()"],
         ["torch.Tensor", "torch.Tensor.sum"]),
        ([TORCH, "y = x\ny += 1\ny.sum()"], ["torch.Tensor.sum"]),
        ([TORCH, "g = torch.Generator().manual_seed(0)\ng.manual_seed(1)"],
         ["torch.Generator", "torch.Generator.manual_seed", "torch.Generator.manual_seed"]),
        ([TORCH, "torch.optim.SGD([x], lr=1).step()"],
         ["torch.optim.SGD", "torch.optim.SGD.step"]),
        (["from diffprog.loops import descent", "h = descent.fit()\nh.loss.mean()"],
         [f"{LIBRARY}.loops.descent.fit", f"{LIBRARY}.loops.history.History.loss",
          "torch.Tensor.mean"]),
    ],
)  # fmt: skip
def test_a_method_is_known_where_its_object_is(cells, expected):
    assert [name for _, name in names(*cells)] == expected


def chapters() -> list[Any]:
    listed = [chapter for chapter in read_all(BOOK) if chapter.code]
    return [pytest.param(chapter, id=chapter.page.name) for chapter in listed]


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("chapter", chapters())
def test_objects_are_of_the_class_that_is_said(chapter: Chapter):
    """The cells run, and each object whose method is linked is looked at."""
    wrong: list[str] = []
    seen = 0

    def look(value: object, name: str) -> object:
        nonlocal seen
        seen += 1
        module, _, kind = name.rpartition(".")[0].rpartition(".")
        __import__(module)
        if value is not None and not isinstance(value, getattr(sys.modules[module], kind)):
            wrong.append(f"{name}: {type(value)}")
        return value

    space: dict[str, Any] = {"__look": look, "__name__": "__main__"}
    for text, references in of_cells(chapter, resolver()):
        if "NotImplementedError" in text:
            continue
        tree = Looked(text, references).visit(ast.parse(text))
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(ast.fix_missing_locations(tree), chapter.page.name, "exec"), space)
    assert wrong == []


class Looked(ast.NodeTransformer):
    """Puts a look at each object whose member is a reference."""

    def __init__(self, text: str, references: list[Reference]) -> None:
        self.lines = text.split("\n")
        self.ends = {(one.line, one.end): one for one in references if not one.imports}

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        line = self.lines[(node.end_lineno or 1) - 1]
        end = len(line.encode()[: node.end_col_offset].decode())
        one = self.ends.get((node.end_lineno or 0, end))
        node = self.generic_visit(node)  # type: ignore[assignment]
        if one and one.end - one.begin == len(node.attr) and isinstance(node.ctx, ast.Load):
            call = ast.Call(
                ast.Name("__look", ast.Load()), [node.value, ast.Constant(one.name)], []
            )
            node.value = call
        return node
