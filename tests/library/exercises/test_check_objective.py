"""The check of `part2/objective`: right answers pass, and a wrong one hears its likely cause."""

import math
import re

import pytest
import torch

from diffprog.exercises.objective import check_asimov
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


RIGHT = {
    check_asimov: {
        "where": by_where,
        "index": by_index,
        "double": by_double,
        "elements": by_elements,
        "the library": significance.asimov,
        "clamped, for the slope": with_least,
    }
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


WRONG = {
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
