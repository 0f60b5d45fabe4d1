"""Special functions, random numbers, sorting and linear algebra of the page's engine."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mpmath  # type: ignore[import-untyped]  # comes with torch
import pytest
import torch
from torch import Tensor

from press.node import node

from .conftest import write_loops

DTYPES = (torch.float32, torch.float64)
NAN, INF = math.nan, math.inf


def written(value: Any) -> Any:
    """Return an argument as ask.mjs reads it."""
    if isinstance(value, torch.Generator):
        return {"seed": str(value.initial_seed() % 2**64)}
    if not isinstance(value, Tensor):
        return value
    infinite = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    numbers = value.double().flatten().tolist()
    return {
        "values": [v if math.isfinite(v) else infinite[str(v)] for v in numbers],
        "sizes": list(value.shape),
        "dtype": str(value.dtype).removeprefix("torch."),
        "transposed": not value.is_contiguous(),
    }


def read(answer: Any) -> Any:
    if answer is None:
        return None
    numbers = [float(str(v).replace("Infinity", "inf")) for v in answer["values"]]
    dtype = getattr(torch, answer["dtype"])
    return torch.tensor(numbers, dtype=torch.float64).reshape(answer["sizes"]).to(dtype)


class Engine:
    """A process that answers questions (see ask.mjs)."""

    def __init__(self) -> None:
        write_loops()
        self.process = subprocess.Popen(
            [str(node()), str(Path(__file__).with_name("ask.mjs"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, name: str, *args: Any, **question: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        question |= {"name": name, "args": [written(a) for a in args]}
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def numbers(self, name: str, points: list[tuple[float, ...]]) -> list[float]:
        answer = self.ask(name, *points)["numbers"]
        return [float(str(v).replace("Infinity", "inf")) for v in answer]

    def outputs(self, name: str, *args: Any, **question: Any) -> list[Tensor]:
        answer = self.ask(name, *args, **question)
        return [read(x) for x in answer["outputs"]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Overrides the engine with Python around it, which these tests do not need."""
    process = Engine()
    yield process
    process.process.communicate()


def assert_close(ours: Tensor, theirs: Tensor, rtol: float = 1e-9) -> None:
    rtol = 1e-4 if theirs.dtype == torch.float32 else rtol
    torch.testing.assert_close(ours, theirs.detach(), rtol=rtol, atol=rtol, equal_nan=True)


# ---- special functions

SPREAD = [10.0**k * u for k in range(-12, 3) for u in (1.1, 3.7, 7.3)]
SIGNED = [*SPREAD, *(-x for x in SPREAD)]
PROBABILITIES = [*(x for x in SPREAD if x < 1), 0.5, 0.9, 0.999, 1 - 1e-9]
HALF = mpmath.mpf(0.5)


def phi(x: Any) -> Any:
    return mpmath.erfc(-x / mpmath.sqrt(2)) * HALF


