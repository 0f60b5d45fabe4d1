"""Formulas as a line of text."""

import lxml.html
import pytest

from press import katex
from press.pages.short_formula import short_formula


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"s/\sqrt b", "s/√b"),
        (r"\frac{s}{\sqrt{b}}", "s/√b"),
        (r"\frac{s + b}{2\,\sqrt{b + 1}}", "(s + b)/(2 √(b + 1))"),
        (r"\sqrt[3]{x}", "³√x"),
        ("10^{-6}", "10⁻⁶"),
        ("v_0^2", "v₀²"),
        (r"\lambda_{\max}", "λ_max"),
        ("x_{i+1}", "x_(i + 1)"),
        (r"e^{-k|m - c|}", "e^(−k|m − c|)"),
        (r"\hat x - \tilde b", "x̂ − b̃"),
        (r"f'''", "f′′′"),
        (r"\theta^*", "θ∗"),
        (r"\partial f / \partial v_0", "∂f/∂v₀"),
        (r"\tfrac12\,a\,t^2", "1/2 a t²"),
        (r"\ln\frac{n}{b}", "ln n/b"),
        (r"\operatorname{sigmoid}\big(k\,(m - c)\big)", "sigmoid(k (m − c))"),
        (r"-k \sum_i p_i\,(1 - p_i)", "−k ∑_i p_i (1 − p_i)"),
        (r"\int_0^1 p\,dp", "∫₀¹ p dp"),
        (r"\underbrace{a + b}_{\text{all}} + c", "a + b + c"),
        (r"\begin{aligned} x &= 1 ,\\ y &= 2 \end{aligned}", "x = 1; y = 2"),
        (r"\text{eps}\phantom{xyz}", "eps"),
    ],
)
def test_a_formula_is_one_line(latex, text):
    html = lxml.html.fragment_fromstring(katex.render(latex, display=False))
    assert short_formula(next(html.iter("math"))) == text
