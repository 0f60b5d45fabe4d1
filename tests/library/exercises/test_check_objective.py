"""The checks of `part2/objective`: right answers pass, and a wrong one hears its likely cause."""

import math
import re
from typing import Any

import numpy as np
import pytest
import torch

from diffprog.exercises._check import Check
from diffprog.exercises.objective import (
    check_asimov,
    check_endless_data,
    check_uncertain,
)
from diffprog.relaxations import significance

from .answers import test_right_answers_pass, test_wrong_answers_are_told_why  # noqa: F401

# Right answers


def by_where(s, b):
    nothing = (s <= 0) | (b <= 0)
    s, b = torch.where(nothing, 1, s), torch.where(nothing, 1, b)
    return torch.where(nothing, 0, (2 * ((s + b) * torch.log1p(s / b) - s)).sqrt())


def by_index(s, b):
    z = torch.zeros_like(s)
    some = (s > 0) & (b > 0)
    x, y = s[some], b[some]
    z[some] = torch.sqrt(2 * ((x + y) * torch.log1p(x / y) - x))
    return z


def by_double(s, b):
    nothing = (s == 0) | (b == 0)
    x, y = (v.double().masked_fill(nothing, 1) for v in (s, b))
    return (2 * ((x + y) * torch.log(1 + x / y) - x)).sqrt().masked_fill(nothing, 0).float()


def by_elements(s, b):
    z = [
        (2 * ((x + y) * torch.log1p(x / y) - x)).sqrt() if x > 0 and y > 0 else 0 * (x + y)
        for x, y in zip(s.flatten(), b.flatten(), strict=True)
    ]
    return torch.stack(z).reshape(s.shape)


def with_least(s, b):
    """A root of what is at least 1e-30 has a finite slope."""
    x, y = (torch.where((s > 0) & (b > 0), v, 1) for v in (s, b))
    z2 = 2 * ((x + y) * torch.log1p(x / y) - x)
    return z2.clamp(min=1e-30).sqrt() * ((s > 0) & (b > 0))


RIGHT: dict[Check, dict[str, Any]] = {
    check_asimov: {
        "where": by_where,
        "index": by_index,
        "double": by_double,
        "elements": by_elements,
        "the library": significance.asimov,
        "clamped, for the slope": with_least,
    }
}


# Endless data: right answers in several forms.


def endless(s, b, δ):
    r = s / b
    return (2 * (r - torch.log1p(r))).sqrt() / δ


def from_much_data(s, b, δ):
    """Z of the two counts, for a number of data that is large enough."""
    many = 1e9
    return significance.asimov(many * s, many * b, δ)


def number_by_number(s, b, δ):
    pairs = zip(s.tolist(), b.tolist(), strict=True)
    return [math.sqrt(2 / δ**2 * (x / y - math.log((x + y) / y))) for x, y in pairs]


RIGHT[check_endless_data] = {
    "as on the page": endless,
    "much data": from_much_data,
    "number by number": number_by_number,
    "as a control region": lambda s, b, δ: (
        (2 * (torch.xlogy(1 / δ**2, b / (s + b)) + s / b / δ**2)) ** 0.5
    ),
    "NumPy": lambda s, b, δ: np.sqrt(2 * (s / b - np.log(1 + s / b)).numpy()) / δ,
}


# An uncertain background: right answers.


def short(s, b, δ):
    return s / (b + (δ * b) ** 2).sqrt()


RIGHT[check_uncertain] = {
    "as on the page": short,
    "factored": lambda s, b, δ: s / (b * (1 + δ**2 * b)).sqrt(),
    "hypot": lambda s, b, δ: s / torch.hypot(b.sqrt(), δ * b),
    "a power": lambda s, b, δ: s * (b + δ * δ * b * b) ** -0.5,
    "double": lambda s, b, δ: short(s.double(), b.double(), δ),
}


# Wrong answers


def safe(formula):
    """An answer that is wrong in its formula only."""

    def answer(s, b):
        nothing = (s <= 0) | (b <= 0)
        x, y = torch.where(nothing, 1, s), torch.where(nothing, 1, b)
        return torch.where(nothing, 0, formula(x, y))

    return answer


def z(s, b):
    return (2 * ((s + b) * torch.log1p(s / b) - s)).sqrt()


def in_place(s, b):
    b[b == 0] = 1
    return z(s, b)