SPECIAL: dict[str, tuple[Any, list[Any], int]] = {
    "erf": (mpmath.erf, SIGNED, 2),
    "erfc": (mpmath.erfc, [x for x in SIGNED if x < 26], 4),
    "erfinv": (mpmath.erfinv, PROBABILITIES, 4),
    "ndtr": (phi, [x for x in SIGNED if x > -37], 4),
    "ndtri": (lambda p: mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1), PROBABILITIES, 4),
    "log_ndtr": (
        lambda x: mpmath.log(phi(x)) if x < 0 else mpmath.log1p(-phi(-x)),
        [x for x in SIGNED if -1000 < x < 37], 8,
    ),
    "lgamma": (lambda x: mpmath.log(abs(mpmath.gamma(x))), SPREAD, 4),
    "digamma": (mpmath.digamma, SPREAD, 6),
    "i0e": (lambda x: mpmath.besseli(0, x) * mpmath.exp(-x), SPREAD, 8),
    "i1e": (lambda x: mpmath.besseli(1, x) * mpmath.exp(-x), SPREAD, 8),
    "polygamma": (mpmath.polygamma, [(n, x) for n in (2, 3, 4) for x in SPREAD[-15:]], 8),
    "zeta": (mpmath.zeta, [(s, x) for s in (1.5, 3, 7) for x in SPREAD[-15:]], 8),
    "gammainc": (
        lambda a, x: mpmath.gammainc(a, 0, x, regularized=True),
        [(a, x) for a in (0.01, 0.5, 3, 80) for x in (0.02, 0.9, 3.1, 70, 100)], 64,
    ),
    "gammaincc": (
        lambda a, x: mpmath.gammainc(a, x, mpmath.inf, regularized=True),
        [(a, x) for a in (0.01, 0.5, 3, 80) for x in (0.02, 0.9, 3.1, 70, 100)], 64,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_hold_a_few_units_in_the_last_place(engine, name):
    exact, points, ulps = SPECIAL[name]
    points = [p if isinstance(p, tuple) else (p,) for p in points]
    with mpmath.workdps(60):
        for p, value in zip(points, engine.numbers(name, points), strict=True):
            expected = exact(*(mpmath.mpf(v) if isinstance(v, float) else v for v in p))
            assert abs(value - expected) <= ulps * 2.0**-52 * abs(expected), (p, value)


# ---- random numbers


def drawn(name: str, g: torch.Generator, *args: Any) -> Tensor:
    """Return what PyTorch draws for the engine's function of this name."""
    if name in ("rand", "randn"):
        return getattr(torch, name)(args[1], generator=g, dtype=getattr(torch, args[0]))
    if name == "randint":
        low, high, dtype, n = args
        return torch.randint(low, high, (n,), generator=g, dtype=getattr(torch, dtype))
    if name == "randperm":
        return torch.randperm(*args, generator=g)
    if name == "standardGamma":
        return torch._standard_gamma(args[0], generator=g)
    if name.endswith("InPlace"):
        x = args[0].clone(memory_format=torch.preserve_format)
        method = {"logNormal": "log_normal"}.get(kind := name.removesuffix("InPlace"), kind)
        return getattr(x, f"{method}_")(*args[1:], generator=g)
    return getattr(torch, name)(*args, generator=g)


def questions(n: int, dtype: torch.dtype) -> Iterator[tuple[Any, ...]]:
    kind = str(dtype).removeprefix("torch.")
    mix = torch.Generator().manual_seed(n)
    p = torch.rand(n, generator=mix, dtype=dtype)
    x = torch.empty(n, dtype=dtype)
    yield "rand", kind, n
    yield "randn", kind, n
    yield "normal", p - 0.5, p
    yield "bernoulli", p
    yield "poisson", p * torch.tensor([0, 1, 10, 30, 1e4], dtype=dtype).repeat(n)[:n]
    yield "binomial", (p * torch.tensor([4, 40, 4e3], dtype=dtype).repeat(n)[:n]).round(), p
    yield "standardGamma", 3 * p
    yield "uniformInPlace", x, -1.3, 2.1
    yield "normalInPlace", x, 1.25, 0.3
    yield "exponentialInPlace", x, 0.7
    yield "bernoulliInPlace", x, 0.3
    yield "geometricInPlace", x, 0.3
    yield "logNormalInPlace", x, 0.5, 0.3
    yield "cauchyInPlace", x, 0.5, 2.0
    if n > 1:
        matrix = torch.zeros(n, 3, dtype=dtype).T
        yield "uniformInPlace", matrix, 0.0, 1.0
        yield "normalInPlace", matrix, 0.0, 1.0
        yield "multinomial", p + 0.01, 1, False
        yield "multinomial", p + 0.01, min(n, 5), False
        yield "multinomial", p + 0.01, 7, True
    yield "randint", -5, 100, "int64", n
    yield "randint", 0, 2**28, "int64", n
    yield "randint", -(2**40), 2**50, "int64", n
    yield "randint", 0, 255, "uint8", n
    yield "randperm", n


@pytest.mark.parametrize("seed", [0, 7, -5, 2**63 + 1])
def test_random_numbers_are_those_of_pytorch(engine, seed):
    """All bits agree, but for a unit in the last place of a float64 logarithm or cosine."""
    g = torch.Generator().manual_seed(seed)
    for n in (0, 1, 5, 15, 16, 17, 100, 1000):
        for dtype in DTYPES:
            for name, *args in questions(n, dtype):
                [ours], theirs = engine.outputs(name, g, *args), drawn(name, g, *args)
                rtol = 1e-12 if theirs.dtype == torch.float64 else 0
                torch.testing.assert_close(ours, theirs, rtol=rtol, atol=rtol / 100)
    state = engine.outputs("getState", g)[0]
    spare = slice(5024, 5032)  # the second one of two normal numbers, whose last digit may differ
    assert torch.cat([state[:5024], state[spare.stop :]]).equal(
        torch.cat([g.get_state()[:5024], g.get_state()[spare.stop :]])
    )


# ---- functions of tensors


def random(*sizes: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(sizes, dtype=dtype)


def positive(*sizes: int) -> Tensor:
    a = random(*sizes)
    return a @ a.mT + torch.eye(sizes[-1], dtype=a.dtype)


def listed(result: Any) -> list[Tensor]:
    return list(result) if isinstance(result, tuple | list) else [result]


def weighted(tensors: list[Tensor], weights: list[Tensor]) -> Tensor:
    pairs = [(x, w) for x, w in zip(tensors, weights, strict=True) if x.requires_grad]
    return torch.stack([torch.zeros(()), *((x * w).sum() for x, w in pairs)]).sum()


def check(engine: Engine, name: str, torchs: Any, *args: Any, twice: bool = True) -> None:
    """Compare the outputs, their gradients, and the gradients' gradients with PyTorch's."""
    wanted = [i for i, a in enumerate(args) if isinstance(a, Tensor) and a.is_floating_point()]
    inputs = [a.clone().requires_grad_() if i in wanted else a for i, a in enumerate(args)]
    theirs = listed(torchs(*inputs))
    weights = [torch.randn(x.shape, dtype=torch.float64).to(x.dtype) for x in theirs]
    weights2 = [torch.randn_like(args[i]) for i in wanted]
    question: dict[str, Any] = {"wanted": wanted, "weights": [written(w) for w in weights]}
    if twice:
        question["weights2"] = [written(w) for w in weights2]
    answer = engine.ask(name, *args, **question)
    assert "error" not in answer, (name, answer)
    for x, y in zip(answer["outputs"], theirs, strict=True):
        ours = read(x)
        assert_close(ours, y)
        if y.numel() > 0:
            assert x.get("node") == (y.grad_fn.name() if y.grad_fn else None)
    loss = weighted(theirs, weights)
    leaves = [inputs[i] for i in wanted]
    grads = torch.autograd.grad(loss, leaves, create_graph=twice)
    for x, y in zip(answer["grads"], grads, strict=True):
        assert_close(read(x), y)
    if not twice:
        return
    second = weighted([g.sin() for g in grads], weights2)
    if not second.requires_grad:
        return
    for x, y in zip(answer["second"], torch.autograd.grad(second, leaves), strict=True):
        assert_close(read(x), y, rtol=1e-7)


def test_matrices_and_their_derivatives(engine):
    """Also the signs of singular vectors, eigenvectors and of R are LAPACK's."""
    torch.manual_seed(0)
    la = torch.linalg
    for n in (1, 2, 4):
        for name, torchs in {
            "inv": la.inv,
            "det": la.det,
            "slogdet": la.slogdet,
            "lu": la.lu,
        }.items():
            check(engine, name, torchs, random(n, n))
        check(engine, "solve", la.solve, random(n, n), random(n))
        check(engine, "solve", la.solve, random(3, n, n), random(n, 2))
        check(engine, "cholesky", la.cholesky, positive(n, n))
        for upper in (True, False):
            args = random(n, 2), random(n, n) + 3 * torch.eye(n), upper
            check(engine, "choleskySolve", torch.cholesky_solve, *args)
            check(engine, "choleskyInverse", torch.cholesky_inverse, *args[1:])
        check(engine, "eigvalsh", la.eigvalsh, positive(n, n))
        check(engine, "matrixExp", torch.matrix_exp, 3 * random(n, n))
    for sizes in ((3, 3), (4, 2), (2, 4), (5, 4), (2, 4, 3)):
        check(engine, "qr", la.qr, random(*sizes))
        check(engine, "pinv", la.pinv, random(*sizes))
        check(engine, "svdvals", la.svdvals, random(*sizes))
        check(engine, "svdvals", la.svdvals, random(*sizes, dtype=torch.float32), twice=False)
        for full in (True, False):
            ours = engine.outputs("svd", x := random(*sizes), full)
            for a, b in zip(ours, la.svd(x, full), strict=True):
                assert_close(a, b)
    for n in (2, 3, 6):
        for a, b in zip(engine.outputs("eigh", x := positive(n, n)), la.eigh(x), strict=True):
            assert_close(a, b)
        re, im = engine.outputs("eigvals", x := random(n, n))
        ours = sorted(zip(re.tolist(), im.tolist(), strict=True))
        theirs = sorted((w.real, w.imag) for w in la.eigvals(x).tolist())
        assert_close(torch.tensor(ours), torch.tensor(theirs))
    for upper in (True, False):
        for left in (True, False):
            check(
                engine, "triangularSolve",
                lambda a, b, u, left: la.solve_triangular(a, b, upper=u, left=left),
                random(3, 3), random(3, 3), upper, left,
            )  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_rounding_leaves_of_a_singular_matrix_is_what_pytorch_finds(engine, dtype):
    """A pivot that should be zero is so only if every rounding is the same."""
    torch.manual_seed(3)
    noticed = 0
    for _ in range(40):
        n = int(torch.randint(2, 5, ()))
        rows = torch.randint(-4, 5, (n - 1, n)).to(dtype) / 3
        x = torch.cat([rows, torch.randint(-3, 4, (1, n - 1)).to(dtype) @ rows / 10])
        singular = bool(torch.linalg.inv_ex(x).info)
        assert ("error" in engine.ask("inv", x)) == singular, x
        [det] = engine.outputs("det", x)
        assert (det == 0) == (torch.linalg.det(x) == 0), x
        noticed += singular
    assert 5 < noticed < 35


def test_derivatives_of_eigenvectors_and_singular_vectors(engine):
    """The gradients agree only if the vectors have LAPACK's signs."""
    for name, torchs, x in (
        ("eigh", torch.linalg.eigh, positive(3, 3)),
        ("svd", lambda a, full: torch.linalg.svd(a, full), random(4, 3)),
        ("svd", lambda a, full: torch.linalg.svd(a, full), random(3, 4)),
    ):
        args = (x,) if name == "eigh" else (x, False)
        check(engine, name, torchs, *args, twice=False)


def test_sums_and_order_along_an_axis(engine):
    torch.manual_seed(1)
    x = random(3, 4, 5)
    x[0, 0] = torch.tensor([1.0, 0, 2, 0, 3])
    for dim in (0, -1):
        for name in ("cumsum", "cumprod", "logcumsumexp"):
            check(
                engine, "scan",
                lambda n, a, d: getattr(torch, n)(a, d),
                name, x if name != "logcumsumexp" else x.mT.contiguous().mT, dim,
            )  # fmt: skip
        for name in ("cummax", "cummin"):
            check(engine, "scanExtreme", lambda n, a, d: getattr(torch, n)(a, d), name, x, dim)
        check(
            engine,
            "sort",
            lambda a, d, r, s: torch.sort(a, stable=s, dim=d, descending=r),
            x,
            dim,
            True,
            True,
        )
        check(engine, "topk", torch.topk, x, 2, dim, False)
        check(engine, "kthvalue", torch.kthvalue, x, 2, dim, False)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.int64, torch.bool])
