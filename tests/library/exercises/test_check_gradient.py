"""The checks of `part1/gradient`: what they say to right and to wrong answers."""

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor

from diffprog.exercises._check import SEEDS
from diffprog.exercises._loop import Fit
from diffprog.exercises.gradient import check_compare, check_loop, check_updates, fits
from diffprog.loops.descent import gradient_descent
from diffprog.simulator.ball import position

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

Loss = Callable[[Tensor], Tensor]
Answer = tuple[object, object, object]


# Right answers, in different styles.


def as_in_the_chapter(loss: Loss, v0: Tensor, learning_rate: float, steps: int) -> Answer:
    v0 = v0.clone().requires_grad_()
    losses, path = [], []
    for _ in range(steps):
        value = loss(v0)
        losses.append(value.item())
        path.append(v0.detach().clone())
        value.backward()
        with torch.no_grad():
            v0 -= learning_rate * v0.grad  # type: ignore[operator]
        v0.grad = None
    losses.append(loss(v0).item())
    path.append(v0.detach().clone())
    return v0.detach(), torch.tensor(losses), torch.stack(path)


def with_autograd_grad_and_new_tensors(
    loss: Loss, v0: Tensor, learning_rate: float, steps: int
) -> Answer:
    path, losses = [v0.clone()], [loss(v0)]
    for _ in range(steps):
        leaf = path[-1].detach().requires_grad_()
        (slope,) = torch.autograd.grad(loss(leaf), leaf)
        path.append(leaf.detach() - learning_rate * slope)
        losses.append(loss(path[-1]))
    return path[-1], losses, path


def with_an_optimizer_and_the_graph_kept(
    loss: Loss, v0: Tensor, learning_rate: float, steps: int
) -> Answer:
    v0 = v0.clone().requires_grad_()
    optimizer = torch.optim.SGD([v0], lr=learning_rate)
    losses, path = torch.zeros(steps + 1), torch.zeros(steps + 1, *v0.shape)
    for step in range(steps + 1):
        optimizer.zero_grad()
        value = loss(v0)
        losses[step], path[step] = value, v0
        if step < steps:
            value.backward(retain_graph=True)
            optimizer.step()
    return v0, losses, path


def with_zero_and_data_in_numpy(loss: Loss, v0: Tensor, learning_rate: float, steps: int) -> Answer:
    v0 = v0.clone().requires_grad_()
    losses, path = [], []
    for step in range(steps + 1):
        value = loss(v0)
        losses.append(float(value))
        path.append(v0.detach().numpy().copy())
        if step < steps:
            value.backward()
            v0.data.sub_(learning_rate * v0.grad)  # type: ignore[operator]
            v0.grad.zero_()  # type: ignore[union-attr]
    return v0.detach().numpy(), losses, path


# Wrong answers: each is the right one with one change.


def changed(**edits: str) -> Callable[..., Answer]:
    """The answer of the chapter, with the lines named by `edits` replaced."""
    lines = {
        "start": "v0 = v0.clone().requires_grad_()",
        "turns": "range(steps)",
        "value": "value = loss(v0)",
        "note_loss": "losses.append(value.item())",
        "note_v0": "path.append(v0.detach().clone())",
        "backward": "value.backward()",
        "recording": "torch.no_grad()",
        "update": "v0 -= learning_rate * v0.grad",
        "after": "pass",
        "zero": "v0.grad = None",
        "last_loss": "losses.append(loss(v0).item())",
        "last_v0": "path.append(v0.detach().clone())",
        "answer": "v0.detach(), torch.tensor(losses), torch.stack(path)",
    }
    assert not edits.keys() - lines.keys()
    code = """
def descend(loss, v0, learning_rate, steps):
    {start}
    losses, path = [], []
    for _ in {turns}:
        {value}
        {note_loss}
        {note_v0}
        {backward}
        with {recording}:
            {update}
        {after}
        {zero}
    {last_loss}
    {last_v0}
    return {answer}
""".format(**{**lines, **edits})
    names: dict[str, object] = {"torch": torch}
    exec(code, names)
    return names["descend"]  # type: ignore[return-value]


