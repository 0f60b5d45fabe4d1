"""Every public function, whatever tensors it is given: what the library promises of all of them.

Results have the dtype and the device of the arguments, arguments stay as they are, and every
function works under the transforms of torch.func and in torch.compile. The functions are found by
walking the packages, so that a new one without an entry fails. An exception has its reason, and
fails as soon as there is no more need for it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import SGD

import diffprog
from diffprog.autodiff import (
    curvature,
    gradient_checks,
    graph,
    implicit,
    memory,
    operations,
    products,
    through_time,
)
from diffprog.inference import analysis, binned, profiles, uncertainty
from diffprog.loops import (
    descent,
    elimination,
    ensembles,
    gauss_newton,
    history,
    newton,
    reduction,
    training,
)
from diffprog.pipelines import identifiability, learned_cut, pipeline, pitching_networks
from diffprog.relaxations import (
    cut_fit,
    cut_of_parts,
    cuts,
    estimators,
    scan,
    significance,
    smoothing,
)
from diffprog.simulator import (
    ball,
    bounce,
    chamber,
    drag,
    kepler,
    masses,
    pitching,
    shower,
    standard_map,
    stepping,
    telescope,
)

WITHOUT_TENSORS = {
    "exercises": "checks of a reader's answers, with tests of their own",
    "grade": "processes and tables, with tests of their own",
    "figures": "drawings",
    "show": "sources and numbers of the book",
    "messages": "errors of the book",
    "autodiff.through_time.Gradients": "a pair of tensors",
    "autodiff.rules": "computes on arrays of NumPy and torch alike, in float64",
    "autodiff.traced": "as rules",
    "autodiff.tape": "as rules",
    "autodiff.dual": "as rules",
    "loops.history.bar": "a progress bar",
    "loops.history.Diverged": "an exception",
    "inference.uncertainty.region_content": "numbers",
    "inference.binned.Templates": "four tensors",
    "loops.elimination.Step": "what a step returns",
    "loops.newton.Minimum": "what a fit returns",
    "loops.processes": "processes, with tests of their own",
    "loops.reduction.in_turns": "calls what it is given",
    "simulator.chamber.Data": "three tensors",
    "simulator.chamber.truth": "draws parameters in float64",
    "simulator.chamber.wires": "numbers",
    "simulator.chamber_file": "text",
    "simulator.shower.Shower": "two tensors",
    "simulator.telescope.beam": "draws hits in float64",
    "simulator.telescope.planes": "numbers",
    "pipelines.pipeline.mlp": "draws weights, as torch.nn does",
    "simulator.ball.position_numpy": "NumPy, to compare with",
    "simulator.masses.Process": "numbers",
    "simulator.masses.draw": "draws a sample of torch's default dtype",
    "simulator.masses.one_mass": "as draw",
    "simulator.masses.two_masses": "as draw",
    "simulator.masses.ten_masses": "as draw",
    "relaxations.global_search.search": "numbers, and results of torch's default dtype",
    "relaxations.cut_fit.annealed": "numbers",
    "relaxations.cut_of_parts.mapped": "a file",
    "relaxations.cut_of_parts.fit_part": "a loop in float64, with tests of its own",
    "relaxations.cut_of_parts.main": "a program",
    "relaxations.branching": "differentiates a graph by leaves, with tests of its own",
}


@dataclass
class Case:
    """A function of tensors only, which calls a function of the library, and its arguments."""

    call: Callable[..., Any]
    x: Sequence[Tensor]  # float64
    batch: int | None = None  # axis of the first argument that may be any batch
    but: dict[str, str] = field(default_factory=dict)  # aspect: why it does not hold
    rtol: float = 1e-4  # of float32, where a derivative or a difference loses digits


# Reasons that several functions have.
LOOP = dict.fromkeys(
    ["vmap", "jacobian", "compiled"],
    "a loop of Python's: compile the loss, and nothing goes through",
)
NUMBER = dict.fromkeys(["meta", "vmap", "jacobian"], "the result is a Python number")
LSTSQ = {"meta": "torch has no lstsq there"}
MODULE = {"jacobian": "a module holds plain tensors"}
FUSED = {"meta": "torch has no fused Adam there"}
VALUES = dict.fromkeys(["meta", "vmap"], "the shape of the result depends on values")
ONE_SHOT = VALUES | {"compiled": LOOP["compiled"]}
FITS = dict.fromkeys(["meta", "vmap", "compiled"], "steps end when all fits have ended")
SEARCH = {"vmap": "torch.searchsorted warns there that it makes a copy"}
BRANCHING = VALUES | {"compiled": LOOP["compiled"]}
WIRE = dict.fromkeys(["vmap", "jacobian"], "a sum over processes is none of torch.func's")
BLOCKS = {
    "float32": "counts in float64",
    "jacobian": "blocks are none of torch.func's",
    "vmap": "blocks are none of torch.func's",
}
HARD = {"jacobian": "hard counts have no slope"}


def t(*values: Any) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def one(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


G = torch.Generator().manual_seed(0)
M = 1000 + 50 * torch.randn(40, generator=G, dtype=torch.float64)
B = 950 + 150 * torch.randn(60, generator=G, dtype=torch.float64)
M2, B2 = M.reshape(20, 2), B.reshape(30, 2)
C = t(900, 1000, 1100)
H = t([3, 1], [1, 2])
J = t([1, 2], [0, 1], [3, 1])
R = t(0.5, -1, 2)
DAY = torch.linspace(0, 1, 5, dtype=torch.float64)[:, None]
EPS = t(-3, 1, 4, -2)
S2, B22 = t(10, 4), t(50, 40)
TRACK = chamber.truth(2, 1, 0)
TIMES = chamber.expected(TRACK)[0]


def cubic(x: Tensor) -> Tensor:
    return (x**3).sum()


def pulled(y: Tensor, theta: Tensor) -> Tensor:
    return theta - y.sin()


def two_bins(s: Tensor, b: Tensor) -> binned.Templates:
    """A nuisance that moves events from the first bin to the second, and one of the norm."""
    move = 0.1 * b.flip(-1)
    return binned.Templates(
        s, b, torch.stack([b + move, 1.1 * b]), torch.stack([b - move, 0.9 * b])
    )


def least(theta: Tensor, n: Tensor) -> Tensor:
    return torch.cosh((theta - n.mean()) * t(1, 2, 3)[: len(theta)].to(theta)).sum()


def from_line(g: Tensor, own: Tensor, y: Tensor) -> Tensor:
    return g * y**2 + own.sum() - 2 * y


def square(x: Tensor, theta: Tensor) -> Tensor:
    return x**2 - theta


def curve(theta: Tensor) -> Tensor:
    return (theta[..., None] * t(1, 2, 3).to(theta)).sin().flatten()


def soft(c: Tensor) -> Tensor:
    return cuts.soft_count(M.to(c), c, 0.1)


def leaf(x: Tensor) -> Tensor:
    return x.detach().clone().requires_grad_()


def summary(h: history.History) -> tuple[Tensor, ...]:
    return h.loss, *h.parameters.values()


def descended(x: Tensor) -> tuple[Tensor, ...]:
    p = leaf(x)
    return summary(descent.gradient_descent(lambda: (p**2).sum(), {"p": p}, 0.1, 3))


def fitted(x: Tensor) -> tuple[Tensor, ...]:
    p = leaf(x)
    sgd = SGD([p], lr=0.1)
    return summary(descent.fit(lambda: (p**2).sum(), {"p": p}, sgd, 3, progress=False))


def recorded(x: Tensor) -> tuple[Tensor, ...]:
    recorder = history.Recorder({"p": x}, 1)
    for step in range(2):
        recorder.record(step, x.sum())
    return summary(recorder.history())


class Line(nn.Module):
    """y = w·x."""

    def __init__(self, w: Tensor) -> None:
        super().__init__()
        self.w = nn.Parameter(w.detach().clone())

    def forward(self, x: Tensor) -> Tensor:
        return self.w * x


def trained(x: Tensor) -> Tensor:
    return training.train(
        Line(x), lambda line: (line(2.0) ** 2).sum(), steps=2, progress=False
    ).loss


def trained_together(x: Tensor) -> Tensor:
    lines = [Line(x), Line(2 * x)]
    return ensembles.train_together(
        lines, lambda line: (line(2.0) ** 2).sum(), steps=2, progress=False
    ).loss


def by_adam(x: Tensor) -> Tensor:
    p = leaf(x)
    return training.by_adam(
        lambda: (p**2).sum(), {"p": p}, steps=2, learning_rate=0.1, look=None, at=(), progress=False
    ).loss


def seeded(x: Tensor) -> Tensor:
    return ensembles.seeded(lambda: nn.Linear(len(x), 2), 3).to(x)(x)


def learned(m: Tensor) -> tuple[Tensor, ...]:
    model = learned_cut.LearnedCut(m, (3,), seed=0)
    return model(m), model.soft_count(m), model.count(m)


def fitted_learned_cut(s: Tensor, b: Tensor) -> Tensor:
    model = learned_cut.LearnedCut(b, seed=0)
    return learned_cut.fit_learned_cut(model, s, b, steps=2).loss


def walked(x: Tensor) -> Tensor:
    y = (leaf(x) ** 2).sum()
    return graph.products(graph.nodes(y)[0], torch.ones_like(y))[0][1]


def counted(x: Tensor) -> Tensor:
    with operations.Operations() as work:
        y = (x * x).sum()
    assert work.total == 2 * x.numel()
    return y


def kept(x: Tensor) -> Tensor:
    with memory.Kept() as numbers:
        y = (leaf(x) ** 2).sum()
    assert numbers.most == x.numel()
    return y


def residuals(psi: Tensor, nu: Tensor, y: Tensor) -> Tensor:
    return psi + nu * t(0, 1, 2).to(y) - y


FUNCTIONS: dict[str, Case] = {
    "autodiff.curvature.hessian": Case(lambda x: curvature.hessian(cubic, x), [R]),
    "autodiff.curvature.jacobian": Case(lambda x: curvature.jacobian(curve, x), [R]),
    "autodiff.curvature.condition_number": Case(curvature.condition_number, [H], but=NUMBER),
    "autodiff.curvature.largest_stable_rate": Case(curvature.largest_stable_rate, [H], but=NUMBER),
    "autodiff.gradient_checks.central_difference": Case(
        lambda x: gradient_checks.central_difference(cubic, x, 0.1), [R], rtol=1e-3
    ),
    "autodiff.gradient_checks.remainders": Case(
        lambda x, g, v, h: gradient_checks.remainders(cubic, g, x, v, h),
        [R, 3 * R**2, t(1, 2, -1), t(0.5, 0.25)],
    ),
    "autodiff.gradient_checks.order": Case(
        gradient_checks.order, [t(1, 2, 4), t(3, 11, 50)], but=NUMBER
    ),
    "autodiff.graph.nodes": Case(walked, [R], but=LOOP),
    "autodiff.graph.products": Case(walked, [R], but=LOOP),
    "autodiff.memory.Kept": Case(kept, [R], but=LOOP),
    "autodiff.operations.Operations": Case(counted, [R], but=LOOP),
    "autodiff.implicit.root": Case(lambda x: implicit.root(square, x**0.5, x), [R**2]),
    "autodiff.products.hessian_product": Case(
        lambda x, u: products.hessian_product(cubic, x, u), [R, t(1, 2, -1)]
    ),
    "autodiff.products.largest_eigenvalue": Case(
        lambda x: products.largest_eigenvalue(cubic, x, 3), [R]
    ),
    "autodiff.through_time.backward_through_steps": Case(
        lambda y, bar: tuple(through_time.backward_through_steps(pulled, y, one(2).to(y), bar, 5)),
        [R, t(1, 2, -1)],
        but=LOOP | {"jacobian": "the gradients come without a graph"},
    ),
    "autodiff.through_time.backward_in_time": Case(
        lambda y, bar: tuple(
            through_time.backward_in_time(pulled, y, one(2).to(y), bar, 0.5, 3)[0]
        ),
        [R, t(1, 2, -1)],
    ),
    "inference.analysis.histogram": Case(
        lambda x: analysis.histogram(x, t(900, 1000).to(x), 0.1), [M]
    ),
    "inference.analysis.templates": Case(
        lambda s, b: tuple(
            analysis.templates(
                lambda m: m[:, 0],
                s,
                b,
                t(900, 1000).to(s),
                shift=t([60, 0]).to(s),
                events=(5, 10),
                k=0.1,
            )
        ),
        [M2, B2],
    ),
    "inference.binned.asimov": Case(lambda s, b: binned.asimov(two_bins(s, b)), [S2, B22]),
    "inference.binned.expected": Case(
        lambda α, μ: binned.expected(two_bins(S2.to(α), B22.to(α)), μ, α),
        [t([0.1, 0.2], [1.5, -1.2]), one(2)],
        batch=0,
    ),
    "inference.binned.fit": Case(
        lambda n, a: binned.fit(two_bins(S2.to(n), B22.to(n)), n, a)[:3],
        [t([61, 42], [55, 50]), t([0.1, 0.2], [0, 0])],
        but=FITS,
    ),
    "inference.binned.information": Case(
        lambda s, b: binned.information(two_bins(s, b)), [S2, B22]
    ),
    "inference.binned.nll": Case(
        lambda α, μ, n: binned.nll(two_bins(S2.to(α), B22.to(α)), μ, α, n, 0 * α),
        [t([0.1, 0.2], [1.5, -1.2]), one(2), t(61, 42)],
        batch=0,
    ),
    "inference.binned.profile": Case(
        lambda n, a, μ: binned.profile(two_bins(S2.to(n), B22.to(n)), μ, n, a)[:3],
        [t([61, 42], [55, 50]), t([0.1, 0.2], [0, 0]), t(1, 2)],
        but=FITS,
    ),
    "inference.binned.sigma_mu": Case(lambda s, b: binned.sigma_mu(two_bins(s, b)), [S2, B22]),
    "inference.binned.toys": Case(
        lambda s, b: binned.toys(two_bins(s, b), 3, 0),
        [S2, B22],
        but=VALUES,
    ),
    "inference.profiles.profile_chi2": Case(
        lambda p, n, y: profiles.profile_chi2(residuals, p, n, y),
        [t(0, 1, 2, 3), one(0), t(2, 2.5, 4)],
        but=LSTSQ,
    ),
    "inference.profiles.profile_interval": Case(
        lambda chi2, psi: profiles.profile_interval(psi, chi2),
        [t([4, 0, 0.5, 3], [5, 2, 0, 4]), t(0, 1, 2, 3)],
        batch=0,
    ),
    "inference.uncertainty.correlation": Case(
        uncertainty.correlation, [torch.stack([H, 2 * H])], batch=0
    ),
    "inference.uncertainty.covariance": Case(
        lambda h, s: uncertainty.covariance(h, s, 10), [H, one(0.5)]
    ),
    "inference.uncertainty.coverage": Case(
        uncertainty.coverage,
        [t([0, 1], [2, 0.5], [1, 1]), t(1, 1), t(0.6, 0.7)],
    ),
    "inference.uncertainty.delta_chi2": Case(
        uncertainty.delta_chi2, [t([1, 2], [0, 1]), t(0.5, 1), H], batch=0
    ),
    "inference.uncertainty.fitted_sigma": Case(
        lambda r: uncertainty.fitted_sigma(r, 1), [J], batch=0
    ),
    "inference.uncertainty.linear_fits": Case(
        lambda y, x: uncertainty.linear_fits(x, y), [t([1, 2, 5], [0, 1, 1]), J], batch=0, but=LSTSQ
    ),
    "inference.uncertainty.standard_errors": Case(
        uncertainty.standard_errors, [torch.stack([H, 2 * H])], batch=0
    ),
    "inference.uncertainty.toys": Case(lambda m: uncertainty.toys(m, 0.5, 3, 0), [R], batch=0),
    "loops.elimination.eliminate": Case(
        elimination.eliminate,
        [torch.stack([J, 2 * J]), torch.stack([J[:, :1]] * 2), t([1, 2, 3], [0, 1, 1])],
    ),
    "loops.elimination.linearise": Case(
        lambda own, g, y: elimination.linearise(from_line, g, own, y),
        [t([0.5], [0.1]), one(1), t([1, 5, 9], [2, 4, 9])],
    ),
    "loops.elimination.step": Case(
        lambda own, g, y: elimination.step(from_line, g, own, y)[:2],
        [t([0.5], [0.1]), one(1), t([1, 5, 9], [2, 4, 9])],
        but=LSTSQ | {"vmap": "the number of free directions is a Python number"},
    ),
    "loops.newton.newton": Case(
        lambda x, y: newton.newton(least, x, y)[:3],
        [torch.stack([R, -R]), t([1, 2, 3], [0, 1, 1])],
        but=FITS,
    ),
    "loops.descent.descend": Case(fitted, [R], but=LOOP),
    "loops.descent.fit": Case(fitted, [R], but=LOOP),
    "loops.descent.gradient_descent": Case(descended, [R], but=LOOP),
    "loops.ensembles.seeded": Case(
        seeded, [R], but=MODULE | {"empty": "torch warns of a layer without inputs"}
    ),
    "loops.ensembles.train_together": Case(trained_together, [R], but=LOOP | FUSED),
    "loops.reduction.shared": Case(lambda x: reduction.shared(x, torch.clone), [R], but=WIRE),
    "loops.reduction.total": Case(lambda x: reduction.total(x, torch.clone), [R], but=WIRE),
    "relaxations.cut_of_parts.count_by_blocks": Case(
        lambda m, c: cut_of_parts.count_by_blocks(m, c, 0.1, 16), [M, one(1000)], but=BLOCKS
    ),
    "loops.gauss_newton.best_step": Case(gauss_newton.best_step, [R, J], but=LSTSQ),
    "loops.gauss_newton.gauss_newton": Case(
        lambda x: summary(gauss_newton.gauss_newton(lambda q: curve(q) - 0.1, x, 2)),
        [R],
        but=LOOP | LSTSQ,
    ),
    "loops.gauss_newton.linearised": Case(lambda x: gauss_newton.linearised(curve, x), [R]),
    "loops.history.History": Case(recorded, [R], but=LOOP),
    "loops.history.Recorder": Case(recorded, [R], but=LOOP),
    "loops.training.by_adam": Case(by_adam, [R], but=LOOP | FUSED),
    "loops.training.train": Case(trained, [R], but=LOOP | FUSED),
    "pipelines.identifiability.cramer_rao": Case(identifiability.cramer_rao, [H]),
    "pipelines.identifiability.ellipse": Case(
        lambda j: identifiability.ellipse(j.mT @ j, 5).square(), [J]
    ),
    "pipelines.identifiability.fisher_information": Case(
        identifiability.fisher_information, [J, t(1, 2, 1)]
    ),
    "pipelines.identifiability.null_space": Case(identifiability.null_space, [J.T], but=VALUES),
    "pipelines.identifiability.rank": Case(identifiability.rank, [J], but=NUMBER),
    "pipelines.identifiability.singular_values": Case(identifiability.singular_values, [J]),
    "pipelines.learned_cut.LearnedCut": Case(learned, [B2], but=MODULE),
    "pipelines.learned_cut.fit_learned_cut": Case(fitted_learned_cut, [M2, B2], but=LOOP),
    "pipelines.pipeline.Pipeline": Case(
        lambda x: pipeline.Pipeline(lambda x: x, nn.Identity(), lambda z: 2 * z)(x), [R], batch=0
    ),
    "pipelines.pipeline.Scale": Case(
        lambda x: (pipeline.Scale.standard(x)(x), pipeline.Scale.onto(x, -1, 1)(x)), [J]
    ),
    "pipelines.pipeline.Unscale": Case(
        lambda x, c, w: pipeline.Unscale(c, w)(x),
        [J, R[:2], R[:2].abs()],
        batch=0,
        but={"empty": "columns are left to torch, for speed"},
    ),
    "pipelines.pipeline.mean_squared_error": Case(pipeline.mean_squared_error, [R, 2 + R]),
    "pipelines.pitching_networks.direct": Case(
        lambda t, x: ensembles.seeded(lambda: pitching_networks.direct(t, x, scale_target=True), 0)(
            t
        ),
        [DAY, DAY],
        but=MODULE,
    ),
    "pipelines.pitching_networks.drift_scale": Case(
        lambda x: pitching_networks.drift_scale(x)(x.expand(-1, 2)), [DAY]
    ),
    "pipelines.pitching_networks.even_points": Case(
        lambda x: pitching_networks.even_points(4, 2, dtype=x.dtype, device=x.device) * x, [R]
    ),
    "pipelines.pitching_networks.physics": Case(
        lambda t: ensembles.seeded(lambda: pitching_networks.physics(t), 0)(t), [DAY], but=MODULE
    ),
    "pipelines.pitching_networks.structured_drift": Case(
        pitching_networks.structured_drift, [DAY, t(1, 2, 3, 4)]
    ),
    "pipelines.pitching_networks.throws": Case(
        lambda t: pitching_networks.throws(t, [1.0, 2]), [DAY]
    ),
    "relaxations.cut_fit.fit_cuts": Case(
        lambda c, s, b: summary(cut_fit.fit_cuts(s, b, c, 0.1, steps=3)), [C, M, B], but=LOOP
    ),
    "relaxations.cut_fit.local_count": Case(
        lambda c, m: cut_fit.local_count(m, c, 0.1),
        [C, M.sort().values],
        batch=0,
        but=SEARCH | {"jacobian": "torch warns that it has no unfold_backward in vmap"},
    ),
    "relaxations.cuts.count": Case(lambda c, m: cuts.count(m, c), [C, M], batch=0, but=HARD),
    "relaxations.cuts.cut": Case(lambda c, m: cuts.cut(m, c), [C, M], batch=0, but=HARD),
    "relaxations.cuts.between": Case(lambda m, e: cuts.between(m, e, 0.1), [M, C], batch=0),
    "relaxations.cuts.soft_count": Case(lambda c, m: cuts.soft_count(m, c, 0.1), [C, M], batch=0),
    "relaxations.cuts.soft_cut": Case(lambda c, m: cuts.soft_cut(m, c, 0.1), [C, M], batch=0),
    "relaxations.cuts.soft_histogram": Case(lambda m, e: cuts.soft_histogram(m, e, 0.1), [M, C]),
    "relaxations.estimators.gumbel_softmax_count": Case(
        lambda m, c: estimators.gumbel_softmax_count(m, c, 0.1, 0.5, 3, 0), [M, C[1]]
    ),
    "relaxations.estimators.noise": Case(
        lambda x: estimators.noise(3, 0.1, 0, dtype=x.dtype, device=x.device) + x.sum(), [R]
    ),
    "relaxations.estimators.reparameterised": Case(
        lambda c, e: estimators.reparameterised(soft, c, e), [C[1], EPS]
    ),
    "relaxations.estimators.score_function": Case(
        lambda c, e: estimators.score_function(soft, c, 0.1, e), [C[1], EPS]
    ),
    "relaxations.estimators.score_function_events": Case(
        lambda s, b, c: estimators.score_function_events(s, b, c, 0.1, 4, 0),
        [M, B, C[1]],
        but=dict.fromkeys(["float32", "mixed"], "each precision draws numbers of its own"),
    ),
    "relaxations.estimators.score_function_normal": Case(
        lambda c, e: estimators.score_function_normal(soft, c, 10.0, e), [C[1], EPS]
    ),
    "relaxations.estimators.straight_through_count": Case(
        lambda c, m: estimators.straight_through_count(m, c, 0.1), [C, M], batch=0
    ),
    "relaxations.scan.best": Case(
        scan.best, [t(1, 3, 2), C], but={"meta": "torch has no unravel_index there"}
    ),
    "relaxations.scan.scan": Case(lambda c, m: scan.scan(m, c), [C, M], but=HARD),
    "relaxations.scan.scan_grid": Case(scan.scan_grid, [M2, C, C[:2]], but=HARD | SEARCH),
    "relaxations.scan.scan_windows": Case(scan.scan_windows, [M, C, C], but=HARD),
    "relaxations.significance.asimov": Case(
        significance.asimov, [t(5, 10), one(4), one(0.1)], batch=0
    ),
    "relaxations.significance.significance": Case(
        significance.significance, [t(5, 10), one(4)], batch=0
    ),
    "relaxations.smoothing.from_mean_counts": Case(
        lambda c, s, b: smoothing.from_mean_counts(s, b, c, 0.1), [C, M, B], batch=0
    ),
    "relaxations.smoothing.mean_over_cuts": Case(
        lambda c, s, b: smoothing.mean_over_cuts(s, b, c, 0.1), [C, M, B], batch=0
    ),
    "relaxations.smoothing.mean_over_events": Case(
        lambda c, s, b: smoothing.mean_over_events(s, b, c, 0.1), [C[1], M, B], but=VALUES
    ),
    "simulator.ball.position": Case(
        lambda v, t, a, x: ball.position(t, a, v, x), [J[:, None], DAY, H[:1], H[1:]], batch=0
    ),
    "simulator.ball.position_from_top": Case(
        lambda v, t, a, x: ball.position_from_top(t, a, v, x),
        [J[:, None], DAY, H[:1], H[1:]],
        batch=0,
    ),
    "simulator.ball.shot_range": Case(ball.shot_range, [R, one(3), one(9.8)], batch=0),
    "simulator.masses.density": Case(lambda m: masses.density(masses.SIGNAL, m), [C], batch=0),
    "simulator.masses.expected_count": Case(
        lambda c: masses.expected_count(masses.TWO_SIGNAL, c), [500 * J], batch=0
    ),
    "simulator.bounce.by_impacts": Case(
        lambda x, v: bounce.by_impacts(x, v, 1.0), [one(2), one(0.3)], but=ONE_SHOT
    ),
    "simulator.bounce.by_steps": Case(
        lambda x, v: bounce.by_steps(x, v, 1.0, 20), [t(2, 1), one(0.3)], but=ONE_SHOT, batch=0
    ),
    "simulator.bounce.on_a_spring": Case(
        lambda x, v, k: bounce.on_a_spring(x, v, 1.0, 20, k), [t(2, 1), one(0.3), one(10)], batch=0
    ),
    "simulator.chamber.chi2": Case(
        lambda p, q: chamber.chi2(p, TIMES.to(p), q, TIMES[:1, :2].to(p), 1 + 0 * q),
        [TRACK, 1 + TIMES / 100],
    ),
    "simulator.chamber.expected": Case(lambda p: chamber.expected(p), [TRACK]),
    "simulator.chamber.first_guess": Case(chamber.first_guess, [TIMES], but=LSTSQ),
    "simulator.chamber.generate": Case(lambda p: tuple(chamber.generate(p, 1, 0)), [TRACK]),
    "simulator.chamber.nll": Case(
        lambda p, q: chamber.nll(p, TIMES.to(p), q, TIMES[:1, :2].to(p)), [TRACK, 1 + TIMES / 100]
    ),
    "simulator.drag.heights": Case(lambda p: torch.stack(drag.heights(p, 6)), [R]),
    "simulator.drag.landing": Case(
        lambda θ, v, k: drag.landing(θ, v, k, 0.1), [one(0.6), one(9), one(0.02)], but=ONE_SHOT
    ),
    "simulator.drag.launch": Case(drag.launch, [t(0.6, 0.7), one(9)], batch=0),
    "simulator.drag.rates": Case(drag.rates, [torch.stack([EPS, 2 * EPS]), t(0.1, 0.2)]),
    "simulator.kepler.bisection": Case(
        lambda e, m: kepler.bisection(e, m, 8), [t(0.1, 0.5), one(1)], batch=0
    ),
    "simulator.kepler.equation": Case(kepler.equation, [t(1, 2), one(0.5), one(1)], batch=0),
    "simulator.kepler.fixed_point": Case(
        lambda e, m: kepler.fixed_point(e, m, 3), [t(0.1, 0.5), one(1)], batch=0
    ),
    "simulator.kepler.newton": Case(
        lambda e, m: kepler.newton(e, m, 6), [t(0.1, 0.5), one(1)], batch=0
    ),
    "simulator.shower.calorimeter": Case(
        lambda x: tuple(shower.calorimeter(x, 0, layers=2)), [t(0.3, 0.5)], but=BRANCHING
    ),
    "simulator.shower.cascade": Case(
        lambda p: tuple(shower.cascade(p, 0, layers=2)), [t(0.3, 0.5)], but=BRANCHING
    ),
    "simulator.telescope.hits": Case(
        lambda track, a: telescope.hits(a, track, telescope.planes(2).to(a)),
        [t([0.01, 0.02, 0.1, 0], [0, 0.01, 0, 0.1]), t([1, 2, 3], [4, 5, 6])],
        batch=0,
    ),
    "simulator.telescope.straight_tracks": Case(
        lambda m: telescope.straight_tracks(m, telescope.planes(3).to(m)),
        [torch.stack([J, 2 * J])],
        but=LSTSQ,
    ),
    "simulator.standard_map.orbit": Case(
        lambda x, p: standard_map.orbit(x, p, 2.0, 3), [t(1, 2), one(0.1)], batch=0
    ),
    "simulator.stepping.follow": Case(lambda y: stepping.follow(torch.sin, y, 0.5, 3), [R]),
    "simulator.stepping.rk4": Case(lambda y: stepping.rk4(torch.sin, y, 0.1), [R], batch=0),
    "simulator.pitching.Pitch": Case(
        lambda d: pitching.Pitch([1.0, 2]).to(d)(d), [torch.stack([J, J])], batch=0
    ),
    "simulator.pitching.day": Case(
        lambda x: pitching.day(3, dtype=x.dtype, device=x.device) * x, [R[:2]]
    ),
    "simulator.pitching.drifts": Case(pitching.drifts, [torch.stack([DAY, DAY])], batch=0),
    "simulator.pitching.pitch": Case(
        lambda d, f: pitching.pitch(d, f), [torch.stack([J, J]), t(1, 2)], batch=0
    ),
    "simulator.pitching.rms": Case(pitching.rms, [torch.stack([J, J])], batch=0),
}


def public() -> set[str]:
    """All functions and classes that the modules of the library offer of their own."""
    names = set()
    for module in pkgutil.walk_packages(diffprog.__path__, "diffprog."):
        if "._" in module.name:
            continue
        there = importlib.import_module(module.name)
        for name in getattr(there, "__all__", []):
            thing = getattr(there, name)
            if callable(thing) and thing.__module__ == module.name:
                names.add(f"{module.name}.{name}".removeprefix("diffprog."))
    return names


def test_every_public_function_has_an_entry() -> None:
    without = {n for n in public() if any(f"{n}.".startswith(f"{w}.") for w in WITHOUT_TENSORS)}
    assert public() - without == set(FUNCTIONS)


@pytest.fixture(autouse=True)
def every_warning() -> Iterator[None]:
    """Some of torch's warnings come once in a process: the test that meets them would be chance."""
    torch.set_warn_always(True)
    yield
    torch.set_warn_always(False)