def test_order_with_ties_and_nan(engine, dtype):
    numbers = torch.tensor([2, NAN, -1, 0, 2, INF, -INF, NAN, 0, 2])
    x = (numbers if dtype.is_floating_point else numbers.nan_to_num(1, 3, -3)).to(dtype)
    for descending in (True, False):
        ours = engine.outputs("sort", x, 0, descending, True)
        theirs = torch.sort(x, stable=True, descending=descending)
        for a, b in zip(ours, theirs, strict=True):
            assert_close(a, b)
    ours = engine.outputs("unique", x)
    for a, b in zip(ours, torch.unique(x, return_inverse=True, return_counts=True), strict=True):
        assert_close(a, b)
    if dtype == torch.bool:
        return
    row = torch.tensor([-1, 0, 2, 2]).to(dtype)
    for right in (True, False):
        [ours] = engine.outputs("searchsorted", row, x, right)
        assert_close(ours, torch.searchsorted(row, x, right=right))
    [ours] = engine.outputs("isin", x, row, False)
    assert_close(ours, torch.isin(x, row))


def test_counts_in_bins(engine):
    torch.manual_seed(2)
    for dtype in DTYPES:
        x = (10 * random(80, dtype=dtype)).round() / 5
        weights = torch.rand(80, dtype=dtype)
        for bins in (1, 3, 10, 40):
            for low, high in ((0, 0), (-1, 1), (-3, 2.5)):
                [ours] = engine.outputs("histc", x, bins, low, high)
                assert_close(ours, torch.histc(x, bins, low, high))
            ours = engine.outputs("histogram", x, bins, None, None, weights, True)
            for a, b in zip(
                ours, torch.histogram(x, bins, weight=weights, density=True), strict=True
            ):
                assert_close(a, b)
        edges = torch.tensor([-2, -1, 0, 0.2, 3], dtype=dtype)
        ours = engine.outputs("histogram", x, edges, None, None, None, False)
        for a, b in zip(ours, torch.histogram(x, edges), strict=True):
            assert_close(a, b)
    places = torch.tensor([0, 3, 1, 3, 3])
    for w in (None, torch.rand(5), torch.rand(5).double()):
        [ours] = engine.outputs("bincount", places, w, 6)
        assert_close(ours, torch.bincount(places, w, 6))