def compare(**edits: str) -> Callable[..., object]:
    """The mended comparison of the chapter, with the lines named by `edits` replaced."""
    lines = {
        "before": "pass",
        "start": "start = torch.zeros(1, 2)",
        "copy": "v0 = start.clone().requires_grad_()",
        "turns": "range(steps)",
        "value": "value = loss(v0)",
        "update": "v0 -= rate * v0.grad",
        "zero": "v0.grad = None",
        "note": "losses.append(loss(v0).item())",
        "answer": "losses",
    }
    assert not edits.keys() - lines.keys()
    code = """
def compare(loss, rates, steps):
    {before}
    {start}
    losses = []
    for rate in rates:
        {copy}
        for _ in {turns}:
            {value}
            value.backward()
            with torch.no_grad():
                {update}
            {zero}
        {note}
    return {answer}
""".format(**{**lines, **edits})
    names: dict[str, object] = {"torch": torch}
    exec(code, names)
    return names["compare"]  # type: ignore[return-value]


def updates(eta: Tensor, curvature: Tensor, fraction: Tensor) -> Tensor:
    return fraction.log() / ((1 - eta * curvature) ** 2).log()


def by_the_loop(loss: Loss, rates: list[float], steps: int) -> list[float]:
    start = torch.zeros(1, 2)
    return [as_in_the_chapter(loss, start, r, steps)[1][-1].item() for r in rates]  # type: ignore[index]


def counted(eta: Tensor, curvature: Tensor, fraction: Tensor) -> float:
    """One update after the other, and the rest by a straight line of the logarithm."""
    loss, number = 1.0, 0
    per_update = float(1 - eta * curvature) ** 2
    while loss * per_update > fraction:
        loss, number = loss * per_update, number + 1
    return number + math.log(float(fraction) / loss) / math.log(per_update)