# Aspects: each is given a case and demands something of it.


def parts(result: Any) -> list[Any]:
    return list(result) if isinstance(result, tuple) else [result]


def same(got: Any, wanted: Any, rtol: float = 1e-9) -> None:
    for x, y in zip(parts(got), parts(wanted), strict=True):
        x, y = torch.as_tensor(x), torch.as_tensor(y)
        assert x.shape == y.shape
        scale = y.detach().double().abs().max().item() if y.numel() else 1.0
        torch.testing.assert_close(
            x.detach().double(), y.detach().double(), rtol=rtol, atol=rtol * scale
        )


def run(case: Case, x: Sequence[Tensor]) -> Any:
    """Call, and see that the arguments stay as they are."""
    before = [a.detach().clone() for a in x]
    result = case.call(*x)
    for a, b in zip(x, before, strict=True):
        assert a.is_meta or torch.equal(a.detach(), b)
        assert a.grad is None or not a.is_leaf
    return result


def to(case: Case, *args: Any) -> list[Tensor]:
    return [a.to(*args) for a in case.x]


def float32(case: Case) -> None:
    x = to(case, torch.float32)
    got, wanted = run(case, x), run(case, [a.double() for a in x])
    for a, b in zip(parts(got), parts(wanted), strict=True):
        if isinstance(b, Tensor) and b.dtype == torch.float64:
            assert a.dtype == torch.float32
    same(got, wanted, case.rtol)