@pytest.mark.parametrize(
    ("name", "torchs", "args", "axes"),
    [
        ("inv", torch.linalg.inv, [random(2, 4, 3, 3)], [1]),
        ("solve", torch.linalg.solve, [random(3, 3, 4), random(3)], [2, None]),
        ("solve", torch.linalg.solve, [random(3, 3), random(4, 3)], [None, 0]),
        ("cholesky", torch.linalg.cholesky, [positive(4, 3, 3)], [0]),
        ("svdvals", torch.linalg.svdvals, [random(3, 4, 2)], [1]),
        ("eigvalsh", torch.linalg.eigvalsh, [positive(4, 3, 3)], [0]),
        ("sort", lambda x, *_: torch.sort(x, 0), [random(5, 4), 0, False, False], [1]),
        ("scan", lambda n, x, d: torch.cumprod(x, d), ["cumprod", random(4, 5), 0], [None, 0]),
        ("searchsorted", torch.searchsorted, [random(4, 6).sort()[0], random(3)], [0, None]),
    ],
)
def test_inside_vmap_each_example_is_computed_by_itself(engine, name, torchs, args, axes):
    axes = [*axes, *[None] * (len(args) - len(axes))]

    def example(i):
        return [a if d is None else a.select(d, i) for a, d in zip(args, axes, strict=True)]

    ours = engine.outputs(name, *args, batch=axes, size=4)
    parts = [listed(torchs(*example(i))) for i in range(4)]
    for x, y in zip(ours, zip(*parts, strict=True), strict=True):
        assert_close(x, torch.stack(y))