def by_math(s, b):
    values = [
        math.sqrt(2 * ((x + y) * math.log1p(x / y) - x)) if x and y else 0.0
        for x, y in zip(s.flatten().tolist(), b.flatten().tolist(), strict=True)
    ]
    return torch.tensor(values).reshape(s.shape)


def later_in_place(s, b):
    answer = z(s, b)
    answer[(s <= 0) | (b <= 0)] = 0
    return answer


def below(least):
    return lambda s, b: by_where(s.where(s > least, 0), b.where(b > least, 0))


WRONG: dict[Check, dict[str, Any]] = {
    check_asimov: {
        "the 2 before the logarithm": (
            safe(lambda s, b: (2 * (s + b) * torch.log1p(s / b) - s).sqrt()), "the whole bracket"),
        "a series": (
            safe(lambda s, b: (s**2 / b * (1 - s / b / 3)).sqrt()), "beginning of a series"),
        "no root": (safe(lambda s, b: z(s, b) ** 2), "root is missing"),
        "no factor": (safe(lambda s, b: z(s, b) / 2**0.5), "factor 2 under the root"),
        "factor outside": (safe(lambda s, b: z(s, b) * 2**0.5), "come out of the root"),
        "simple": (safe(lambda s, b: s / b.sqrt()), "that is s/√b"),
        "s + b": (safe(lambda s, b: s / (s + b).sqrt()), "s/√(s + b)"),
        "swapped": (safe(lambda s, b: z(b, s)), "changed places"),
        "no minus": (
            safe(lambda s, b: (2 * (s + b) * torch.log1p(s / b)).sqrt()), "− s at the end"),
        "b only": (
            safe(lambda s, b: (2 * (b * torch.log1p(s / b) - s)).sqrt()), "not by s or b alone"),
        "minus b": (safe(lambda s, b: (2 * ((s + b) * torch.log1p(s / b) - b)).sqrt()),
            "b is subtracted"),
        "log10": (
            safe(lambda s, b: (2 * ((s + b) * torch.log10(1 + s / b) - s)).sqrt()), "base 10"),
        "log2": (safe(lambda s, b: (2 * ((s + b) * torch.log2(1 + s / b) - s)).sqrt()), "base 2"),
        "clamped": (safe(lambda s, b: z(s, b.clamp(min=1))), "raise it to one"),
        "another factor": (safe(lambda s, b: 1.1 * z(s, b)), "1.1 times"),
        "log": (safe(lambda s, b: (2 * ((s + b) * torch.log(1 + s / b) - s)).sqrt()), "log1p"),
        "log of a ratio": (safe(lambda s, b: (2 * ((s + b) * ((s + b) / b).log() - s)).sqrt()),
            "log1p"),
        "unsafe": (z, "NaN"),
        "prize": (lambda s, b: z(s, b + 1e-9), "prize"),
        "only NaN": (lambda s, b: torch.nan_to_num(z(s, b), 0, posinf=math.inf), "infinity"),
        "a prize for nothing": (lambda s, b: by_where(s, b) + (s == 0) * (b > 0), "without signal"),
        "where too late": (
            lambda s, b: torch.where((s > 0) & (b > 0), z(s, b), 0), "comes too late"),
        "zero if any is zero": (
            lambda s, b: by_where(s, b) if (s * b).all() else 0 * (s + b),
            "Z, of counts with zeros among them"),
        "root too late": (
            lambda s, b: torch.where(b > 0, z(s, torch.where(b > 0, b, 1)), 0), "s = 0"),
        "detached": (lambda s, b: by_where(s, b).detach(), "no gradient"),
        "math": (by_math, "end the graph"),
        "b detached": (lambda s, b: by_where(s, b.detach()), "no gradient in b"),
        "slope of another": (
            lambda s, b: by_where(s, b).detach() + (s - s.detach()) + (b - b.detach()), ""),
        "in place": (in_place, "changes b"),
        "summed": (lambda s, b: by_where(s, b).sum(), "one Z for each"),
        "b/s": (safe(lambda s, b: (2 * ((s + b) * torch.log1p(b / s) - s)).sqrt()), "1 + b/s"),
        "s only": (safe(lambda s, b: (2 * (s * torch.log1p(s / b) - s)).sqrt()), "s or b alone"),
        "log of s/b": (
            safe(lambda s, b: (2 * ((s + b) * torch.log(s / b) - s)).sqrt()), "not of s/b"),
        "plus s": (safe(lambda s, b: (2 * ((s + b) * torch.log1p(s / b) + s)).sqrt()), "is added"),
        "one twice": (
            safe(lambda s, b: (2 * ((s + b) * torch.log1p(1 + s / b) - s)).sqrt()), "twice"),
        "zero below 0.06": (below(0.06), "is some, not none"),
        "zero below 0.01": (below(0.01), "is some, not none"),
        "zero for b below 0.06": (
            lambda s, b: by_where(s, b.where(b > 0.06, 0)), "b of 0.00015 is some"),
        "zero for b up to 0.001": (
            lambda s, b: by_where(s, b.where(b > 1e-3, 0)), "b of 0.00015 is some"),
        "zero for b below one": (lambda s, b: by_where(s, b.where(b > 1, 0)), "b of 0.075 is some"),
        "in place after the root": (later_in_place, "changes a tensor in place"),
        "s detached": (lambda s, b: by_where(s.detach(), b), "no gradient in s"),
        "s in place": (lambda s, b: by_where(s.clamp_(min=0.1), b), "changes s"),
        "minus": (lambda s, b: -by_where(s, b), "but for its sign"),
        "flat": (lambda s, b: by_where(s, b).flatten(), "in its place"),
        "rounded": (lambda s, b: by_where(s, b).round(), "whole numbers"),
        "half precision": (lambda s, b: by_where(s.bfloat16(), b.bfloat16()), ""),
        "a list": (lambda s, b: by_where(s, b).tolist(), "has no graph"),
        "NumPy": (lambda s, b: by_where(s, b).detach().numpy(), "has no graph"),
        "a string": (lambda s, b: "Z", "of type str"),
        "zeros": (lambda s, b: 0 * s, "zero everywhere"),
        "exponent": (safe(lambda s, b: z(s, b).exp()), ""),
    }
}  # fmt: skip