def half(case: Case) -> None:
    """Half precision is either right to its rounding, or refused."""
    for dtype in (torch.float16, torch.bfloat16):
        x = to(case, dtype)
        try:
            got = run(case, x)
        except ValueError as error:
            assert "float16" in str(error), error  # noqa: PT017
            continue
        same(got, run(case, [a.double() for a in x]), 16 * torch.finfo(dtype).eps)


def mixed(case: Case) -> None:
    """Arguments of two precisions are either taken, or refused."""
    for i in range(len(case.x) if len(case.x) > 1 else 0):
        x = [a.float() if i == j else a for j, a in enumerate(case.x)]
        try:
            got = run(case, x)
        except ValueError as error:
            assert "float" in str(error), error  # noqa: PT017
            continue
        same(got, run(case, [a.double() for a in x]), case.rtol)


def meta(case: Case) -> None:
    got = run(case, to(case, "meta"))
    for a, b in zip(parts(got), parts(run(case, case.x)), strict=True):
        assert isinstance(a, Tensor)
        assert (a.device.type, a.shape, a.dtype) == ("meta", b.shape, b.dtype)


def gradient(case: Case) -> None:
    same(run(case, [a.clone().requires_grad_() for a in case.x]), run(case, case.x))


def strided(case: Case) -> None:
    x = [torch.stack([a, a + 1], -1)[..., 0] for a in case.x]
    same(run(case, x), run(case, case.x))


