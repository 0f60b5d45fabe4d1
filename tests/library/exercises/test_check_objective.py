"""The check of `part2/objective`: right answers pass, and a wrong one hears its likely cause."""

import math

import pytest
import torch

from diffprog.exercises.objective import check_asimov
from diffprog.relaxations import significance

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


RIGHT = [by_where, by_index, by_double, by_elements, significance.asimov]


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


WRONG = {
    "no root": (safe(lambda s, b: z(s, b) ** 2), "root is missing"),
    "no factor": (safe(lambda s, b: z(s, b) / 2**0.5), "factor 2 under the root"),
    "factor outside": (safe(lambda s, b: z(s, b) * 2**0.5), "come out of the root"),
    "simple": (safe(lambda s, b: s / b.sqrt()), "that is s/√b"),
    "s + b": (safe(lambda s, b: s / (s + b).sqrt()), "s/√(s + b)"),
    "swapped": (safe(lambda s, b: z(b, s)), "changed places"),
    "no minus": (safe(lambda s, b: (2 * (s + b) * torch.log1p(s / b)).sqrt()), "− s at the end"),
    "b only": (safe(lambda s, b: (2 * (b * torch.log1p(s / b) - s)).sqrt()), "not by s or b alone"),
    "minus b": (safe(lambda s, b: (2 * ((s + b) * torch.log1p(s / b) - b)).sqrt()),
        "b is subtracted"),
    "log10": (safe(lambda s, b: (2 * ((s + b) * torch.log10(1 + s / b) - s)).sqrt()), "base 10"),
    "log2": (safe(lambda s, b: (2 * ((s + b) * torch.log2(1 + s / b) - s)).sqrt()), "base 2"),
    "clamped": (safe(lambda s, b: z(s, b.clamp(min=1))), "raise it to one"),
    "another factor": (safe(lambda s, b: 1.1 * z(s, b)), "not right"),
    "log": (safe(lambda s, b: (2 * ((s + b) * torch.log(1 + s / b) - s)).sqrt()), "log1p"),
    "log of a ratio": (safe(lambda s, b: (2 * ((s + b) * ((s + b) / b).log() - s)).sqrt()),
        "log1p"),
    "unsafe": (z, "NaN"),
    "prize": (lambda s, b: z(s, b + 1e-9), "prize"),
    "only NaN": (lambda s, b: torch.nan_to_num(z(s, b), 0, posinf=math.inf), "infinity"),
    "a prize for nothing": (lambda s, b: by_where(s, b) + (s == 0) * (b > 0), "without signal"),
    "where too late": (lambda s, b: torch.where((s > 0) & (b > 0), z(s, b), 0), "comes too late"),
    "root too late": (lambda s, b: torch.where(b > 0, z(s, torch.where(b > 0, b, 1)), 0), "s = 0"),
    "detached": (lambda s, b: by_where(s, b).detach(), "no gradient"),
    "math": (by_math, "end the graph"),
    "b detached": (lambda s, b: by_where(s, b.detach()), "no gradient in b"),
    "slope of another": (lambda s, b: by_where(s, b).detach() + (s - s.detach()) + (b - b.detach()),
        "gradient of Z in s"),
    "in place": (in_place, "changes b"),
    "summed": (lambda s, b: by_where(s, b).sum(), "one Z for each"),
}  # fmt: skip


@pytest.mark.parametrize("answer", RIGHT, ids=lambda f: f.__name__)
def test_right_answers_pass(answer):
    verdict = check_asimov(answer)
    assert verdict.passed, verdict


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_are_told_why(name):
    answer, words = WRONG[name]
    verdict = check_asimov(answer)
    assert not verdict.passed
    assert words in verdict.message


def test_numbers_of_the_page_fail():
    assert not check_asimov(lambda s, b: torch.full_like(s, 5.49)).passed
    assert not check_asimov(lambda *_: torch.tensor(12.03)).passed
