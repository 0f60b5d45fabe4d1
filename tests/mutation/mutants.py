"""Small changes to Python source, one at a time: what a test has to notice."""

from __future__ import annotations

import ast
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ARITHMETIC: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.Pow: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.Add(),
    ast.MatMult: ast.Add(),
    ast.BitOr: ast.BitAnd(),
    ast.BitAnd: ast.BitOr(),
}
COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
NAMES = {"mean": "sum", "sum": "mean", "min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A module, and the part of its source that another text replaces."""

    path: str
    """Relative to the root of the project."""
    kind: str
    line: int
    start: int
    stop: int
    """Where the part begins and ends, in bytes."""
    old: str
    new: str
    occurrence: int
    """How many of the same change stand above it in the module."""

    def applied(self, source: bytes) -> bytes:
        """Return the mutated source of the module."""
        return source[: self.start] + self.new.encode() + source[self.stop :]

    @property
    def name(self) -> str:
        """What identifies it, also when lines above it move."""
        number = f" ({self.occurrence + 1})" if self.occurrence else ""
        return f"{self.path}: {self.old} -> {self.new}{number}"


def mutants(root: Path, paths: Iterable[Path]) -> list[Mutant]:
    """Return all mutants of these modules, in the order of their places."""
    return [mutant for path in paths for mutant in _of_module(root, path)]


def sample(found: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Draw `count` mutants in random order, of each kind as many as its share, but at least five.

    The same seed draws the same mutants from the same source.
    """
    kinds = defaultdict(list)
    for mutant in found:
        kinds[mutant.kind].append(mutant)
    rng = random.Random(seed)
    drawn = []
    for _, members in sorted(kinds.items()):
        share = max(5, round(count * len(members) / len(found)))
        drawn += rng.sample(members, min(share, len(members)))
    rng.shuffle(drawn)
    return drawn


def _of_module(root: Path, path: Path) -> Iterator[Mutant]:
    source = path.read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: Counter[tuple[str, str]] = Counter()
    tree = ast.parse(source)
    for kind, node, new in sorted(_changes(tree), key=lambda change: change[1].lineno):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[node.end_lineno - 1] + node.end_col_offset
        old = ast.unparse(node)
        # Parentheses keep the precedence of what replaces an expression.
        text = f"({new})" if isinstance(node, ast.expr) else new
        place = path.relative_to(root).as_posix()
        yield Mutant(place, kind, node.lineno, start, stop, old, text, seen[old, text])
        seen[old, text] += 1


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """Yield kind, node and new text of each change, of code that runs in functions."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for default in [*function.args.defaults, *filter(None, function.args.kw_defaults)]:
                yield from _constant("default", default)
            for statement in function.body:
                yield from _within(statement)


def _within(node: ast.AST) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.JoinedStr):
        return  # functions are visited by themselves; the wording of messages is no logic
    match node:
        case ast.BinOp(left, op, right) if type(op) in ARITHMETIC:
            yield "arithmetic", node, ast.unparse(ast.BinOp(left, ARITHMETIC[type(op)], right))
        case ast.Compare(left, [op, *ops], others):
            compared = ast.Compare(left, [COMPARISONS[type(op)], *ops], others)
            yield "comparison", node, ast.unparse(compared)
        case ast.UnaryOp(ast.USub(), operand) if not isinstance(operand, ast.Constant):
            yield "sign", node, ast.unparse(operand)
        case ast.BoolOp(op, values):
            other = ast.And() if isinstance(op, ast.Or) else ast.Or()
            yield "logic", node, ast.unparse(ast.BoolOp(other, values))
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield "condition", test, f"not ({ast.unparse(test)})"
        case ast.Return(value) if value is not None:
            yield "return", node, "return None"
        case ast.Raise():
            yield "raise", node, "pass"
        case ast.Call(function, arguments, keywords):
            for index, keyword in enumerate(keywords):
                if keyword.arg is not None:
                    fewer = [*keywords[:index], *keywords[index + 1 :]]
                    yield "argument", node, ast.unparse(ast.Call(function, arguments, fewer))
            name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
            if name in NAMES:
                if isinstance(function, ast.Attribute):
                    other_name: ast.expr = ast.Attribute(function.value, NAMES[name])
                else:
                    other_name = ast.Name(NAMES[name])
                yield "reduction", node, ast.unparse(ast.Call(other_name, arguments, keywords))
        case ast.Expr(ast.Call()):
            yield "statement", node, "pass"
        case ast.Constant():
            yield from _constant("constant", node)
    if isinstance(node, ast.Raise):
        return  # the wording of an error is no logic either
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.AnnAssign) and child is node.annotation):
            yield from _within(child)


def _constant(kind: str, node: ast.expr) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    match node:
        case ast.Constant(bool() as value):
            yield kind, node, str(not value)
        case ast.Constant(int() | float() as value):
            yield kind, node, repr(value + 1 if value + 1 != value else 2 * value)
