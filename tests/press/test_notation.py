"""The symbols of chapters: which letters a formula uses, and what is not introduced."""

import pytest

from press.book import PressError
from press.chapter import Chapter, read_all
from press.notation import clashes, formulas, letters, strangers, symbols


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        (r"\theta \leftarrow \theta - \eta\, \nabla f(\theta)", r"\theta \eta f"),
        (r"x_0 + v_{0}\, t + \tfrac12\, a\, t^2", "x v t a"),
        (r"\sum_{i=1}^{n} x_i", "n x"),
        (r"x_\text{guess}(t) + v_0^\text{true} + \theta^* + \hat\psi'", r"x t v \theta \psi"),
        (r"u^\mathsf{T} J^{-1} g^\top + H^T + H^{(k)}", "u J g H"),
        (r"\mathcal{L}(\mu) \propto \mathcal N L", r"<L> <N> L \mu"),
        (r"\mathrm{ReLU}(u) + \mathrm E[s] + \operatorname{sigmoid}(k) + \sin c", "u s k c"),
        (r"\int f_s\,dm + \frac{d}{dc} + \frac{\partial f}{\partial c} + \mathrm d t", "f m c t"),
        (r"k\,e^{-k|m|} + 2\pi + \Delta x", "k m x"),
        (r"e \leftarrow (1 - \eta d)\, e", r"e d \eta"),
        (r"\begin{aligned} a &= b \\[1ex] c &= 1 % z" + "\n" + r"\end{aligned}", "a b c"),
        (r"10^{-3} \ll \infty \cdot \ell", r"\ell"),
    ],
)
def test_letters_of_a_formula(latex, wanted):
    assert letters(latex) == set(wanted.split())


PAGE = """\
---
description: A page of $q$.
notation:
  'v_0': velocity at launch, in m/s
  '\\mathcal{L}': likelihood
  '\\nabla': the gradient
---

# Page

It is $v_0$, `$code$`, not 5 $ and 6 $, and

$$ v(t)
 = 1 . $$

::::{admonition} A box
:class: dp-goals
- with $b$;

:::{exercise} Inside
```{admonition} Hint
$h$
```
:::
::::

```sh
echo $s $
```

```{code-cell} ipython3
---
mystnb:
  figure:
    caption: The $f$ of it.
---
"$c$"
```
"""


def test_formulas_are_those_of_prose_boxes_and_captions(book, read):
    text = PAGE.replace(":::{exercise} Inside", ":::{note}")
    assert [" ".join(f.split()) for f in formulas(read(text))] == [
        "v_0", "v(t) = 1 .", "b", "h", "f",
    ]  # fmt: skip


def test_a_symbol_has_a_letter_or_is_a_sign(read):
    found = symbols(read(PAGE.replace(":::{exercise} Inside", ":::{note}")))
    assert [(s.letter, s.script) for s in found] == [
        ("v", "latin"), ("<L>", "latin"), ("", "other"),
    ]  # fmt: skip
    assert found[0].meaning == "velocity at launch, in m/s"


def test_lists_go_by_letters_with_small_letters_first(read):
    keys = [r"\varepsilon", "B", r"\eta", "b", "a_1", r"\mathcal{A}", "a", r"\beta_2", r"\beta"]
    mapping = "\n".join(f"  '{key}': a thing" for key in keys)
    found = symbols(read(f"---\nnotation:\n{mapping}\n---\n\n# Page\n"))
    ordered = [s.latex for s in sorted(found, key=lambda s: (s.script, *s.order))]
    assert ordered == [
        r"\beta", r"\beta_2", r"\varepsilon", r"\eta", "a", "a_1", r"\mathcal{A}", "b", "B",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("notation", "words"),
    [("[x, y]", "maps each symbol"), ("{'x y': two letters}", "'x y': each entry")],
)
def test_a_wrong_list_is_refused(read, notation, words):
    with pytest.raises(PressError, match=words):
        symbols(read(f"---\nnotation: {notation}\n---\n\n# Page\n"))


def write(book, **notations: tuple[str, str]) -> list[Chapter]:
    for name, (notation, formula) in notations.items():
        text = f"---\nnotation: {notation}\n---\n\n# {name}\n\nIt is ${formula}$.\n"
        book.page(f"part1/{name}").path.write_text(text)
    return read_all(book)


def test_a_letter_is_introduced_in_its_chapter_or_before(book):
    chapters = write(book, one=("{'x_0': start}", "x + v"), two=("{'v': speed}", "x_1 + v_2"))
    assert list(strangers(chapters)) == ["book/part1/one.md: v, as in $x + v$, is in no notation"]


def test_a_symbol_has_one_meaning(book):
    one = "{'x_0': start, '\\sigma': noise}"
    chapters = write(book, one=(one, "x"), two=("{'x_{0}': end, '\\sigma_s': width}", "x"))
    assert list(clashes(chapters)) == [
        "book/part1/two.md: x_{0} is 'end', and 'start' in book/part1/one.md"
    ]


def test_an_accent_alone_stands_over_a_dot(read):
    text = "---\nnotation: {'\\bar': a derivative, '\\hat x': a fit}\n---\n\n# Page\n"
    assert [s.latex for s in symbols(read(text))] == [r"\bar{\;\cdot\;}", r"\hat x"]
