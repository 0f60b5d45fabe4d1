"""Small random programs in PyTorch's names, to run under PyTorch and in the page's engine.

A program is a list of statements on x0, x1, …. While it is drawn it is run under PyTorch, so that
shapes and dtypes are known and most statements are valid. Some are not on purpose: both must refuse
them with the same kind of error.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field
from random import Random
from typing import Any

import torch
from torch import Tensor

__all__ = ["Program", "program"]

FLOATS = (torch.float32, torch.float64)
DTYPES = (*FLOATS, torch.int64, torch.bool, torch.int32, torch.uint8)
SIZES = (*(1, 1, 2, 2, 2, 3, 3, 3, 4, 5) * 2, 0)
LARGEST = 400  # entries of a variable

UNARY = [
    "abs",
    "neg",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sqrt",
    "rsqrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "sigmoid",
    "relu",
    "square",
    "reciprocal",
    "sign",
    "floor",
    "ceil",
    "round",
    "trunc",
    "frac",
    "erf",
    "erfc",
    "lgamma",
    "digamma",
    "logit",
    "isnan",
    "isinf",
    "isfinite",
    "logical_not",
    "positive",
]
BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "true_divide",
    "floor_divide",
    "remainder",
    "fmod",
    "pow",
    "maximum",
    "minimum",
    "atan2",
    "xlogy",
    "heaviside",
    "hypot",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "logical_and",
    "logical_or",
    "logical_xor",
    "copysign",
]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&", "|"]
REDUCTIONS = ["sum", "mean", "amax", "amin", "all", "any", "logsumexp", "var", "std", "prod"]
BY_INDEX = [
    "max",
    "min",
    "argmax",
    "argmin",
    "cumsum",
    "cumprod",
    "sort",
    "argsort",
    "median",
    "cummax",
    "cummin",
]
IN_PLACE = [
    "add_",
    "sub_",
    "mul_",
    "div_",
    "copy_",
    "fill_",
    "zero_",
    "exp_",
    "neg_",
    "clamp_",
    "sqrt_",
    "sigmoid_",
    "pow_",
]
SPECIAL = ["ndtr", "ndtri", "erf", "expit", "xlogy", "gammainc", "gammaincc", "log_ndtr"]
LINALG = [
    "inv",
    "det",
    "svdvals",
    "eigvalsh",
    "cholesky",
    "solve",
    "pinv",
    "matrix_rank",
    "matrix_norm",
]


@dataclass
class Program:
    """The statements, and the names of its inputs, which may need gradients."""

    statements: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return "\n" + "\n".join(self.statements)


class _Writer:
    """Draws statements, and runs each under PyTorch at once."""

    def __init__(self, random: Random) -> None:
        self.random, self.program = random, Program()
        self.names: dict[str, Any] = {"torch": torch, "inf": math.inf, "nan": math.nan}
        self.failed = False

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def integer(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def rarely(self) -> bool:
        return self.integer(0, 14) == 7

    @property
    def variables(self) -> list[str]:
        return [k for k, v in self.names.items() if k[0] == "x" and isinstance(v, Tensor)]

    def write(self, statement: str) -> None:
        self.program.statements.append(statement)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(statement, self.names)
            self.failed = any(self.names[k].numel() > LARGEST for k in self.variables)
        except Exception:
            self.failed = True

    def step(self) -> None:
        """Write a statement; one that fails is mostly drawn again."""
        for _ in range(4):
            before = len(self.program.statements)
            self.one(*KINDS)(self)
            if not self.failed or self.integer(0, 3) == 0:
                return
            del self.program.statements[before:]
            self.failed = False

    def assign(self, expression: str) -> None:
        self.write(f"x{len(self.variables)} = {expression}")

    def some(self, dtype: Any = None) -> str:
        """Return the name of a variable, likely a late one."""
        fitting = [k for k in self.variables if dtype in (None, self.names[k].dtype)]
        fitting = fitting or self.variables
        return fitting[-1 - min(self.integer(0, 3), len(fitting) - 1)]

    def dim(self, x: Tensor) -> int:
        return self.integer(-x.ndim, x.ndim - 1) if x.ndim and not self.rarely() else self.one(0, 3)

    def number(self) -> str:
        return str(self.one(0, 1, 2, -1, 3, 0.5, -0.5, 1.5, 2.0, 0.1, -2.25, True, 1e-3))

    def entry(self, dtype: torch.dtype, odd: bool) -> Any:
        if dtype == torch.bool:
            return self.one(True, False)
        if not dtype.is_floating_point:
            return self.integer(0 if dtype == torch.uint8 else -5, 7)
        if odd and self.integer(0, 2) == 0:
            return self.one(math.inf, -math.inf, math.nan, 1e-3, 100.0, 0.1, -0.3)
        return self.integer(-32, 32) / 8

    # What a program is made of

    def input(self) -> None:
        dtype = self.one(*FLOATS, *FLOATS, *DTYPES)
        shape = tuple(self.one(*SIZES) for _ in range(self.integer(0, 3)))
        odd = self.rarely()
        values = [self.entry(dtype, odd) for _ in range(math.prod(shape))]
        name = f"x{len(self.variables)}"
        grad = ".requires_grad_()" if dtype in FLOATS and self.integer(0, 3) else ""
        self.write(f"{name} = torch.tensor({values}, dtype={dtype}).reshape({shape}){grad}")
        self.program.inputs.append(name)

    def unary(self) -> None:
        name, x = self.one(*UNARY), self.some()
        self.assign(self.one(f"torch.{name}({x})", f"{x}.{name}()"))

    def special(self) -> None:
        name, x = self.one(*SPECIAL), self.some()
        other = f", {self.some()}" if name in ("xlogy", "gammainc", "gammaincc") else ""
        self.assign(f"torch.special.{name}({x}{other})")

    def binary(self) -> None:
        x, other = self.some(), self.one(self.some(), self.some(), self.number())
        if self.integer(0, 1):
            pair = [x, other] if self.integer(0, 1) else [other, x]
            self.assign(f"{pair[0]} {self.one(*OPERATORS)} {pair[1]}")
        else:
            self.assign(f"torch.{self.one(*BINARY)}({x}, {other})")

    def choice(self) -> None:
        x = self.some()
        low, high = self.one("None", self.number(), x), self.one(self.number(), self.some())
        self.assign(
            self.one(
                f"torch.where({x} > {self.number()}, {self.some()}, {self.one(x, self.number())})",
                f"{x}.clamp({low}, {high})",
                f"{x}.clamp(min={self.number()})",
                f"{x}.masked_fill({x} < {self.number()}, {self.number()})",
                f"torch.lerp({x}, {self.some()}, 0.25)",
                f"{x}.nan_to_num({self.number()})",
            )
        )

    def reduction(self) -> None:
        name = self.some()
        x = self.names[name]
        dims: Any = self.dim(x)
        if x.ndim > 1 and self.integer(0, 2) == 0:
            dims = tuple(sorted({self.dim(x) % x.ndim, self.dim(x) % x.ndim}))
        keep = self.one("", "", ", keepdim=True")
        how = self.one(*REDUCTIONS)
        if how == "prod":
            dims = self.dim(x)
        inside = self.one(f"dim={dims}{keep}", f"{dims}{keep}", "" if how != "logsumexp" else "0")
        self.assign(f"{name}.{how}({inside})")

    def by_index(self) -> None:
        name = self.some()
        x, how = self.names[name], self.one(*BY_INDEX)
        dim = self.dim(x)
        if how in ("sort", "argsort"):
            text = f"{name}.{how}(dim={dim}, descending={self.one(True, False)}, stable=True)"
        elif how in ("max", "min", "argmax", "argmin", "median"):
            text = f"{name}.{how}({self.one('', str(dim))})"
        else:
            text = f"{name}.{how}({dim})"
        several = "" if how in ("argmax", "argmin", "argsort", "cumsum", "cumprod") else ".values"
        self.assign(text + ("" if text.endswith("()") else several))

    def view(self) -> None:
        name = self.some()
        x: Tensor = self.names[name]
        n, d = x.ndim, self.dim(x)
        order = self.random.sample(range(n), n)
        size = x.shape[d] if n and -n <= d < n else 1
        start = self.integer(0, size)
        self.assign(
            f"{name}."
            + self.one(
                f"permute({tuple(order)})",
                f"transpose({d}, {self.dim(x)})",
                f"unsqueeze({self.integer(-n - 1, n)})",
                f"squeeze({self.one('', d)})",
                f"flatten({self.one('', self.integer(0, max(n - 1, 0)))})",
                f"reshape({self.one(-1, (x.numel(),), (-1, max(size, 1)), (1, -1, 1))})",
                f"expand({(self.integer(1, 2), *x.shape)})",
                f"narrow({d}, {start}, {self.integer(0, size - start)})",
                f"select({d}, {self.integer(-size, size)})",
                f"flip({d})",
                f"roll({self.integer(-2, 2)}, {d})",
                f"diagonal({self.integer(-1, 1)})",
                f"unfold({d}, {self.integer(1, 2)}, {self.integer(1, 2)})",
                f"split({self.integer(1, 3)}, {d})[0]",
                f"repeat({self.integer(1, 2)}, {', '.join(['1'] * n) or '2'})",
                f"repeat_interleave({self.integer(0, 2)}, {d})",
                f"diff(dim={d})",
                "T" if n == 2 else "clone()",
                "mT" if n > 1 else "detach()",
                "contiguous()",
                f"tril({self.integer(-1, 1)})" if n > 1 else "clone()",
            )
        )

    def key(self, x: Tensor) -> str:
        """Draw what stands between the brackets of x[…]."""
        keys = []
        for size in x.shape[: self.integer(0, x.ndim)]:
            a, b = self.integer(-size - 1, size + 1), self.integer(-size - 1, size + 1)
            inside = (
                [self.integer(-size, size - 1) for _ in range(self.integer(1, 3))] if size else []
            )
            mask = [bool(self.integer(0, 1)) for _ in range(size)]
            keys.append(
                self.one(
                    f"{a}:{b}:{self.integer(1, 3)}",
                    ":",
                    f"{self.integer(-size, max(size - 1, 0))}",
                    f"{a}:",
                    f"torch.tensor({inside}, dtype=torch.int64)",
                    f"{inside}",
                    f"torch.tensor({mask}, dtype=torch.bool)",
                )
            )
        if self.integer(0, 2) == 0:
            keys.insert(self.integer(0, len(keys)), self.one("None", "...", "None"))
        return ", ".join(keys) or "..."

    def index(self) -> None:
        name = self.some()
        x = self.names[name]
        self.assign(self.one(f"{name}[{self.key(x)}]", f"{name}[{name} > {self.number()}]"))

    def in_place(self) -> None:
        name = self.some()
        x = self.names[name]
        if x.is_leaf and x.requires_grad and not self.rarely():
            return
        value = self.one(self.number(), self.some())
        how = self.one(*IN_PLACE, "index", "index", "index")
        target = self.one(name, f"{name}[{self.key(x)}]")
        if how == "index":
            self.write(f"{name}[{self.key(x)}] = {value}")
        elif how in ("zero_", "exp_", "neg_", "sqrt_", "sigmoid_"):
            self.write(f"{target}.{how}()")
        elif how == "clamp_":
            self.write(f"{target}.{how}(min=0.5)")
        elif how in ("copy_",):
            self.write(f"{target}.{how}({self.some()})")
        else:
            self.write(f"{target}.{how}({value})")

    def gathering(self) -> None:
        name = self.some()
        x = self.names[name]
        d, i = self.dim(x), self.some(torch.int64)
        self.assign(
            self.one(
                f"{name}.gather({d}, {name}.argsort({d}))",
                f"{name}.index_select({d}, torch.tensor([0, 0]))",
                f"torch.take_along_dim({name}, {name}.argsort({d}), {d})",
                f"torch.zeros_like({name}).scatter_add({d}, {name}.argsort({d}), {name})",
                f"torch.searchsorted({name}.detach().sort().values, {self.some()}.detach())",
                f"torch.nonzero({name})",
                f"{name}.gather({d}, {i})",
                f"{name}.quantile(0.25, {d})" if x.is_floating_point() else f"torch.bincount({i})",
            )
        )

    def join(self) -> None:
        a, b = self.some(), self.some()
        how = self.one("cat", "stack", "cat")
        self.assign(f"torch.{how}([{a}, {b}], {self.dim(self.names[a])})")

    def product(self) -> None:
        a, b = self.some(), self.some()
        self.assign(
            self.one(f"{a} @ {b}", f"{a} @ {a}.mT", f"{a}.mT @ {b}", f"torch.outer({a}, {b})")
        )

    def linear(self) -> None:
        x, name = self.some(), self.one(*LINALG)
        square = f"({x}.reshape(-1)[:4].reshape(2, 2) + 5 * torch.eye(2, dtype={x}.dtype))"
        if name in ("eigvalsh", "cholesky"):
            square = f"({square} @ {square}.mT)"
        other = f", {square}.T" if name == "solve" else ""
        self.assign(f"torch.linalg.{name}({square}{other})")

    def convert(self) -> None:
        x = self.some()
        self.assign(
            self.one(f"{x}.to({self.one(*DTYPES)})", f"{x}.double()", f"{x}.float()", f"{x}.long()")
        )

    def mapped(self) -> None:
        """Map one of the other statements over an axis."""
        name = self.some()
        x = self.names[name]
        if not x.ndim:
            return
        body = self.one(
            f"y.{self.one(*UNARY)}()",
            f"y {self.one(*OPERATORS)} {self.some()}",
            f"y.{self.one('sum', 'mean', 'amax', 'prod')}({self.one('', -1, 0)})",
            "y.reshape(-1)",
            "y[None]",
            "y.cumsum(-1)",
            "y.sort(-1).values",
            f"torch.stack([y, 2 * y], {self.one(0, -1)})",
            f"torch.where(y > 0, y, {self.some()})",
            "y @ y",
            f"y @ {self.some()}",
            "y[..., 0]",
            "torch.func.grad(lambda z: (z.sin() * z).sum())(y)",
            "torch.func.jacrev(lambda z: (z * z).cumsum(-1))(y)",
        )
        self.assign(f"torch.func.vmap(lambda y: {body}, {self.one(0, 0, -1)})({name})")


KINDS = (
    *[_Writer.unary, _Writer.binary, _Writer.binary, _Writer.reduction, _Writer.view] * 2,
    _Writer.index, _Writer.index, _Writer.in_place, _Writer.in_place, _Writer.choice,
    _Writer.by_index, _Writer.join, _Writer.product, _Writer.gathering, _Writer.convert,
    _Writer.special, _Writer.linear, _Writer.mapped,
)  # fmt: skip


def program(seed: int) -> Program:
    """Draw one or two inputs, and up to four statements, of which only the last may fail.

    The random numbers come from a seed and not from hypothesis, which varies a program that it has
    drawn: most of its programs are then nearly alike.
    """
    writer = _Writer(Random(seed))
    for _ in range(writer.integer(1, 2)):
        writer.input()
    for _ in range(writer.integer(1, 4)):
        writer.step()
        if writer.failed:
            break
    return writer.program