def limit(formula):
    """An answer that is a formula of r = s/b and ln(1 + r)."""
    return lambda s, b, δ: formula(s / b, torch.log1p(s / b), δ)


WRONG[check_endless_data] = {
    "no root": (limit(lambda r, log, δ: 2 * (r - log) / δ**2), "root is missing"),
    "no factor": (limit(lambda r, log, δ: (r - log).sqrt() / δ), "factor 2 under"),
    "factor outside": (limit(lambda r, log, δ: 2 * (r - log).sqrt() / δ), "out of the root"),
    "little signal": (limit(lambda r, log, δ: r / δ), "little signal besides"),
    "short": (lambda s, b, δ: s / (b + (δ * b) ** 2).sqrt(), "short formula"),
    "no limit": (lambda s, b, δ: significance.asimov(s, b, δ), "that you have, and not its limit"),
    "known": (lambda s, b, δ: significance.asimov(s, b), "known exactly"),
    "no δ": (limit(lambda r, log, δ: (2 * (r - log)).sqrt()), "δ has disappeared"),
    "times δ": (limit(lambda r, log, δ: (2 * (r - log)).sqrt() * δ), "multiplied by δ"),
    "over δ²": (limit(lambda r, log, δ: (2 * (r - log)).sqrt() / δ**2), "divided by δ²"),
    "root of δ": (limit(lambda r, log, δ: (2 * (r - log) / δ).sqrt()), "the factor 1/δ, and not"),
    "absolute": (lambda s, b, δ: endless(s, b, δ * b), "absolute uncertainty"),
    "one term": (limit(lambda r, log, δ: (2 * (r / δ**2 - log)).sqrt()), "only one of the two"),
    "other term": (limit(lambda r, log, δ: (2 * (r - log / δ**2)).sqrt()), "only one|negative|NaN"),
    "sign": (limit(lambda r, log, δ: (2 * (log - r)).sqrt() / δ), "negative|NaN"),
    "added": (limit(lambda r, log, δ: (2 * (r + log)).sqrt() / δ), "logarithm is subtracted"),
    "no logarithm": (limit(lambda r, log, δ: (2 * r).sqrt() / δ), "logarithm is missing"),
    "no first term": (limit(lambda r, log, δ: (2 * log).sqrt() / δ), "first term is missing"),
    "the other count": (
        limit(lambda r, log, δ: (2 * ((1 + r) * log - r)).sqrt() / δ),
        "multiplied by 1 + s/b",
    ),
    "swapped": (lambda s, b, δ: endless(b, s, δ), "changed places"),
    "log10": (limit(lambda r, log, δ: (2 * (r - torch.log10(1 + r))).sqrt() / δ), "base 10"),
    "log2": (limit(lambda r, log, δ: (2 * (r - torch.log2(1 + r))).sqrt() / δ), "base 2|NaN"),
    "purity": (lambda s, b, δ: endless(s, s + b, δ), "s/(s + b) where"),
    "a series": (limit(lambda r, log, δ: r * (1 - 2 * r / 3).sqrt() / δ), "series|NaN"),
    "math": (lambda s, b, δ: math.sqrt(2 * (s / b - math.log(1 + s / b))) / δ, "single number"),
    "summed": (lambda s, b, δ: endless(s, b, δ).sum(), "summed"),
    "minus": (lambda s, b, δ: -endless(s, b, δ), "but for its sign"),
    "a string": (lambda s, b, δ: "s/b", "of type str"),
    "nothing": (lambda s, b, δ: None, "returns None"),
}
WRONG[check_uncertain] = {
    "as given": (lambda s, b, δ: s / (b + δ * b.detach()).sqrt(), "has to be squared"),
    "only the square": (lambda s, b, δ: s / (b + (δ * b.detach()) ** 2).sqrt(), "is a constant"),
    "only the graph": (lambda s, b, δ: s / (b + δ * b).sqrt(), "has to be squared"),
    "square detached": (
        lambda s, b, δ: s / (b + ((δ * b) ** 2).detach()).sqrt(), "is a constant"),
    "half detached": (lambda s, b, δ: s / (b + δ**2 * b * b.detach()).sqrt(), "one of the two"),
    "b detached": (lambda s, b, δ: s / (b.detach() + (δ * b) ** 2).sqrt(), "from σ_b alone"),
    "all of b detached": (lambda s, b, δ: short(s, b.detach(), δ), "no gradient in b at all"),
    "s detached": (lambda s, b, δ: short(s.detach(), b, δ), "no gradient in s"),
    "detached": (lambda s, b, δ: short(s, b, δ).detach(), "there is no gradient"),
    "item": (lambda s, b, δ: s / (b + (δ * b.item()) ** 2).sqrt(), "single number"),
    "deviations added": (lambda s, b, δ: s / (b.sqrt() + δ * b), "standard deviations √b"),
    "relative": (lambda s, b, δ: s / (b + δ**2).sqrt(), "δ is relative"),
    "relative, no square": (lambda s, b, δ: s / (b + δ).sqrt(), "δ is relative"),
    "b not squared": (lambda s, b, δ: s / (b + δ**2 * b).sqrt(), "b is squared as well"),
    "δ not squared": (lambda s, b, δ: s / (b + δ * b**2).sqrt(), "δ is squared as well"),
    "root of σ": (lambda s, b, δ: s / (b + (δ * b).sqrt()).sqrt(), "taken twice"),
    "known": (lambda s, b, δ: s / b.sqrt(), "uncertainty is gone"),
    "only uncertain": (lambda s, b, δ: s / (δ * b), "fluctuation of the count is gone"),
    "b²": (lambda s, b, δ: s / (b**2 + (δ * b) ** 2).sqrt(), "and not b²"),
    "no root": (lambda s, b, δ: s / (b + (δ * b) ** 2), "root is missing"),
    "subtracted": (lambda s, b, δ: s / (b - (δ * b) ** 2).sqrt(), "subtracted|NaN"),
    "s + b": (lambda s, b, δ: s / (s + b + (δ * b) ** 2).sqrt(), "s stands under the root"),
    "of the signal": (lambda s, b, δ: s / (b + (δ * s) ** 2).sqrt(), "share of the signal"),
    "long": (lambda s, b, δ: significance.asimov(s, b, δ), "long formula"),
    "negative": (lambda s, b, δ: -short(s, b, δ), "but for its sign"),
    "mean": (lambda s, b, δ: short(s, b, δ).mean(), "averaged"),
    "slope of another": (
        lambda s, b, δ: short(s, b, δ).detach() + (s - s.detach()) + (b - b.detach()), ""),
}  # fmt: skip


def test_numbers_of_the_page_fail():
    assert not check_asimov(lambda s, b: torch.full_like(s, 5.49))
    assert not check_asimov(lambda *_: torch.tensor(12.03))


def test_little_signal_is_shown_where_it_is_wrong():
    """The message quotes a pair of counts whose Z is wrong, though others are right."""

    def doubled(s, b):
        return by_where(s, b) * torch.where((s / b > 1e-4) & (s / b < 1e-3), 2, 1)

    message = check_asimov(doubled).message
    yours, right = re.findall(r"yours is (\S+), and it should be (\S+):", message)[0]
    assert float(yours) == pytest.approx(2 * float(right), rel=0.01)
