"""The names of libraries in code: what is meant is read from imports and assignments.

A reference is certain or it is none. `torch.linspace` is one where `torch` is what an import has
bound, and nothing else has bound it since. A method is one where the class of its object is known:
of what a class or an annotated function of the library gives, and of tensors, whose operations give
tensors. Cells follow one another, as in a kernel. Names that a function binds are its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .public import LIBRARY, Library

__all__ = ["TENSOR", "Reference", "Resolver"]

TENSOR = "torch.Tensor"
NO_TENSOR = {
    "torch.allclose", "torch.equal", "torch.manual_seed", "torch.no_grad", "torch.finfo",
    "torch.iinfo", "torch.is_tensor", "torch.meshgrid", "torch.histogram", "torch.linalg.eigh",
    "torch.linalg.svd", "torch.linalg.eig", "torch.linalg.qr", "torch.linalg.slogdet",
    "torch.broadcast_shapes", "torch.typename", "torch.numel", "torch.broadcast_tensors",
    "torch.split", "torch.chunk", "torch.unbind", "torch.sort", "torch.topk", "torch.unique",
    "torch.max", "torch.min", "torch.median", "torch.mode", "torch.linalg.lstsq", "torch.aminmax",
    "torch.is_grad_enabled", "torch.get_default_dtype", "torch.histogramdd", "torch.compile",
}  # fmt: skip
"""Functions of these modules that give no tensor, or not always one."""
OF_TENSORS = ("torch", "torch.linalg", "torch.special", "torch.nn.functional")
GIVES_NO_TENSOR = {
    "backward", "item", "tolist", "numpy", "size", "dim", "numel", "max", "min", "median", "sort",
    "split", "chunk", "unbind", "topk", "mode", "unique", "shape", "dtype", "device", "ndim",
    "grad_fn", "requires_grad", "is_leaf", "register_hook", "nonzero", "svd", "histogram", "type",
    "stride", "cummax", "cummin", "kthvalue", "element_size", "retain_grad", "is_sparse", "layout",
    "names", "is_floating_point",
}  # fmt: skip
"""Members of a tensor that are not, or not always, a tensor."""
SELF = {"torch.Generator.manual_seed": "torch.Generator"}
"""Methods that give back their object."""


@dataclass(frozen=True)
class Reference:
    """A name in code: where it stands, and the full name of what it means."""

    line: int
    """Counted from one."""
    begin: int
    end: int
    """The characters of the line, counted from zero."""
    name: str
    imports: bool = False
    """Whether it stands in an import, which uses nothing."""


@dataclass
class Resolver:
    """What the names of a chapter mean, from its first cell on."""

    library: Library
    has_page: Callable[[str], bool]
    """Whether a name of another package has a page."""
    top: dict[str, str] = field(default_factory=dict)
    """What the names at top level mean: a full name, one with `()` for an object of this class, or
    '' for anything else."""

    def cell(self, text: str) -> list[Reference]:
        """Return the references of a cell that runs next; none if it is not plain Python."""
        try:
            tree = ast.parse(text)
        except SyntaxError:
            return []
        walk = _Walk(self, text.split("\n"), [self.top])
        walk.run(tree.body)
        found = {(one.line, one.begin): one for one in walk.found}
        return [found[place] for place in sorted(found)]

    def known(self, name: str) -> str:
        """Return the canonical name of what has an entry or a page, or ''."""
        if name.startswith(f"{LIBRARY}."):
            return self.library.canonical(name)
        if self.has_page(name):
            return name
        module, _, own = name.rpartition(".")
        base = {"torch.nn": "torch.nn.Module", "torch.optim": "torch.optim.Optimizer"}.get(
            module.rpartition(".")[0], "")  # fmt: skip
        inherited = f"{base}.{own}"
        return inherited if base and self.has_page(inherited) else ""

    def given(self, name: str, call: ast.Call) -> str:
        """Return what a call of this gives: the name of a class with `()`, or ''."""
        if name.startswith(f"{LIBRARY}."):
            name = self.library.canonical(name)
            result = name if self.library.is_class(name) else self.library.result(name)
            return f"{result}()" if result else ""
        module, _, own = name.rpartition(".")
        if name in SELF:
            return f"{SELF[name]}()"
        if module == TENSOR:
            whole = not call.args and not call.keywords and own in ("max", "min", "median")
            return f"{TENSOR}()" if whole or own not in GIVES_NO_TENSOR else ""
        if own[:1].isupper() and module.startswith("torch"):
            return f"{name}()"
        if module in OF_TENSORS and name not in NO_TENSOR and self.has_page(name):
            return f"{TENSOR}()"
        return ""

    def member(self, name: str) -> str:
        """Return what a member of an object is if it is not called: a class with `()`, or ''."""
        module, _, own = name.rpartition(".")
        if module == TENSOR:
            return "" if own in GIVES_NO_TENSOR else f"{TENSOR}()"
        result = self.library.result(self.library.canonical(name))
        return f"{result}()" if result else ""


@dataclass
class _Walk:
    """The walk through a cell, or through a function in it."""

    resolver: Resolver
    lines: Sequence[str]
    scopes: list[dict[str, str]]
    found: list[Reference] = field(default_factory=list)

    # Statements ---------------------------------------------------------------------------------

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Import():
                for alias in node.names:
                    name = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.bind(alias.asname or name, name)
                    self.note(alias, alias.name, len(alias.name))
            case ast.ImportFrom():
                for alias in node.names:
                    name = f"{node.module}.{alias.name}"
                    self.bind(alias.asname or alias.name, name)
                    self.note(alias, name, len(alias.name))
            case ast.FunctionDef() | ast.ClassDef():
                self.definition(node)
            case ast.Assign():
                value = self.value(node.value)
                for target in node.targets:
                    self.assign(target, value, node.value)
            case ast.AnnAssign():
                value = self.value(node.value) if node.value else ""
                self.value(node.annotation)
                self.assign(node.target, value, node.value)
            case ast.AugAssign():
                tensor = f"{TENSOR}()"
                is_tensor = tensor in (self.value(node.target), self.value(node.value))
                self.assign(node.target, tensor if is_tensor else "", None)
            case ast.If() | ast.While() | ast.For() | ast.Try() | ast.With():
                self.block(node)
            case _:
                for child in ast.iter_child_nodes(node):
                    self.child(child)

    def child(self, node: ast.AST) -> None:
        """Walk through what is a statement, an expression, or holds some."""
        if isinstance(node, ast.expr):
            self.value(node)
        elif isinstance(node, ast.stmt):
            self.statement(node)
        else:
            for inner in ast.iter_child_nodes(node):
                self.child(inner)

    def block(self, node: ast.stmt) -> None:
        """Walk through what may run never or often: what it binds otherwise is not certain."""
        before = dict(self.scopes[-1])
        if isinstance(node, ast.For | ast.While):  # the second turn finds what the first one left
            _Walk(self.resolver, self.lines, self.scopes)._inside(node)
            self._merge(before)
        self._inside(node)
        if not isinstance(node, ast.With):
            self._merge(before)

    def _inside(self, node: ast.stmt) -> None:
        if isinstance(node, ast.For):
            self.value(node.iter)
            self.assign(node.target, "", None)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.withitem):
                self.value(child.context_expr)
                if child.optional_vars:
                    self.assign(child.optional_vars, "", None)
            elif not (isinstance(node, ast.For) and child in (node.iter, node.target)):
                self.child(child)

    def _merge(self, before: dict[str, str]) -> None:
        now = self.scopes[-1]
        for name, value in before.items():
            if now.get(name) != value:
                now[name] = ""

    def definition(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        for child in [*node.decorator_list, *getattr(node, "bases", [])]:
            self.value(child)
        self.bind(node.name, "")
        own = dict.fromkeys(_bound(node), "")
        if isinstance(node, ast.FunctionDef):
            self.annotations(node.args)
            if node.returns:
                self.value(node.returns)
            own |= {arg.arg: self.annotated(arg.annotation) for arg in _arguments(node.args)}
        inner = _Walk(self.resolver, self.lines, [*self.scopes, own], self.found)
        inner.run(node.body)

    def annotations(self, arguments: ast.arguments) -> None:
        for arg in _arguments(arguments):
            if arg.annotation:
                self.value(arg.annotation)
        for default in [*arguments.defaults, *filter(None, arguments.kw_defaults)]:
            self.value(default)

    def annotated(self, annotation: ast.expr | None) -> str:
        name = self.value(annotation) if isinstance(annotation, ast.Name | ast.Attribute) else ""
        return f"{name}()" if name == TENSOR else ""

    def bind(self, name: str, value: str) -> None:
        self.scopes[-1][name] = value

    def assign(self, target: ast.expr, value: str, given: ast.expr | None) -> None:
        """Bind what is assigned to; of several names with as many values, each to its own."""
        if isinstance(target, ast.Name):
            # A value of a module, such as torch.pi, is not what its new name means.
            self.bind(target.id, value if value.endswith("()") else "")
        elif isinstance(target, ast.Tuple | ast.List):
            values = given.elts if isinstance(given, ast.Tuple) else []
            each = [self.silent(v) for v in values] if len(values) == len(target.elts) else []
            for i, one in enumerate(target.elts):
                self.assign(one, each[i] if each else "", None)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, "", None)
        else:
            self.value(target)

    # Expressions --------------------------------------------------------------------------------

    def silent(self, node: ast.expr) -> str:
        return _Walk(self.resolver, self.lines, self.scopes).value(node)

    def value(self, node: ast.expr) -> str:
        """Note the references in an expression; return what it is, as in `Resolver.top`."""
        tensor = f"{TENSOR}()"
        match node:
            case ast.Name():
                name = self.look_up(node.id)
                self.note(node, name, len(node.id))
                return name
            case ast.Attribute():
                return self.attribute(node)
            case ast.Call():
                return self.call(node)
            case ast.BinOp():
                return tensor if tensor in (self.value(node.left), self.value(node.right)) else ""
            case ast.UnaryOp():
                return tensor if self.value(node.operand) == tensor else ""
            case ast.Subscript():
                of = self.value(node.value)
                self.value(node.slice)
                return tensor if of == tensor else ""
            case ast.Compare():
                values = [self.value(one) for one in (node.left, *node.comparators)]
                return tensor if tensor in values else ""
            case ast.Lambda():
                self.annotations(node.args)
                own = {arg.arg: "" for arg in _arguments(node.args)}
                _Walk(self.resolver, self.lines, [*self.scopes, own], self.found).value(node.body)
                return ""
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                own = {n.id: "" for n in ast.walk(node)
                       if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
                inner = _Walk(self.resolver, self.lines, [*self.scopes, own], self.found)
                for child in ast.iter_child_nodes(node):
                    inner.child(child)
                return ""
            case ast.NamedExpr():
                value = self.value(node.value)
                self.assign(node.target, value, None)
                return value
            case _:
                for child in ast.iter_child_nodes(node):
                    self.child(child)
                return ""

    def look_up(self, name: str) -> str:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), "")

    def attribute(self, node: ast.Attribute) -> str:
        before = len(self.found)
        owner = self.value(node.value)
        if not owner:
            return ""
        if not owner.endswith("()"):
            name = f"{owner}.{node.attr}"
            if self.resolver.known(name):
                # The whole of `torch.nn.Linear` is one reference, if it stands on one line.
                first = node.value
                if first.lineno == node.end_lineno:
                    del self.found[before:]
                    self.note(node, name, self._length(node))
            elif isinstance(node.value, ast.Name):
                del self.found[before:]  # the module alone explains nothing
            return name
        name = self.resolver.known(f"{owner[:-2]}.{node.attr}")
        if name and node.end_lineno and node.end_col_offset:
            line = self.lines[node.end_lineno - 1]
            end = _characters(line, node.end_col_offset)
            self.found.append(Reference(node.end_lineno, end - len(node.attr), end, name))
        return self.resolver.member(f"{owner[:-2]}.{node.attr}")

    def call(self, node: ast.Call) -> str:
        called = node.func
        name = self.value(called)
        if isinstance(called, ast.Attribute):  # of an object, `value` tells what the member is
            owner = self.silent(called.value)
            if owner.endswith("()"):
                name = f"{owner[:-2]}.{called.attr}"
        for child in [*node.args, *(keyword.value for keyword in node.keywords)]:
            self.value(child)
        return "" if not name or name.endswith("()") else self.resolver.given(name, node)

    def _length(self, node: ast.expr) -> int:
        line = self.lines[node.lineno - 1]
        return _characters(line, node.end_col_offset or 0) - _characters(line, node.col_offset)

    def note(self, node: ast.expr | ast.alias, name: str, length: int) -> None:
        """Write down that `length` characters from the begin of `node` on mean `name`."""
        known = "" if name.endswith("()") else self.resolver.known(name)
        if known:
            begin = _characters(self.lines[node.lineno - 1], node.col_offset)
            place = node.lineno, begin, begin + length
            self.found.append(Reference(*place, known, isinstance(node, ast.alias)))


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from filter(None, (arguments.vararg, arguments.kwarg))


def _bound(node: ast.AST) -> set[str]:
    """Return the names that a function or a class binds, not those of functions inside of it."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            found.add(child.name)
        elif isinstance(child, ast.alias):
            found.add(child.asname or child.name.partition(".")[0])
        else:
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                found.add(child.id)
            if isinstance(child, ast.Tuple | ast.List | ast.Starred) or not isinstance(
                child, ast.expr
            ):
                found |= _bound(child)
    return found


def _characters(line: str, offset: int) -> int:
    """Return how many characters an offset is, which `ast` counts in bytes."""
    return len(line.encode()[:offset].decode(errors="ignore"))
