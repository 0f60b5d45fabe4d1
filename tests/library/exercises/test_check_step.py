"""The check of `part2/step`, and what the chapter says about `backward()`."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from diffprog.exercises._check import SEEDS
from diffprog.exercises._cuts import cut_mistakes, value_mistakes
from diffprog.exercises._loop import path_mistakes, update_mistakes
from diffprog.exercises._loop import value_mistakes as history_mistakes
from diffprog.exercises.step import NEAR, check_soft_fit, problems
from diffprog.relaxations.cut_fit import fit_cuts
from diffprog.relaxations.cuts import count, soft_count

# Right answers, in different styles.


def as_in_the_chapter(signal, background, start, k, steps, learning_rate):
    c = torch.tensor(start, requires_grad=True)
    adam = torch.optim.Adam([c], lr=learning_rate)
    path, values = [], []
    for i in range(steps + 1):
        s = torch.sigmoid(k * (signal - c)).sum()
        b = torch.sigmoid(k * (background - c)).sum()
        z = s / b.sqrt()
        path.append(c.item())
        values.append(z.item())
        if i < steps:
            adam.zero_grad()
            (-z).backward()
            adam.step()
    return path, values


def maximised_in_double_precision(signal, background, start, k, steps, learning_rate):
    c = torch.full((1,), start, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([c], lr=learning_rate, maximize=True)
    path, values = torch.zeros(steps + 1), torch.zeros(steps + 1)
    for i in range(steps + 1):
        adam.zero_grad()
        z = soft_count(signal, c, k) / soft_count(background, c, k).sqrt()
        path[i], values[i] = c.detach(), z.detach()
        z.sum().backward()
        if i < steps:
            adam.step()
    return path, values


def by_library(signal, background, start, k, steps, learning_rate):
    found = fit_cuts(
        signal, background, torch.tensor(start), k, steps=steps, learning_rate=learning_rate
    )
    return found.parameters["c"], -found.loss


def with_adam_by_hand(signal, background, start, k, steps, learning_rate):
    c, m, v = torch.tensor(start), 0.0, 0.0
    path, values = [], []
    for i in range(1, steps + 2):
        c.requires_grad_()
        z = soft_count(signal, c, k) / soft_count(background, c, k) ** 0.5
        (g,) = torch.autograd.grad(z, c)
        c = c.detach()
        path.append(c)
        values.append(z)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2  # type: ignore[assignment]
        c = c + learning_rate * m / (1 - 0.9**i) / ((v / (1 - 0.999**i)).sqrt() + 1e-8)  # type: ignore[attr-defined]
    return path, values


@pytest.mark.parametrize(
    "answer",
    [as_in_the_chapter, maximised_in_double_precision, by_library, with_adam_by_hand],
)
def test_right_answers_pass(answer):
    verdict = check_soft_fit(answer)
    assert verdict.passed, verdict


# Wrong answers: the loop with one thing changed.


def soft(m, c, k):
    return torch.sigmoid(k * (m - c)).sum()


def significance(s, b):
    return s / b.sqrt()


def loop(
    *,
    kept: Callable[[Tensor, Tensor, float], Tensor] = soft,
    z: Callable[[Tensor, Tensor], Tensor] = significance,
    sign: float = -1,
    make: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    zeroed: bool = True,
    afresh: bool = False,
    stepping: bool = True,
    first: Callable[[float], Tensor] = lambda start: torch.tensor(start, requires_grad=True),
    arguments: Callable[..., tuple] = lambda start, k, steps, rate: (start, k, steps, rate),
    noted: Callable[[Tensor], object] = lambda c: c.item(),
    late: bool = False,
    finish: Callable[..., object] = lambda path, values, *_: (path, values),
):
    def answer(signal, background, start, k, steps, learning_rate):
        start, k, steps, rate = arguments(start, k, steps, learning_rate)
        c = first(start)
        optimizer = make([c], lr=rate)
        path, values = [], []
        for i in range(steps + 1):
            value = z(kept(signal, c, k), kept(background, c, k))
            if not late:
                path.append(noted(c))
                values.append(value.item())
            if i == steps and not late:
                break
            if zeroed:
                optimizer.zero_grad()
            if afresh:
                optimizer = make([c], lr=rate)
            (sign * value).backward()
            if stepping:
                optimizer.step()
            if late:
                path.append(noted(c))
                values.append(value.item())
        return finish(path, values, signal, background)

    return answer


def by_hand(m, c, k):
    return (1 / (1 + torch.exp(-k * (m - c)))).sum()


def hard(m, c, k):
    return (m >= c).sum()


def hard_values(path, values, signal, background):
    c = torch.tensor(path)
    return path, count(signal, c) / count(background, c).sqrt()


def page(signal, background, start, k, steps, learning_rate):
    """What the page shows, whatever is asked."""
    return [500.0] + steps * [1017.15], [5.79] + steps * [12.59]


def one_graph(signal, background, start, k, steps, learning_rate):
    c = torch.tensor(start, requires_grad=True)
    z = significance(soft(signal, c, k), soft(background, c, k))
    for _ in range(steps):
        (-z).backward()


WRONG = [
    ("sign of the update", loop(sign=1), "downhill"),
    ("gradients not zeroed", loop(zeroed=False), "add up"),
    ("SGD", loop(make=torch.optim.SGD), "Adam is asked for"),
    ("Adam afresh in each turn", loop(afresh=True), "anew"),
    ("no step", loop(stepping=False), "nothing ever moves"),
    ("hard counts", loop(kept=hard), "`>=`"),
    ("no requires_grad", loop(first=torch.tensor), "requires_grad"),
    (
        "not a leaf",
        loop(first=lambda start: 1.0 * torch.tensor(start, requires_grad=True)),
        "result of a computation",
    ),
    ("sigmoid by hand", loop(kept=by_hand), "torch.sigmoid"),
    ("events below", loop(kept=lambda m, c, k: soft(-m, -c, k)), "keeps the events below"),
    ("divided by k", loop(kept=lambda m, c, k: soft(m, c, 1 / k)), "multiplied"),
    (
        "means",
        loop(kept=lambda m, c, k: torch.sigmoid(k * (m - c)).mean()),
        "means over the events",
    ),
    (
        "not summed",
        loop(
            kept=lambda m, c, k: torch.sigmoid(k * (m - c)),
            z=lambda s, b: s.mean() / b.sqrt().mean(),
        ),
        "before the sum",
    ),
    ("s/b", loop(z=lambda s, b: s / b), "s/b"),
    ("s/√(s + b)", loop(z=lambda s, b: s / (s + b).sqrt()), "s/√(s + b)"),
    ("s", loop(z=lambda s, b: s + 0 * b), "s alone"),
    ("s − b", loop(z=lambda s, b: s - b), "s − b"),
    (
        "rate fixed",
        loop(arguments=lambda start, k, steps, rate: (start, k, steps, 1.0)),
        "use learning_rate",
    ),
    (
        "k fixed",
        loop(arguments=lambda start, k, steps, rate: (start, 10.0, steps, rate)),
        "argument k",
    ),
    (
        "start fixed",
        loop(arguments=lambda start, k, steps, rate: (500.0, k, steps, rate)),
        "`start`",
    ),
    (
        "steps fixed",
        loop(arguments=lambda start, k, steps, rate: (start, k, 40, rate)),
        "argument steps",
    ),
    ("one tensor", loop(noted=lambda c: c.detach()), "Write down a copy"),
    ("noted after the update", loop(late=True), "after its update"),
    (
        "an update too many",
        loop(arguments=lambda start, k, steps, rate: (start, k, steps + 1, rate)),
        "one update too many",
    ),
    ("first missing", loop(finish=lambda p, v, *_: (p[1:], v)), "first entry"),
    ("last missing", loop(finish=lambda p, v, *_: (p[:-1], v)), "last entry"),
    ("last only", loop(finish=lambda p, v, *_: (p[-1:], v)), "return all steps + 1"),
    ("values of the last only", loop(finish=lambda p, v, *_: (p, v[-1:])), "only the last"),
    ("first value missing", loop(finish=lambda p, v, *_: (p, v[1:])), "first significance"),
    (
        "last value missing",
        loop(finish=lambda p, v, *_: (p, v[:-1])),
        "last update is missing",
    ),
    ("last value old", loop(finish=lambda p, v, *_: (p, [*v[:-1], v[-2]])), "older"),
    ("losses", loop(finish=lambda p, v, *_: (p, [-z for z in v])), "minus the significance"),
    ("hard values", loop(finish=hard_values), "hard counts"),
    ("cuts twice", loop(finish=lambda p, v, *_: (p, p)), "holds the cuts again"),
    ("a cut only", loop(finish=lambda p, v, *_: p[-1]), "two things"),
    ("numbers", loop(finish=lambda p, v, *_: (p[-1], v[-1])), "steps + 1 entries"),
    ("NumPy with a graph", loop(noted=lambda c: c.numpy()), "write down numbers"),
    ("empty path", loop(finish=lambda p, v, *_: ([], v)), "the cuts are empty"),
    ("empty values", loop(finish=lambda p, v, *_: (p, [])), "the values are empty"),
    ("not summed at the end", loop(finish=lambda p, v, s, _: (p, [z * s for z in v])), "(80,)"),
    ("values after the update", loop(finish=lambda p, v, *_: (p, [*v[1:], v[-1]])), "each signif"),
    ("first value always", loop(finish=lambda p, v, *_: (p, [v[0]] * len(v))), "the first one"),
    ("one graph", one_graph, "anew"),
    ("numbers of the page", page, "not right"),
]


@pytest.mark.parametrize(("answer", "word"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_answers_hear_the_likely_cause(answer, word):
    verdict = check_soft_fit(answer)
    assert not verdict.passed
    assert word in verdict.message


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mistake_looks_like_the_right_answer(seed):
    for p in problems(seed):
        fit = p.fit()
        path, values = fit.path, fit.values
        for cause, result in [
            *update_mistakes(fit),
            *cut_mistakes(p),
            *path_mistakes(fit, path),
        ]:
            if isinstance(result, Tensor) and result.shape == path.shape:
                assert (result - path).abs().max() > 4 * NEAR, cause
        for cause, result in [*history_mistakes(fit, values), *value_mistakes(p)]:
            if isinstance(result, Tensor) and result.shape == values.shape:
                assert not torch.allclose(result.double(), values, rtol=3e-4), cause


# What the chapter says about backward().

masses = torch.linspace(480, 520, 9)


def gradient(count):
    c = torch.tensor(500.0, requires_grad=True)
    count(c).backward()
    return c.grad.item()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "count",
    [
        lambda c: (masses >= c).sum(),
        lambda c: masses[masses >= c].sum(),
        lambda c: torch.bucketize(masses, c[None]).sum(),
        lambda c: (masses - c).argmax(),
    ],
)
def test_a_comparison_ends_the_graph(count):
    with pytest.raises(RuntimeError, match="does not require grad"):
        gradient(count)


def test_heaviside_has_no_derivative():
    with pytest.raises(RuntimeError, match="heaviside is not implemented"):
        gradient(lambda c: torch.heaviside(masses - c, torch.tensor(1.0)).sum())


@pytest.mark.parametrize("step", [torch.floor, torch.ceil, torch.round, torch.trunc, torch.sign])
def test_rounding_has_the_gradient_zero(step):
    assert gradient(lambda c: step(masses - c).sum()) == 0


def test_a_term_with_a_slope_hides_that_the_other_has_none():
    assert gradient(lambda c: (masses >= c).sum() + 0.25 * c) == 0.25