def expanded(case: Case) -> None:
    """Where all entries along an axis are the same, they may be the same memory."""
    for i, a in enumerate(case.x):
        for axis in range(a.ndim):
            shared = a.narrow(axis, 0, 1).expand_as(a)
            x, y = ([*case.x[:i], b, *case.x[i + 1 :]] for b in (shared, shared.clone()))
            try:
                wanted = run(case, y)
            except ValueError as error:
                with pytest.raises(ValueError, match=f"^{str(error).partition(':')[0]}"):
                    run(case, x)
            else:
                same(run(case, x), wanted)


def empty(case: Case) -> None:
    """An empty batch gives an empty result, and other empty arguments are refused."""
    for i, a in enumerate(case.x):
        for axis in range(a.ndim):
            x = [*case.x[:i], a.narrow(axis, 0, 0), *case.x[i + 1 :]]
            if i == 0 and axis == case.batch:
                assert all(0 in part.shape for part in parts(run(case, x)))
                continue
            try:
                result = run(case, x)
            except ValueError:
                continue
            for part in parts(result):
                assert torch.as_tensor(part).isfinite().all()


def vmap(case: Case) -> None:
    for i in [*range(len(case.x)), None]:
        mapped = [i is None or i == j for j in range(len(case.x))]
        stacks = [
            torch.stack([a, a * 1.01]) if m else a for a, m in zip(case.x, mapped, strict=True)
        ]
        dims = tuple(0 if m else None for m in mapped)
        got = torch.func.vmap(case.call, in_dims=dims, randomness="same")(*stacks)
        each = [
            parts(run(case, [a[j] if m else a for a, m in zip(stacks, mapped, strict=True)]))
            for j in range(2)
        ]
        wanted = tuple(torch.stack(list(both)) for both in zip(*each, strict=True))
        same(tuple(parts(got)), wanted)


