"""The checks of `part2/step`, and what the chapter says about `backward()`."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from diffprog.exercises._check import SEEDS
from diffprog.exercises._cuts import NEAR, cut_mistakes
from diffprog.exercises._loop import path_mistakes, rate_mistakes, update_mistakes
from diffprog.exercises._loop import value_mistakes as history_mistakes
from diffprog.exercises.step import check_reach, check_soft_fit, check_window, problems
from diffprog.relaxations.cut_fit import fit_cuts
from diffprog.relaxations.cuts import count, soft_count

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

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


def decaying(signal, background, start, k, steps, learning_rate):
    c = torch.tensor(start, requires_grad=True)
    adam = torch.optim.Adam([c], lr=learning_rate)
    slower = torch.optim.lr_scheduler.ExponentialLR(adam, 0.8)
    path, values = [], []
    for i in range(steps + 1):
        z = significance(soft(signal, c, k), soft(background, c, k))
        path.append(c.item())
        values.append(z.item())
        if i < steps:
            adam.zero_grad()
            (-z).backward()
            adam.step()
            slower.step()
    return path, values


def signal_spent(signal, *rest):
    found = as_in_the_chapter(signal, *rest)
    signal -= signal.mean()
    return found


class Emptying(torch.optim.Adam):
    """An optimizer whose zero_grad() stands between backward() and step()."""

    def step(self, closure=None):
        self.zero_grad()
        super().step(closure)


one_step_without_gradient = loop(make=Emptying)


WRONG_FITS = {
    "Adagrad": (loop(make=torch.optim.Adagrad), "that is Adagrad"),
    "NAdam": (loop(make=torch.optim.NAdam), "that is NAdam"),
    "weight decay": (loop(make=partial(torch.optim.Adam, weight_decay=0.01)), "weight decay"),
    "another eps": (loop(make=partial(torch.optim.Adam, eps=0.01)), "and nothing else"),
    "shorter memory": (loop(make=partial(torch.optim.Adam, betas=(0.5, 0.99))), "settings of Adam"),
    "b/√s": (loop(z=lambda s, b: b / s.sqrt()), "each other's place"),
    "s·√b": (loop(z=lambda s, b: s * b.sqrt()), "s·√b"),
    "one more background": (loop(z=lambda s, b: s / (b + 1).sqrt()), "√(b + 1)"),
    "hard background": (
        loop(kept=lambda m, c, k: hard(m, c, k) if m.min() < 500 else soft(m, c, k)),
        "background is counted hard"),
    "hard signal": (
        loop(kept=lambda m, c, k: soft(m, c, k) if m.min() < 500 else hard(m, c, k)),
        "signal is counted hard"),
    "background without k": (
        loop(kept=lambda m, c, k: soft(m, c, 1.0 if m.min() < 500 else k)),
        "background is counted without k"),
    "emptied too late": (one_step_without_gradient, "emptied between"),
    "best so far": (
        loop(finish=lambda path, values, *_: (path, np.maximum.accumulate(values))),
        "the largest so far"),
    "the last update twice": (
        loop(finish=lambda path, values, *_: (path[:-1] + path[-2:-1], values)),
        "ends with the same entry twice"),
    "sign of the update": (loop(sign=1), "downhill"),
    "gradients not zeroed": (loop(zeroed=False), "add up"),
    "SGD": (loop(make=torch.optim.SGD), "Adam is asked for"),
    "Adam afresh in each turn": (loop(afresh=True), "anew"),
    "no step": (loop(stepping=False), "nothing ever moves: does the optimizer hold"),
    "hard counts": (loop(kept=hard), "`>=`"),
    "no requires_grad": (loop(first=torch.tensor), "requires_grad"),
    "not a leaf": (
        loop(first=lambda start: 1.0 * torch.tensor(start, requires_grad=True)),
        "result of a computation"),
    "sigmoid by hand": (loop(kept=by_hand), "torch.sigmoid"),
    "events below": (loop(kept=lambda m, c, k: soft(-m, -c, k)), "keeps the events below"),
    "divided by k": (loop(kept=lambda m, c, k: soft(m, c, 1 / k)), "multiplied"),
    "means": (
        loop(kept=lambda m, c, k: torch.sigmoid(k * (m - c)).mean()),
        "means over the events"),
    "not summed": (
        loop(kept=lambda m, c, k: torch.sigmoid(k * (m - c)),
             z=lambda s, b: s.mean() / b.sqrt().mean()),
        "wrong before any update"),
    "s/b": (loop(z=lambda s, b: s / b), "s/b"),
    "s/√(s + b)": (loop(z=lambda s, b: s / (s + b).sqrt()), "s/√(s + b)"),
    "s": (loop(z=lambda s, b: s + 0 * b), "s alone"),
    "s − b": (loop(z=lambda s, b: s - b), "s − b"),
    "rate fixed": (
        loop(arguments=lambda start, k, steps, rate: (start, k, steps, 1.0)),
        "rate is fixed"),
    "k fixed": (
        loop(arguments=lambda start, k, steps, rate: (start, 10.0, steps, rate)),
        "argument k"),
    "start fixed": (
        loop(arguments=lambda start, k, steps, rate: (500.0, k, steps, rate)),
        "`start`"),
    "steps fixed": (
        loop(arguments=lambda start, k, steps, rate: (start, k, 40, rate)),
        "argument steps"),
    "one tensor": (loop(noted=lambda c: c.detach()), "Write down a copy"),
    "noted after the update": (loop(late=True), "after its update"),
    "an update too many": (
        loop(arguments=lambda start, k, steps, rate: (start, k, steps + 1, rate)),
        "one update too many"),
    "first missing": (loop(finish=lambda p, v, *_: (p[1:], v)), "first entry"),
    "last missing": (loop(finish=lambda p, v, *_: (p[:-1], v)), "last entry"),
    "last only": (loop(finish=lambda p, v, *_: (p[-1:], v)), "return all steps + 1"),
    "values of the last only": (loop(finish=lambda p, v, *_: (p, v[-1:])), "only the last"),
    "first value missing": (loop(finish=lambda p, v, *_: (p, v[1:])), "first significance"),
    "last value missing": (loop(finish=lambda p, v, *_: (p, v[:-1])), "last update is missing"),
    "last value old": (loop(finish=lambda p, v, *_: (p, [*v[:-1], v[-2]])), "older"),
    "losses": (loop(finish=lambda p, v, *_: (p, [-z for z in v])), "minus the significance"),
    "hard values": (loop(finish=hard_values), "hard counts"),
    "cuts twice": (loop(finish=lambda p, v, *_: (p, p)), "holds the cuts again"),
    "a cut only": (loop(finish=lambda p, v, *_: p[-1]), "two things"),
    "numbers": (loop(finish=lambda p, v, *_: (p[-1], v[-1])), "steps + 1 entries"),
    "NumPy with a graph": (loop(noted=lambda c: c.numpy()), "write down numbers"),
    "empty path": (loop(finish=lambda p, v, *_: ([], v)), "the cuts are empty"),
    "empty values": (loop(finish=lambda p, v, *_: (p, [])), "significances are empty"),
    "not summed at the end": (loop(finish=lambda p, v, s, _: (p, [z * s for z in v])), "(5,)"),
    "values after the update": (loop(finish=lambda p, v, *_: (p, [*v[1:], v[-1]])), "each signif"),
    "first value always": (loop(finish=lambda p, v, *_: (p, [v[0]] * len(v))), "the first one"),
    "one graph": (one_graph, "anew"),
    "numbers of the page": (page, ""),
    "AdamW": (loop(make=torch.optim.AdamW), "that is AdamW"),
    "RMSprop": (loop(make=torch.optim.RMSprop), "that is RMSprop"),
    "other betas": (loop(make=partial(torch.optim.Adam, betas=(0.5, 0.9))), "update 2 is not"),
    "rate decays": (decaying, "update 2 is not"),
    "another rate": (
        loop(arguments=lambda start, k, steps, rate: (start, k, steps, 0.7 * rate)),
        "0.7 times what it should be"),
    "another start": (
        loop(arguments=lambda start, k, steps, rate: (start + 1, k, steps, rate)),
        "begin at the start"),
    "logarithm": (loop(z=lambda s, b: (s / b.sqrt()).log()), "the logarithm of s/√b"),
    "one over": (loop(z=lambda s, b: -b.sqrt() / s), "one over"),
    "square": (loop(z=lambda s, b: s**2 / b), "the square of s/√b"),
    "√(s/b)": (loop(z=lambda s, b: (s / b).sqrt()), "√(s/b)"),
    "background detached": (loop(z=lambda s, b: s / b.detach().sqrt()), "not see the background"),
    "signal detached": (loop(z=lambda s, b: s.detach() / b.sqrt()), "not see the signal"),
    "tanh": (loop(kept=lambda m, c, k: torch.tanh(k * (m - c)).sum()), "wrong before any update"),
    "tanh, scaled": (
        loop(kept=lambda m, c, k: ((1 + torch.tanh(k * (m - c))) / 2).sum()), "twice as steep"),
    "swapped": (loop(finish=lambda p, v, *_: (v, p)), "changed places"),
    "signal in place": (signal_spent, "changes signal"),
    "a path of one": (loop(finish=lambda p, v, *_: (p[:1], v[:1])), "stand inside the loop"),
    "last cut twice": (loop(finish=lambda p, v, *_: (p + p[-1:], v)), "the path has"),
    "last value twice": (loop(finish=lambda p, v, *_: (p, v + v[-1:])), "note one before"),
    "values doubled": (loop(finish=lambda p, v, *_: (p, [2 * z for z in v])), "2 times"),
    "values squared": (loop(finish=lambda p, v, *_: (p, [z**2 for z in v])), "the square of"),
    "values reversed": (loop(finish=lambda p, v, *_: (p, v[::-1])), "reverse order"),
    "None for the values": (loop(finish=lambda p, v, *_: (p, None)), "of type NoneType"),
    "a dictionary": (loop(finish=lambda p, v, *_: dict(zip(p, v, strict=True))), "two things"),
    "in TeV": (loop(finish=lambda p, v, *_: ([c / 1000 for c in p], v)), "begin at the start"),
}  # fmt: skip

# ex-reach


def reach(k, fraction):
    p = (1 + (1 - fraction).sqrt()) / 2
    return torch.log(p / (1 - p)) / k


RIGHT_REACH = {
    "logit": reach,
    "arcosh": lambda k, fraction: 2 * torch.acosh(1 / fraction.sqrt()) / k,
    "artanh": lambda k, fraction: 2 * math.atanh(math.sqrt(1 - fraction)) / k,
    "a quadratic equation": lambda k, f: (2 / f - 1 + ((2 / f - 1) ** 2 - 1) ** 0.5).log() / k,
    "torch.logit": lambda k, fraction: torch.logit((1 + (1 - fraction) ** 0.5) / 2) / k,
    "a number": lambda k, fraction: reach(k, fraction).item(),
    "shape (1,)": lambda k, fraction: reach(k, fraction)[None],
}
WRONG_REACH = {
    "of k": (
        lambda k, f: torch.logit((1 + (1 - 4 * f).sqrt()) / 2) / k, "1 − 4·fraction under your"),
    "of k, with a guard": (
        lambda k, f: reach(k, (4 * f).clamp(max=0.99)) if f < 0.25 else reach(k, f),
        "largest slope, k/4, and not of k"),
    "weight": (lambda k, f: torch.log(f / (1 - f)) / k, "the weight p is that fraction"),
    "weight lost": (lambda k, f: torch.log((1 - f) / f) / k, "the weight p is that fraction"),
    "half the weight": (lambda k, f: torch.log((2 - f) / f) / k, "half of that fraction"),
    "tail": (lambda k, f: -f.log() / k, "that is the tail"),
    "tail of the slope": (lambda k, f: (4 / f).log() / k, "k·e^(−k·distance), which holds far"),
    "negative": (lambda k, f: -reach(k, f), "a distance is positive"),
    "width": (lambda k, f: 2 * reach(k, f), "from flank to flank"),
    "half": (lambda k, f: torch.atanh((1 - f).sqrt()) / k, "half of the distance"),
    "no unit": (lambda k, f: k * reach(k, f), "k times the distance"),
    "times k": (lambda k, f: k**2 * reach(k, f), "divided by k: you multiply"),
    "p": (lambda k, f: (1 + (1 - f).sqrt()) / 2, "weight p at this place"),
    "1 − p": (lambda k, f: (1 - (1 - f).sqrt()) / 2, "weight p at this place"),
    "odds": (lambda k, f: (k * reach(k, f)).exp(), "take its logarithm"),
    "lost": (lambda k, f: reach(k, 1 - f), "has lost that fraction"),
    "normal": (lambda k, f: (-2 * f.log()).sqrt() / k, "normal distribution"),
    "log10": (lambda k, f: reach(k, f) / math.log(10), "not that to base 10"),
    "log2": (lambda k, f: reach(k, f) / math.log(2), "not that to base 2"),
    "both flanks": (lambda k, f: (-reach(k, f), reach(k, f)), "two flanks"),
    "a fraction of its own": (lambda k, f: 1.7627 / k, "the same whatever fraction is"),
    "nothing": (lambda k, f: None, "`return`"),
}  # fmt: skip


# ex-window


def window(m, centre, w, k, *, distance=torch.abs, edge=torch.sigmoid):
    return edge(k * (w - distance(m - centre))).sum()


def root(x):
    return (x**2).sqrt()


def harmless_root(x):
    away = x != 0
    return torch.where(away, torch.where(away, x, 1).square().sqrt(), 0)


RIGHT_WINDOWS = {
    "abs": window,
    "a root that is harmless": partial(window, distance=harmless_root),
    "tiny number below the root": partial(window, distance=lambda x: (x**2 + 1e-12).sqrt()),
    "larger of two": partial(window, distance=lambda x: torch.maximum(x, -x)),
    "tanh": partial(window, edge=lambda x: (1 + torch.tanh(x / 2)) / 2),
    "exponential of what cannot overflow": partial(
        window, edge=lambda x: 1 / (1 + torch.exp((-x).clamp(max=80)))
    ),
    "softplus": partial(window, edge=lambda x: torch.exp(-torch.nn.functional.softplus(-x))),
    "shape (1,)": lambda *p: window(*p)[None],
}


def fraction(x):
    return 1 / (1 + torch.exp(-x))


WRONG_WINDOWS = {
    "as in the stub": (partial(window, distance=root, edge=fraction), "exponential is infinite"),
    "root mended only": (partial(window, edge=fraction), "exponential is infinite"),
    "sigmoid mended only": (partial(window, distance=root), "exactly on the centre"),
    "where behind the root": (
        partial(window, distance=lambda x: torch.where(x != 0, root(x), 0)),
        "exactly on the centre"),
    "NaN replaced in the value": (
        partial(window, distance=root, edge=lambda x: fraction(x).nan_to_num(0)),
        "exponential is infinite"),
    "outside": (partial(window, edge=lambda x: torch.sigmoid(-x)), "outside of the window"),
    "hard": (lambda m, c, w, k: ((m - c).abs() <= w).sum().double(), "hard count"),
    "mean": (lambda m, c, w, k: window(m, c, w, k) / len(m), "mean of the weights"),
    "weights": (lambda m, c, w, k: torch.sigmoid(k * (w - (m - c).abs())), "one number"),
    "signed": (partial(window, distance=lambda x: x), "|m − centre|"),
    "signed, other side": (partial(window, distance=lambda x: -x), "|m − centre|"),
    "squares": (
        lambda m, c, w, k: torch.sigmoid(k * (w**2 - (m - c) ** 2)).sum(), "squares are compared"),
    "square against width": (partial(window, distance=torch.square), "squared distance"),
    "full width": (lambda m, c, w, k: window(m, c, w / 2, k), "for the full width"),
    "divided": (lambda m, c, w, k: window(m, c, w, 1 / k), "divided by k"),
    "without the centre": (lambda m, c, w, k: window(m[m != c], c, w, k), "is left out"),
    "without both": (
        lambda m, c, w, k: window(m[(m != c) & (m < 2000)], c, w, k), "left out"),
    "product": (
        lambda m, c, w, k: (torch.sigmoid(k * (m - c + w)) * torch.sigmoid(k * (c + w - m))).sum(),
        "product of two soft edges"),
    "difference": (
        lambda m, c, w, k: (torch.sigmoid(k * (m - c + w)) - torch.sigmoid(k * (m - c - w))).sum(),
        "difference of two soft edges"),
    "much below the root": (
        partial(window, distance=lambda x: (x**2 + 1).sqrt()), "added below the root"),
    "centre detached": (lambda m, c, w, k: window(m, c.detach(), w, k), "reaches the centre"),
    "width detached": (lambda m, c, w, k: window(m, c, w.detach(), k), "reaches the half_width"),
    "no graph": (lambda m, c, w, k: window(m, c, w, k).detach(), "has no graph"),
    "a number": (lambda *p: window(*p).item(), "has no graph"),
    "distance detached": (
        partial(window, distance=lambda x: root(x).detach()), "reaches the centre"),
}  # fmt: skip


RIGHT = {
    check_soft_fit: {
        "as in the chapter": as_in_the_chapter,
        "double precision, maximised": maximised_in_double_precision,
        "the library": by_library,
        "Adam by hand": with_adam_by_hand,
        "NumPy": lambda *p: tuple(np.array(x) for x in as_in_the_chapter(*p)),
        "tensors of shape (1,)": lambda *p: [
            [torch.tensor([x]) for x in y] for y in as_in_the_chapter(*p)],
    },
    check_reach: RIGHT_REACH,
    check_window: RIGHT_WINDOWS,
}  # fmt: skip
WRONG = {check_soft_fit: WRONG_FITS, check_reach: WRONG_REACH, check_window: WRONG_WINDOWS}


def test_no_mistake_looks_like_the_right_answer():
    """Each is seen in the path of one problem at least: a check tries all of them."""
    seen: dict[str, float] = {}
    for p in (p for seed in SEEDS for p in problems(seed)):
        fit = p.fit()
        path, values = fit.path, fit.values
        for cause, result in [
            *update_mistakes(fit),
            *rate_mistakes(fit),
            *cut_mistakes(p),
            *path_mistakes(fit, path),
        ]:
            if isinstance(result, Tensor) and result.shape == path.shape:
                far = (result - path).abs().max().nan_to_num(torch.inf)
                seen[cause] = max(seen.get(cause, 0), float(far))
        for cause, result in history_mistakes(fit, values):
            if isinstance(result, Tensor) and result.shape == values.shape:
                assert not torch.allclose(result.double(), values, rtol=3e-4), cause
    assert min(seen.values()) > 4 * NEAR, min(seen, key=seen.get)  # type: ignore[arg-type]


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