SINGULAR = torch.ones(2, 2)


@pytest.mark.parametrize(
    ("name", "torchs", "args"),
    [
        ("inv", torch.linalg.inv, [SINGULAR]),
        ("inv", torch.linalg.inv, [torch.stack([torch.eye(2), SINGULAR])]),
        ("inv", torch.linalg.inv, [torch.ones(2, 3)]),
        ("solve", torch.linalg.solve, [SINGULAR, torch.ones(2)]),
        ("solve", torch.linalg.solve, [SINGULAR, torch.ones(3)]),
        ("cholesky", torch.linalg.cholesky, [-SINGULAR]),
        ("det", torch.linalg.det, [torch.ones(3)]),
        ("eigh", torch.linalg.eigh, [torch.ones(3, 2)]),
        ("topk", torch.topk, [torch.ones(2), 3, 0, True]),
        ("bincount", torch.bincount, [torch.tensor([-1])]),
        ("histc", torch.histc, [torch.tensor([INF, 1]), 3, 0, 0]),
        ("poisson", torch.poisson, [torch.tensor([-1.0])]),
        ("bernoulli", torch.bernoulli, [torch.tensor([1.5])]),
        ("multinomial", torch.multinomial, [torch.zeros(2), 1, False]),
        ("multinomial", torch.multinomial, [torch.ones(2), 3, False]),
    ],
)
def test_errors_are_said_in_pytorchs_words(engine, name, torchs, args):
    with pytest.raises(Exception) as error:  # noqa: PT011 - any, since ours must be the same
        torchs(*args)
    generator = [None] if name in ("poisson", "bernoulli", "multinomial") else []
    kind, message = engine.ask(name, *generator, *args)["error"]
    assert message == str(error.value)
    assert kind == type(error.value).__name__.removeprefix("_")