def jacobian(case: Case) -> None:
    """Backwards and forwards give the same slope."""
    for i, a in enumerate(case.x):

        def f(a: Tensor, i: int = i) -> Tensor:
            result = parts(case.call(*case.x[:i], a, *case.x[i + 1 :]))
            return torch.cat([p.flatten() for p in result if p.is_floating_point()])

        rows, columns = torch.func.jacrev(f)(a), torch.func.jacfwd(f, randomness="same")(a)
        same(rows, columns, 1e-6)


def compiled(case: Case) -> None:
    torch.compiler.reset()
    same(torch.compile(case.call, backend="aot_eager")(*case.x), run(case, case.x))


ASPECTS = [
    float32, half, mixed, meta, gradient, strided, expanded, empty, vmap, jacobian,
]  # fmt: skip


# The cache of a pure function, which torch.compile does without.
@pytest.mark.filterwarnings("ignore:Dynamo detected a call to a `functools.lru_cache`")
@pytest.mark.parametrize("aspect", ASPECTS, ids=lambda a: a.__name__)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function(name: str, aspect: Callable[[Case], None]) -> None:
    case = FUNCTIONS[name]
    if aspect.__name__ not in case.but:
        aspect(case)
        return
    with pytest.raises(Exception):  # noqa: B017, PT011
        aspect(case)


COMPILED = [name for name, case in FUNCTIONS.items() if "compiled" not in case.but]
"""All others have loops, and to trace their steps takes long."""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name",
    [
        *COMPILED[::2],
        *(pytest.param(name, marks=pytest.mark.exhaustive) for name in COMPILED[1::2]),
    ],
)
def test_every_function_is_compiled(name: str) -> None:
    """A push compiles every second one, and once a day all are compiled."""
    compiled(FUNCTIONS[name])
