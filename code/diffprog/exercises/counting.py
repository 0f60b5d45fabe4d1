"""Checks for the exercises of the chapter `part2/counting`.

Symbols, shapes, units.
    m, c   (n,), (g,)   GeV   masses, here whole tens so that some lie on a cut; cuts, in any order
    s, b   (g,)               counts of signal and of background that are kept
    z      (g,)               significance s/√b
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor

from diffprog.exercises._check import Wrong, close, exercise, returned

__all__ = ["check_safe_significance", "check_scan"]


@exercise("3", "right: each event has met each cut.")
def check_scan(scan_cuts: Callable[..., Any], seed: int) -> None:
    """`scan_cuts(signal, background, cuts)` gives (z (g,), the cut where z is largest)."""
    random = Generator().manual_seed(seed)
    # With as many events as cuts, a forgotten axis makes no error.
    for n_s, n_b, g in ((40, 300, 25), (60, 60, 60)):
        signal = _tens(1100, 60, n_s, random)
        background = _tens(900, 200, n_b, random)
        background[0] = 1600  # so that each cut keeps one
        cuts = 10 * (torch.randperm(90, generator=random)[:g] + 60.0)
        try:
            result = scan_cuts(signal, background, cuts)
        except RuntimeError as error:
            raise _explained(error, n_s, n_b, g) from error
        z, best = _unpacked(result)
        wanted = _counts(signal, cuts) / _counts(background, cuts).sqrt()
        close(
            z, wanted, f"the significance of {g} cuts", typical=_typical(signal, background, cuts)
        )
        _check_best(best, wanted, cuts)


def _tens(mean: float, width: float, n: int, random: Generator) -> Tensor:
    return (mean + width * torch.randn(n, generator=random)).div(10).round() * 10


def _counts(m: Tensor, c: Tensor) -> Tensor:
    return (m[:, None] >= c).sum(0)


def _typical(signal: Tensor, background: Tensor, cuts: Tensor) -> dict[str, Tensor]:
    """The value of z that each mistake gives, by its likely cause."""
    s, b = _counts(signal, cuts), _counts(background, cuts)
    on_s, on_b = ((m[:, None] == cuts).sum(0) for m in (signal, background))
    n_s, n_b = len(signal), len(background)
    rising = cuts.argsort()
    typical = {
        "an event exactly on the cut is lost: keep m ≥ c, not m > c.": (s - on_s)
        / (b - on_b).sqrt(),
        "those are the events below the cut: what is kept lies above, m ≥ c.": (n_s - s)
        / (n_b - b).sqrt(),
        "those are the events up to the cut: what is kept lies above, m ≥ c.": (n_s - s + on_s)
        / (n_b - b + on_b).sqrt(),
        "that is s/b: the background scatters by its square root, so divide by √b.": s / b,
        "that is s/√(s + b): the background alone belongs under the root here.": s / (s + b).sqrt(),
        "that is √(s/b): the root is of b only.": (s / b).sqrt(),
        "the background is not cut: count it with the same cuts as the signal.": s / n_b**0.5,
        "signal and background have changed places.": b / s.sqrt(),
        "those are fractions of the events: take the sum over them, not the mean.": s
        / n_s
        / (b / n_b).sqrt(),
        "s and b are counted together: the table of the signal has only signal events.": (s + b)
        / b.sqrt(),
        "the significances are in the order of rising cuts: keep the order that you were given.": (
            s / b.sqrt()
        )[rising],
    }
    if n_s == n_b == len(cuts):
        met = ((signal >= cuts).sum() / (background >= cuts).sum().sqrt()).expand(len(cuts))
        typical[
            "each event met only one cut: as many events as cuts match without an error. Give the"
            " events an axis of their own."
        ] = met
        typical["the sum is over the cuts: sum over the events, axis 0 of (events, cuts)."] = (
            signal[:, None] >= cuts
        ).sum(1) / (background[:, None] >= cuts).sum(1).sqrt()
    return typical


def _check_best(best: Any, z: Tensor, cuts: Tensor) -> None:
    got = best.detach() if isinstance(best, Tensor) else torch.as_tensor(best)
    if got.numel() != 1:
        raise Wrong(f"the best cut has shape {tuple(got.shape)}: one cut is asked for")
    value = float(got)
    at = (cuts - value).abs() < 1e-3
    if at.any() and z[at].max() > z.max() - 1e-5:
        return
    if value == float(z.argmax()):
        raise Wrong(
            "that is the place of the best cut in the list: return the cut itself, cuts[…]."
        )
    if abs(value - float(z.max())) < 1e-3:
        raise Wrong("that is the largest significance: return the cut at which it is reached.")
    if at.any() and z[at].min() < z.min() + 1e-5:
        raise Wrong("that is the worst cut: you took the smallest significance, argmin for argmax.")
    if abs(value - float(cuts.sort().values[z.argmax()])) < 1e-3:
        raise Wrong("the cut is taken from a sorted list: take it from the cuts as they came.")
    if not at.any():
        raise Wrong(f"the best cut, {value:g}, is none of the cuts that I gave you.")
    raise Wrong(
        f"the cut {value:g} is not the best: it has {float(z[at].max()):.3f}, and another"
        f" {float(z.max()):.3f}."
    )


def _unpacked(result: Any) -> tuple[Tensor, Any]:
    """z and the best cut, from what the learner returned."""
    if not isinstance(returned(result), tuple | list) or len(result) != 2:
        raise Wrong("return two things: the significance of each cut, and the best cut.")
    z, best = result
    z = torch.as_tensor(z)
    if not z.ndim and isinstance(best, Tensor) and best.ndim:
        raise Wrong("first the significance of each cut, then the best cut: here they are swapped.")
    if not z.ndim:
        raise Wrong(
            "the significance is one number: it should be one for each cut. Was the sum taken over"
            " all axes, or did each event meet only one cut?"
        )
    return z, best


def _explained(error: RuntimeError, n_s: int, n_b: int, g: int) -> Exception:
    """What shapes that do not match most likely mean; the error itself where that is not known."""
    text = str(error)
    if "must match" not in text:
        return error
    if f"({n_s})" in text and f"({n_b})" in text:
        return Wrong(
            f"{n_s} signal events meet {n_b} of background: the sum is over the cuts. Sum over the"
            " events, axis 0 of a table (events, cuts)."
        )
    return Wrong(
        f"events do not broadcast against {g} cuts: give the events an axis of their own, so that"
        " each of them meets each cut."
    )


@exercise("2.1a", "right: where no background is left, there is no prize.")
def check_safe_significance(safe_significance: Callable[..., Any], seed: int) -> None:
    """`safe_significance(s, b)` is s/√b, and 0 where b = 0; neither s nor b is changed."""
    random = Generator().manual_seed(seed)
    for shape, dtype in (((12,), torch.int64), ((4, 5), torch.float32)):
        s = torch.randint(1, 30, shape, generator=random).to(dtype)
        b = torch.randint(1, 200, shape, generator=random).to(dtype)
        # Nothing at all, a signal alone, a background alone; as weights, less than one event.
        s.flatten()[[0, 5]], b.flatten()[[0, 1, 7]] = 0, 0
        if dtype.is_floating_point:
            b.flatten()[3] = 0.25
        before = s.clone(), b.clone()
        z = safe_significance(s, b)
        for name, old, new in zip("sb", before, (s, b), strict=True):
            if not torch.equal(old, new):
                raise Wrong(
                    f"your function has changed {name}, which it was given: work on a copy."
                )
        _check_safe(z, s, b)


def _check_safe(z: Any, s: Tensor, b: Tensor) -> None:
    z = torch.as_tensor(returned(z))
    if z.shape != s.shape:
        raise Wrong(
            f"z has shape {tuple(z.shape)}, and the counts {tuple(s.shape)}: each entry keeps its"
            " place, also where b = 0."
        )
    none = b == 0
    if z.isnan().any():
        raise Wrong("NaN comes out where s and b are both 0, and NaN wins every argmax.")
    if z.isinf().any():
        raise Wrong("infinity comes out where b = 0 and s is not: such a cut wins every argmax.")
    wanted = torch.where(none, 0, s / b.where(~none, 1).sqrt())
    full, whole = wanted.shape, bool((b[~none] >= 1).all())
    typical = {
        "that is s/b: divide by the square root of b.": torch.where(none, 0, s / b.where(~none, 1)),
        "that is s/√(s + b): the background alone belongs under the root.": torch.where(
            none, 0, s / (s + b).where(~none, 1).sqrt()
        ),
        "zero everywhere: only where b = 0 it should be.": torch.zeros(full),
    }
    if not whole:
        typical["b = 0.25 is some background, not none: zero is for b = 0 only."] = torch.where(
            b < 1, 0, wanted
        )
    for cause, mistake in typical.items():
        if torch.allclose(z.float(), mistake, rtol=1e-4):
            raise Wrong(cause)
    prize = z[none].max()
    if prize > 1e30:
        raise Wrong(
            "infinity has become the largest number there is, and wins as before: tell nan_to_num"
            " posinf=0."
        )
    if prize > 0:
        raise Wrong(
            f"b = 0 gets a prize: with s = {s[none][z[none].argmax()]:g}, yours is {prize:.4g}. It"
            " should be 0, whatever s is. A small number added to b, or b raised to one, does not"
            " do that."
        )
    if prize < 0 or z[none].min() < 0:
        raise Wrong("where b = 0 yours is below zero: it should be 0.")
    close(z, wanted, "the significance")