RIGHT = {
    check_compare: {
        "a copy": compare(),
        "zeros in each turn": compare(copy="v0 = torch.zeros(1, 2, requires_grad=True)"),
        "copied from a leaf": compare(copy="v0 = start.detach().clone().requires_grad_()"),
        "torch.tensor": compare(copy="v0 = torch.tensor(start.tolist(), requires_grad=True)"),
        "a tensor of losses": compare(answer="torch.tensor(losses)"),
        "losses with their graphs": compare(note="losses.append(loss(v0))"),
        "double precision": compare(start="start = torch.zeros(1, 2, dtype=torch.float64)"),
        "emptied by hand": compare(zero="v0.grad.zero_()"),
        "the loop of the chapter": by_the_loop,
        "start put back": compare(
            start="start = torch.zeros(1, 2, requires_grad=True)", copy="v0 = start",
            note="losses.append(loss(v0).item()); v0.data.zero_()"),
    },
    check_updates: {
        "logarithms": updates,
        "twice a logarithm": lambda e, c, f: f.log() / (2 * (1 - e * c).abs().log()),
        "math": lambda e, c, f: math.log(f) / math.log((1 - e * c) ** 2),
        "base 10": lambda e, c, f: f.log10() / ((1 - e * c) ** 2).log10(),
        "base 2": lambda e, c, f: math.log2(f) / math.log2((e * c - 1) ** 2),
        "log of a base": lambda e, c, f: math.log(f, float(1 - e * c) ** 2),
        "signs turned": lambda e, c, f: (1 / f).log() / -((1 - e * c) ** 2).log(),
        "counted": counted,
        "a list": lambda *p: [updates(*p)],
    },
    check_loop: {
        "as in the chapter": as_in_the_chapter,
        "autograd.grad and new tensors": with_autograd_grad_and_new_tensors,
        "an optimizer, and the graph kept": with_an_optimizer_and_the_graph_kept,
        "zero_, .data and NumPy": with_zero_and_data_in_numpy,
        "losses of shape (1,)": changed(
            note_loss="losses.append(value.detach()[None])",
            last_loss="losses.append(loss(v0).detach()[None])", answer="v0, losses, path"),
        "lists": lambda *p: [x.tolist() for x in as_in_the_chapter(*p)],  # type: ignore[attr-defined]
        "SGD": changed(
            start="v0 = v0.clone().requires_grad_(); o = torch.optim.SGD([v0], learning_rate)",
            update="pass", after="o.step()"),
        "zeroed first": changed(value="v0.grad = None; value = loss(v0)", zero="pass"),
        "graph kept in the losses": changed(note_loss="losses.append(value)",
            last_loss="losses.append(loss(v0))", answer="v0, losses, path"),
    }
}  # fmt: skip
WRONG = {
    check_compare: {
        "as it came": (
            compare(copy="v0 = start.requires_grad_()"), "begins where the fit before"),
        "detached": (
            compare(copy="v0 = start.detach().requires_grad_()"), "begins where the fit before"),
        "a copy of a leaf": (
            compare(copy="v0 = start.requires_grad_().clone()"), "and no leaf"),
        "before the loop": (
            compare(start="start = torch.zeros(1, 2); v0 = start.clone().requires_grad_()",
                    copy="pass"), "begins where the fit before"),
        "the first losses": (
            compare(note="pass", update="v0 -= rate * v0.grad",
                    copy="v0 = start.clone().requires_grad_(); losses.append(loss(v0).item())"),
            "before the first update"),
        "the losses before the last update": (
            compare(note="losses.append(value.item())"), "before the last update"),
        "an update too many": (
            compare(turns="range(steps + 1)"), "one update too many"),
        "not zeroed": (
            compare(zero="pass"), "add up within each fit"),
        "uphill": (
            compare(update="v0 += rate * v0.grad"), "the wrong way"),
        "the first rate": (
            compare(update="v0 -= rates[0] * v0.grad"), "has the first rate"),
        "the last rate": (
            compare(update="v0 -= rates[-1] * v0.grad"), "has the last rate"),
        "sorted": (
            compare(answer="sorted(losses)"), "are sorted|is sorted"),
        "from one": (
            compare(start="start = torch.ones(1, 2)"), "starts from one"),
        "one update": (
            compare(turns="range(1)"), "a single update"),
        "drawn": (
            compare(copy="v0 = torch.randn(1, 2, requires_grad=True)"), "another result each time"),
        "no requires_grad": (
            compare(copy="v0 = start.clone()"), "requires_grad=True"),
        "the last loss": (
            compare(answer="losses[-1]"), "with a loss for each rate"),
        "no losses": (
            compare(note="pass"), "are empty"),
        "steps fixed": (
            compare(turns="range(10)"), ""),
        "the smallest so far": (
            compare(answer="[min(losses[:i + 1]) for i in range(len(losses))]"), "smallest so far"),
        "nothing": (
            compare(answer="None"), "None"),
        "rates changed": (
            compare(answer="[rates.append(1), losses][1]"), "changes rates"),
        "no loss": (
            lambda loss, rates, steps: [0.1 for rate in rates], "never calls"),
        "a rate too few": (
            compare(before="rates = rates[1:]"), "lacks its first entry"),
    },
    check_updates: {
        "of the error": (
            lambda e, c, f: f.log() / (1 - e * c).abs().log(), "multiply the error by"),
        "a square too many": (
            lambda e, c, f: f.log() / (4 * (1 - e * c).abs().log()), "square is there twice"),
        "no magnitude": (
            lambda e, c, f: f.log() / (2 * (1 - e * c).log()), "is NaN: above 1/λ"),
        "no magnitude, by math": (
            lambda e, c, f: math.log(f) / (2 * math.log(1 - e * c)), "something below zero"),
        "small rates": (
            lambda e, c, f: -f.log() / (2 * e * c), "for small η·λ only"),
        "small rates, of the error": (
            lambda e, c, f: -f.log() / (e * c), "for small η·λ only"),
        "plus": (
            lambda e, c, f: f.log() / ((1 + e * c) ** 2).log(), "not 1 + η·λ"),
        "no curvature": (
            lambda e, c, f: f.log() / ((1 - e) ** 2).log(), "curvature has no part"),
        "no learning rate": (
            lambda e, c, f: f.log() / ((1 - c) ** 2).log(), "learning rate has no part"),
        "what is taken": (
            lambda e, c, f: f.log() / ((e * c) ** 2).log(), "yours is η·λ"),
        "2ηλ": (
            lambda e, c, f: f.log() / ((1 - 2 * e * c) ** 2).log(), "has a 2 more"),
        "no logarithm": (
            lambda e, c, f: f / (1 - e * c) ** 2, "comes to a power"),
        "the same each time": (
            lambda e, c, f: (1 - f) / (1 - (1 - e * c) ** 2), "comes to a power"),
        "subtracted": (
            lambda e, c, f: f.log() - ((1 - e * c) ** 2).log(), "divide the logarithms"),
        "of the quotient": (
            lambda e, c, f: (f / (1 - e * c) ** 2).log(), "divide the logarithms"),
        "two bases": (
            lambda e, c, f: f.log10() / ((1 - e * c) ** 2).log(), "different bases"),
        "two bases, turned": (
            lambda e, c, f: f.log() / ((1 - e * c) ** 2).log10(), "different bases"),
        "bases 2 and e": (
            lambda e, c, f: f.log2() / ((1 - e * c) ** 2).log(), "different bases"),
        "taken away": (
            lambda e, c, f: (1 - f).log() / ((1 - e * c) ** 2).log(), "is what is left"),
        "rounded up": (
            lambda *p: updates(*p).ceil(), "rounded up"),
        "the sign": (
            lambda *p: -updates(*p), "sign is wrong"),
        "upside down": (
            lambda *p: 1 / updates(*p), "upside down"),
        "numbers of Python": (
            lambda e, c, f: torch.log(f.item()) / torch.log((1 - e * c) ** 2), "write math.log"),
        "half": (
            lambda e, c, f: math.log(0.5) / ((1 - e * c) ** 2).log(), "whatever fraction is"),
        "nothing": (
            lambda e, c, f: None, "None"),
    },
    check_loop: {
        "by the sign": (changed(update="v0 -= learning_rate * v0.grad.sign()"), "only the sign"),
        "root sent back": (changed(backward="value.sqrt().backward()"), "root of the loss"),
        "logarithm": (changed(backward="value.log().backward()"), "logarithm of the loss"),
        "one entry": (changed(update="v0[0, 0] -= learning_rate * v0.grad[0, 0]"), "never moves"),
        "emptied too early": (changed(backward="value.backward(); v0.grad.zero_()"), "is .grad em"),
        "an update too few": (changed(turns="range(steps - 1)"), "one update too few"),
        "the best": (
            changed(answer="path[torch.tensor(losses).argmin()], torch.tensor(losses),"
                    " torch.stack(path)"), "smallest loss on the way"),
        "stops early": (
            changed(value="value = loss(v0)\n        if losses and value > losses[-1] - 1e-2:\n"
                    "            break"), "entries for"),
        "no tensor": (
            changed(value="value = loss(v0).item()", note_loss="losses.append(value)"),
            "makes a plain number"),
        "averaged": (
            changed(answer="v0.detach(), torch.tensor(losses).cumsum(0)"
                    " / torch.arange(1, steps + 2), torch.stack(path)"), "entries so far"),
        "sign": (changed(update="v0 += learning_rate * v0.grad"), "sign of the update"),
        "not zeroed": (changed(zero="pass"), "gradients add up"),
        "recorded": (changed(recording="torch.enable_grad()"), "no_grad"),
        "new tensor, recorded": (
            changed(recording="torch.enable_grad()", update="v0 = v0 - learning_rate * v0.grad"),
            "in place"),
        "new tensor, not recorded": (
            changed(update="v0 = v0 - learning_rate * v0.grad"), "lost its requires_grad"),
        "no backward": (changed(backward="pass"), "call backward"),
        "backward's value": (
            changed(backward="g = value.backward()", update="v0 -= learning_rate * g"),
            "backward() returns nothing"),
        "zeroed before the update": (
            changed(backward="value.backward(); v0.grad = None"), "you empty .grad before"),
        "the loss under no_grad": (
            changed(value="with torch.no_grad(): value = loss(v0)"),
            "under torch.no_grad(), where"),
        "all under no_grad": (
            changed(start="v0 = v0.clone().requires_grad_(); torch.set_grad_enabled(False)",
                    answer="v0, losses, path"),
            "under torch.no_grad(), where"),
        "the loss of a detached copy": (
            changed(value="value = loss(v0.detach())"), "detached copy"),
        "no requires_grad": (changed(start="v0 = v0.clone()"), "requires_grad=True"),
        "no copy": (changed(note_v0="path.append(v0.detach())"), "Write down a copy"),
        "no last loss": (changed(last_loss="pass"), "after the last update is missing"),
        "stale last loss": (
            changed(last_loss="losses.append(value.item())"), "older than the last"),
        "losses after": (
            changed(note_loss="pass", after="losses.append(loss(v0).item())"),
            "each loss is that after"),
        "losses after, and the first missing": (
            changed(note_loss="pass", after="losses.append(loss(v0).item())", last_loss="pass"),
            "first loss, before any update, is missing"),
        "path after, loss before": (
            changed(note_v0="pass", after="path.append(v0.detach().clone())"),
            "noted after its update"),
        "right at the end only: losses": (
            changed(answer="v0.detach(), [loss(v0)] * (steps + 1), path"),
            "all losses are the last"),
        "the first loss always": (
            changed(answer="v0.detach(), losses[:1] * (steps + 1), path"), "are the first one"),
        "right at the end only: path": (
            changed(answer="v0.detach(), losses, [v0] * (steps + 1)"), "Write down a copy"),
        "right at both ends only: path": (
            changed(answer="v0.detach(), losses, path[:1] + [v0] * steps"),
            "entries of the path but the first are the last one"),
        "no last v0": (changed(last_v0="pass"), "last entry of the path"),
        "no first v0": (
            changed(note_v0="pass", zero="v0.grad = None; path.append(v0.detach().clone())",
                    last_v0="pass"),
            "first entry of the path"),
        "return in the loop": (
            changed(zero="v0.grad = None; return v0, losses, path"), "inside the loop"),
        "the last loss twice": (
            changed(last_loss="losses += 2 * [loss(v0).item()]"), "losses for"),
        "the last v0 twice": (
            changed(last_v0="path += 2 * [v0.detach().clone()]"), "entries for"),
        "every other v0": (changed(answer="v0, losses, path[::2]"), "entries for"),
        "rate fixed": (changed(update="v0 -= 0.1 * v0.grad"), "learning rate is fixed"),
        "another rate": (changed(update="v0 -= 0.07 * v0.grad"), "is it the learning rate"),
        "rate decays": (
            changed(zero="v0.grad = None; learning_rate *= 0.9"),
            "the first update is right, and update 2 is not"),
        "rate decays later": (
            changed(zero="v0.grad = None; learning_rate *= 0.9 if len(path) == 2 else 1"),
            "the first 2 updates are right, and update 3 is not"),
        "steps fixed": (changed(turns="range(12)"), "argument steps"),
        "one too many": (changed(turns="range(steps + 1)"), "one update too many"),
        "one too many, not in the path": (
            changed(turns="range(steps + 1)", last_v0="pass", last_loss="pass"),
            "one update more than the end of the path"),
        "starts from zero": (
            changed(start="v0 = torch.zeros_like(v0).requires_grad_()"), "from zero"),
        "starts elsewhere": (
            changed(start="v0 = (v0 + 1).detach().requires_grad_()"), "begin at the start"),
        "no update": (changed(update="pass"), "nothing ever moves: is the update there"),
        "of a new name": (changed(update="w = v0 - learning_rate * v0.grad"), "nothing ever moves"),
        "old v0": (changed(answer="path[0], losses, path"), "start value"),
        "one update behind": (
            changed(answer="path[-2], losses, path"), "one update behind the end"),
        "empty": (
            changed(note_loss="pass", last_loss="pass", answer="v0, losses, path"), "are empty"),
        "one loss": (changed(answer="v0, value, path"), "losses are one number"),
        "two returned": (changed(answer="v0, losses"), "three things"),
        "a dictionary returned": (changed(answer="{'v0': v0}"), "three things"),
        "losses and path swapped": (changed(answer="v0, path, losses"), "changed places"),
        "the whole path for v0": (changed(answer="path, losses, path"), ""),
        "changes what it was given": (changed(start="v0.requires_grad_()"), "changes v0"),
        "one graph for all": (
            changed(start="v0 = v0.clone().requires_grad_(); one = loss(v0)", value="value = one"),
            "compute it anew"),
        "the minimum itself": (changed(update="v0.copy_(torch.zeros_like(v0))"), ""),
        "twice the step": (changed(update="v0 -= 2 * learning_rate * v0.grad"), "twice as long"),
        "half the step": (changed(update="v0 -= learning_rate * v0.grad / 2"), "half as long"),
        "divided by the rate": (changed(update="v0 -= v0.grad / learning_rate"), "first update is"),
        "Adam": (
            changed(start="v0 = v0.clone().requires_grad_();"
                          " o = torch.optim.Adam([v0], learning_rate)",
                    update="pass", after="o.step()"),
            "that is Adam"),
        "momentum": (
            changed(start="v0 = v0.clone().requires_grad_();"
                          " o = torch.optim.SGD([v0], learning_rate, momentum=0.9)",
                    update="pass", after="o.step()"),
            "momentum in your updates"),
        "a unit vector": (
            changed(update="v0 -= learning_rate * v0.grad / v0.grad.norm()"),
            "divided by its length"),
        "the sign of the gradient": (changed(update="v0 -= learning_rate * v0.grad.sign()"), ""),
        "the loss for the gradient": (changed(update="v0 -= learning_rate * value.detach()"), ""),
        "half of one component": (
            changed(update="v0 -= learning_rate * v0.grad;"
                           " v0[0, 0] += learning_rate * v0.grad[0, 0] / 2"),
            "the path of v0 is not right"),
        "one component": (changed(update="v0[0, 0] -= learning_rate * v0.grad[0, 0]"), ""),
        "root of the loss": (
            changed(note_loss="losses.append(value.item()**0.5)",
                    last_loss="losses.append(loss(v0).item()**0.5)"),
            "root of what it should be"),
        "minus the loss": (
            changed(answer="v0, [-x for x in losses], path"), "right but for its sign"),
        "losses reversed": (changed(answer="v0, losses[::-1], path"), "reverse order"),
        "in units of the first": (
            changed(answer="v0, [x / losses[0] for x in losses], path"), "times what it should be"),
        "path without its axis": (
            changed(answer="v0, losses, [x[0] for x in path]"), "in another shape"),
        "losses of each coordinate": (
            changed(answer="v0, [[x, x] for x in losses], path"), "should be one number"),
    }
}  # fmt: skip


