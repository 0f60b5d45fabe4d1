"""Checks for the exercises of the chapter `part5/chamber`.

Symbols, shapes, units.
    v      ()      m/µs  speed of the drifting electrons
    t0     ()      µs    the time at which particles pass
    first  (n,)    m     distance of each track from the first wire
    slope  (n,)          its change along the wires, m per m
    ends   (c, 2)  µs    first and last time of c tracks that cross the gap
    gap    ()      m     from the wires to the cathode
    q      (n,)          charges, of tracks of these `length`s (n,)
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from diffprog.exercises._check import Draw, Mistake, Wrong, call, close, exercise, parts, tensor
from diffprog.simulator.chamber import MEAN, SPREAD

__all__ = ["check_calibrate", "check_drift_error", "check_gain"]


# Two numbers from the tracks that cross


@exercise("ex-crossing", "Right: each time stays where it was, and the calibration is known.")
def check_calibrate(calibrate: Callable[..., Any], seed: int) -> None:
    """Check `calibrate(v, t0, first, slope, ends, gap)`: (v, t0, first, slope) anew."""
    draw = Draw(seed)
    for c in (1, 3):
        v = draw(0.0013, 0.0019, step=0.0001, dtype=torch.float64)
        t0 = draw(-9, 9, step=1, dtype=torch.float64)
        first = draw(0.1, 0.6, 3, dtype=torch.float64)
        slope = draw(-0.3, 0.3, 3, step=0.05, dtype=torch.float64) + 0.03
        gap = draw.one(0.9, 1.2, 0.1)
        ends = draw(5, 60, c, 2, step=1, dtype=torch.float64)
        ends = ends + torch.tensor([0.0, 600.0], dtype=torch.float64)
        got = call(calibrate, v=v, t0=t0, first=first, slope=slope, ends=ends, gap=gap)
        got = parts(got, "v", "t0", "first", "slope")
        got = [tensor(x, name) for x, name in zip(got, ("v", "t0", "first", "slope"), strict=True)]
        _calibrated(got, (v, t0, first, slope), ends, gap)


def _calibrated(got: list[Tensor], before: tuple[Tensor, ...], ends: Tensor, gap: float) -> None:
    v, t0, first, slope = before
    start, stop = ends.mean(0)
    new = gap / (stop - start)
    right = (t0 + first / v - start) * new
    close(got[1], start, "the new t0", _times(t0, ends))
    close(got[0], new, "the new v", _speeds(v, t0, ends, gap), rtol=1e-6, atol=1e-12)
    close(got[3], slope * new / v, "the new slope", _slopes(slope, v, new), rtol=1e-6)
    close(got[2], right, "the new first", _firsts(first, v, new, t0, start), rtol=1e-6)


# fmt: off
def _times(t0: Tensor, ends: Tensor) -> Iterator[Mistake]:
    start, stop = ends.mean(0)
    yield ("t0 is the old one: a track that crosses tells when it passed, by its first time", t0)
    yield ("that is the last time of the crossing tracks: they pass at the first one", stop)
    yield ("t0 is the time of one crossing track: average over all of them", ends[0, 0])
    yield ("t0 is the time of one crossing track: average over all of them", ends[-1, 0])
    yield ("t0 is the sum over the crossing tracks: average over them", ends[:, 0].sum())
    yield ("t0 is the smallest of the first times: the errors go both ways, so average them",
           ends[:, 0].min())
    yield ("t0 is averaged over all entries of `ends`: its columns are first and last times",
           ends.mean())
    yield ("t0 is a time for each crossing track: it is one number for all of them", ends[:, 0])
    yield ("t0 is averaged over the wrong axis: crossing tracks are axis 0 of `ends`", ends.mean(1))
    yield ("the first times are added to the old t0: they are on the same clock", t0 + start)
    yield ("the first times are measured from the old t0: they are on the same clock", start - t0)
    yield "that is the change of t0: return the new t0 itself", t0 - start
    yield "t0 is halfway between the old one and the measured one", (t0 + start) / 2


def _speeds(v: Tensor, t0: Tensor, ends: Tensor, gap: float) -> Iterator[Mistake]:
    start, stop = ends.mean(0)
    yield ("v is the old one: the electrons of a crossing track need from its first time to its"
           " last one for the whole gap", v)
    yield ("v is turned over: it is a distance over a time", (stop - start) / gap)
    yield ("the electrons drift from the time at which the track passed: subtract the first time",
           gap / stop)
    yield ("the drift is measured from the old t0, which is wrong: subtract the first time",
           gap / (stop - t0))
    yield "the gap is not in your v: it need not be one metre", 1 / (stop - start)
    yield ("v is in mm/µs: with a gap in metres it is in m/µs, as the one that you were given",
           1000 * gap / (stop - start))
    each = gap / (ends[:, 1] - ends[:, 0])
    yield ("that is the mean of the speeds. The errors are those of the times, so average the"
           " times, and take the speed that belongs to their means", each.mean())
    yield "v is a speed for each crossing track: it is one number for all of them", each
    yield ("v has the wrong sign: electrons from the cathode come last", gap / (start - stop))
    yield ("v is of one crossing track: average the times of all of them", each[0])
    yield ("v is of one crossing track: average the times of all of them", each[-1])


def _slopes(slope: Tensor, v: Tensor, new: Tensor) -> Iterator[Mistake]:
    yield ("the slopes are the old ones, and the arrival times change with v: from wire to wire"
           " they change by slope/v", slope)
    yield ("slope is divided where it has to be multiplied: slope/v stays, so a faster drift needs"
           " steeper tracks", slope * v / new)
    yield "that is slope/v, which stays as it is: multiply it by the new v", slope / v
    yield ("slope is multiplied by the new v, and not divided by the old one", slope * new)


def _firsts(
    first: Tensor, v: Tensor, new: Tensor, t0: Tensor, start: Tensor
) -> Iterator[Mistake]:
    later = start - t0
    yield ("first is the old one, and the arrival times at the first wire change: t0 + first/v has"
           " to stay", first)
    yield ("first is stretched with v, but not shifted with t0: if the tracks passed later, their"
           " electrons had less time to drift", first * new / v)
    yield ("first is shifted with t0, but not stretched with v: t0 + first/v has to stay",
           first - later * new)
    yield ("first is shifted with t0, but not stretched with v: t0 + first/v has to stay",
           first - later * v)
    yield ("the shift has the wrong sign: if the tracks passed later, their electrons had less time"
           " to drift", (first / v + later) * new)
    yield ("the shift is taken with the old v, and after the stretch: t0 + first/v has to stay",
           first * new / v - later * v)
    yield ("the shift is stretched twice: t0 + first/v has to stay",
           (first - later * new) * new / v)
    yield ("first is divided by the ratio of the speeds, and has to be multiplied by it",
           first * v / new - later * new)
    yield ("first is divided by the ratio of the speeds, and has to be multiplied by it",
           first * v / new)
    yield ("that is the drift time of the first wire: multiply it by the new v",
           first / v - later)
    yield ("that is the arrival time at the first wire: subtract the new t0, and multiply by the"
           " new v", t0 + first / v)
    yield ("the new t0 is not subtracted: only what is left of the arrival time is drift",
           (t0 + first / v) * new)
    yield ("the old t0 is forgotten: the arrival time is t0 + first/v",
           (first / v - start) * new)
# fmt: on


# On paper: how well do c tracks tell the speed?


@exercise("ex-how-many", "Right: for any number of tracks, and in any units.")
def check_drift_error(velocity_error: Callable[..., Any], seed: int) -> None:
    """Check `velocity_error(v, gap, sigma, c)`: the standard error of v."""
    draw = Draw(seed)
    for c in (1, 5, 12):
        v, gap = draw.one(1.2, 2.9, 0.1), draw.one(1.1, 1.9, 0.1)
        sigma = draw.one(0.01, 0.03, 0.001)
        got = call(velocity_error, v=v, gap=gap, sigma=sigma, c=c)
        right = v**2 / gap * sigma * (2 / c) ** 0.5
        close(got, _number(right), "the error", _errors(v, gap, sigma, c, right))


def _number(x: float) -> Tensor:
    return torch.tensor(x, dtype=torch.float64)


# fmt: off
def _errors(v: float, gap: float, sigma: float, c: int, right: float) -> Iterator[Mistake]:
    for sentence, wrong in {
        "each of the two times has an error, so their difference has √2 times as much":
            (right / 2**0.5,),
        "errors add in squares: the difference of two times has an error of √2·σ, not of 2·σ":
            (right * 2**0.5,),
        "the errors of two times do not cancel in their difference: their squares add": (0.0,),
        "an average over c tracks has an error that is smaller by √c": (right * c**0.5,),
        "an average over c tracks has an error that is smaller by √c, not by c": (right / c**0.5,),
        "more tracks make the error smaller": (right * c,),
        "that is the variance: take its root": (right**2,),
        "that is the relative error of v: multiply it by v": (right / v,),
        "that is the error of the drift time over the gap: by how much does v change with the time?"
        " dv/dT = −v²/gap": (right / v**2 * gap,),
        "v = gap/T has the slope −gap/T² = −v²/gap: you divide the gap by the error":
            (gap / (sigma * (2 / c) ** 0.5),),
        "the slope of v = gap/T is −v²/gap: one v is missing": (right / v, right / v * gap),
        "the slope of v = gap/T is −v²/gap: the gap is missing": (right * gap,),
        "the slope of v = gap/T is −v²/gap: the gap stands in the denominator": (right * gap**2,),
        "the slope of v = gap/T is −v²/gap: v is not squared in the denominator":
            (right / v**4 * gap**2, right / v**4),
        "an error is not negative: the sign of the slope does not matter": (-right,),
    }.items():
        for x in wrong:
            yield sentence, _number(x)
# fmt: on


# To be mended: weights that follow the parameters


@exercise("ex-weights", "Right: the weights are numbers while the gain is fitted.")
def check_gain(gain: Callable[..., Any], seed: int) -> None:
    """Check `gain(q, length)`: the most probable charge at length one, by least squares."""
    draw = Draw(seed)
    for n in (4, 7):
        q = draw(0.7, 2.4, n, step=0.01, dtype=torch.float64)
        length = draw(1, 1.5, n, step=0.01, dtype=torch.float64)
        got = call(gain, q=q, length=length)
        close(got, (q / length).mean() / MEAN, "the gain", _gains(q, length), rtol=1e-5)
        if isinstance(got, Tensor) and got.requires_grad:
            raise Wrong("the value is right, but it has a graph: return it with detach()")


# fmt: off
def _gains(q: Tensor, length: Tensor) -> Iterator[Mistake]:
    r = q / length
    follow = (r**2).mean() / r.mean() / MEAN
    yield ("the weights still follow the gain: within `chi2` they are computed from the `G` that it"
           " is differentiated by", follow)
    yield ("you divide the biased result by the bias that is expected on average. This holds on"
           " average only: hold the weights instead", follow / (1 + (SPREAD / MEAN) ** 2))
    yield ("the weights follow the data, 1/q²: a charge that is low by chance gets a large weight."
           " Compute them from the fit", (1 / r).sum() / (1 / r**2).sum() / MEAN)
    yield ("all charges have the same weight: their standard deviations grow with the length",
           (q * length).sum() / (length**2).sum() / MEAN)
    yield ("the weights are 1/μ, and have to be 1/μ²: a weight is one over a variance",
           q.sum() / length.sum() / MEAN)
    yield ("the weights are the standard deviations: a weight is one over a variance",
           (q * length**2).sum() / (length**3).sum() / MEAN)
    yield ("the weights are the variances: a weight is one over a variance",
           (q * length**3).sum() / (length**4).sum() / MEAN)
    mean, square, two = MEAN * r.mean(), (r**2).mean(), 2 * SPREAD**2
    yield ("a logarithm is added to the loss: that removes the bias, but it is a likelihood. Let"
           " it stay a least-squares fit, and hold the weights",
           ((mean**2 + 2 * two * square).sqrt() - mean) / two)
    yield ("the mean charge is MEAN times the most probable one: MEAN is missing", r.mean())
    yield ("MEAN is multiplied, and has to be divided by: the mean charge is MEAN·μ",
           r.mean() * MEAN)
    yield ("the lengths are missing: μ is the gain times the length", q.mean() / MEAN)
    yield ("the lengths are multiplied, and have to be divided by", (q * length).mean() / MEAN)
    yield ("that is the start of the search: does the loop run, and is its last `G` returned?",
           q.min())
    yield ("that is the median: a least-squares fit is asked for", r.median() / MEAN)
    yield ("that is the median: a least-squares fit is asked for", r.median())
    yield ("that is a gain for each charge: one gain is fitted to all of them", r / MEAN)
    yield ("that is the most probable charge of each track: the gain, at length one, is asked for",
           r.mean() / MEAN * length)
# fmt: on