def test_numbers_of_the_page_do_not_pass() -> None:
    v0 = torch.tensor([[5.0, 10.0]])
    losses = [549.7686, 7.9656, 0.1154, 1.672e-3, 2.42e-5, 3.51e-7, 5e-9, 8e-11, 9e-13, 0.0, 0.0]

    def page(loss: Loss, start: Tensor, learning_rate: float, steps: int) -> Answer:
        return v0, losses, [v0] * 11

    def page_that_calls(loss: Loss, start: Tensor, learning_rate: float, steps: int) -> Answer:
        loss(start)
        return page(loss, start, learning_rate, steps)

    assert "never calls" in check_loop(page).message
    assert not check_loop(page_that_calls)


def test_an_error_of_another_kind_is_passed_on() -> None:
    for line in ("raise TypeError('mine')", "raise RuntimeError('mine')"):
        verdict = check_loop(changed(update=line))
        assert not verdict
        assert "mine" in verdict.message


# What the check wants, and what the chapter claims.


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reference_is_the_loop_of_the_library(seed: int) -> None:
    for fit in fits(seed):
        v0 = fit.start.clone().requires_grad_()
        loss = partial(fit.objective, v0)
        history = gradient_descent(loss, {"v0": v0}, fit.rate, fit.steps)
        torch.testing.assert_close(fit.path, history.parameters["v0"], rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(fit.values, history.loss, rtol=1e-12, atol=1e-12)


def ball(v0: Tensor) -> Tensor:
    """The loss of the chapter, in float64."""
    t = torch.linspace(0, 5, 10, dtype=v0.dtype)[:, None]
    a, x0 = v0.new_tensor([[0, -9.8]]), v0.new_tensor([[0, 10]])
    return ((position(t, a, v0, x0) - position(t, a, v0.new_tensor([[5, 10]]), x0)) ** 2).mean()


def test_gradients_that_are_not_zeroed_are_momentum_without_friction() -> None:
    start = torch.zeros(1, 2, dtype=torch.float64)
    path = Fit(ball, start, 0.1, 40, zeroed=False).path
    torch.testing.assert_close(
        torch.stack([ball(v) for v in path[:4]]),
        torch.tensor([549.77, 7.97, 411.48, 652.76], dtype=torch.float64),
        rtol=0,
        atol=0.005,
    )
    v0 = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([v0], lr=0.1, momentum=1.0)
    for wanted in path:
        torch.testing.assert_close(v0.detach(), wanted, rtol=1e-9, atol=1e-9)
        optimizer.zero_grad()
        ball(v0).backward()
        optimizer.step()


def test_gradients_that_are_not_zeroed_swing_as_the_chapter_says() -> None:
    eta, steps = 0.1, 40
    curvature = (torch.func.grad(ball)(torch.zeros(1, 2, dtype=torch.float64)) / -5)[0, 0].item()
    omega = math.acos(1 - eta * curvature / 2)
    assert 2 * math.pi / omega == pytest.approx(6.44, abs=0.01)
    k = torch.arange(steps + 1, dtype=torch.float64)
    sine = (1 - eta * curvature - math.cos(omega)) / math.sin(omega)
    swing = (omega * k).cos() + sine * (omega * k).sin()
    path = Fit(ball, torch.zeros(1, 2).double(), eta, steps, zeroed=False).path
    torch.testing.assert_close(path[:, 0, 1], 10 - 10 * swing, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("x", [0.1, 0.5, 1.0, 1.5, 2.0, 2.2])
def test_an_update_multiplies_the_error_by_one_minus_eta_times_the_curvature(x: float) -> None:
    truth = torch.tensor([[5.0, 10.0]], dtype=torch.float64)
    curvature = (torch.func.grad(ball)(torch.zeros_like(truth)) / -truth).mean().item()
    path = Fit(ball, torch.zeros_like(truth), x / curvature, 12).path
    k = torch.arange(13, dtype=torch.float64)[:, None, None]
    torch.testing.assert_close(path - truth, -truth * (1 - x) ** k, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_fit_is_past_the_bound(seed: int) -> None:
    *_, fit = fits(seed)
    curvature = torch.func.hessian(fit.objective)(fit.start).item()
    assert 2.1 < fit.rate * curvature < 2.7
    assert (fit.values.diff() > 0).all()
