"""Mutants are small changes that parse, drawn by kind, the same for the same seed."""

import ast
from pathlib import Path

import pytest

from .mutants import Mutant, mutants, sample

ROOT = Path(__file__).parents[2]
CHANGES = {
    "a = b * c": ("arithmetic", {"b / c"}),
    "a = b @ c": ("arithmetic", {"b + c"}),
    "a = b < c": ("comparison", {"b <= c"}),
    "a = b is None": ("comparison", {"b is not None"}),
    "a = -b": ("sign", {"b"}),
    "a = b or c": ("logic", {"b and c"}),
    "if a:\n        b()": ("condition", {"not (a)"}),
    "a = b if c else d": ("condition", {"not (c)"}),
    "return a": ("return", {"return None"}),
    "raise ValueError(f'{a} is {-b}')": ("raise", {"pass"}),
    "a = f(b, c=d)": ("argument", {"f(b)"}),
    "a.check(b)": ("statement", {"pass"}),
    "a = b.mean(0)": ("reduction", {"b.sum(0)"}),
    "a = max(b)": ("reduction", {"min(b)"}),
    "a = 2": ("constant", {"3"}),
    "a = True": ("constant", {"False"}),
    "a = 'text'": ("", set()),
    "a = f'{b}: {c + d}'": ("", set()),
    "a: Literal[1]": ("", set()),
}


def of(folder: Path, source: str) -> list[Mutant]:
    path = folder / "module.py"
    path.write_text(source, encoding="utf-8")
    return mutants(folder, [path])


def plain(text: str) -> str:
    """Without parentheses that change nothing."""
    return ast.unparse(ast.parse(text))


@pytest.mark.parametrize("statement", CHANGES)
def test_each_kind_of_change(tmp_path, statement):
    kind, new = CHANGES[statement]
    found = of(tmp_path, f'def f(a, b, c, d):\n    """With -1."""\n    {statement}\n')
    made = {plain(mutant.new) for mutant in found if mutant.kind == kind}
    assert made == {plain(text) for text in new}
    assert bool(found) == bool(new)


def test_defaults_are_changed_and_what_runs_at_import_is_not(tmp_path):
    found = of(tmp_path, "K = 3\n\ndef f(a, n=4, *, on=False): ...\n")
    assert [(m.kind, m.old, m.new) for m in found] == [
        ("default", "4", "(5)"),
        ("default", "False", "(True)"),
    ]


def test_a_mutant_changes_its_place_only_also_behind_other_letters(tmp_path):
    source = "def f(σ):\n    return 'ü', σ - 1, σ - 1\n"
    found = [m for m in of(tmp_path, source) if m.kind == "arithmetic"]
    applied = [mutant.applied(source.encode()).decode() for mutant in found]
    assert applied == [
        "def f(σ):\n    return 'ü', (σ + 1), σ - 1\n",
        "def f(σ):\n    return 'ü', σ - 1, (σ + 1)\n",
    ]
    assert [mutant.name for mutant in found] == [
        "module.py: σ - 1 -> (σ + 1)",
        "module.py: σ - 1 -> (σ + 1) (2)",
    ]


def test_all_mutants_of_the_library_parse_and_differ():
    paths = sorted((ROOT / "code/diffprog/relaxations").glob("*.py"))
    found = mutants(ROOT, paths)
    assert len({mutant.name for mutant in found}) == len(found) > 100
    for mutant in found:
        source = (ROOT / mutant.path).read_bytes()
        changed = mutant.applied(source)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source)), mutant.name


def test_a_sample_holds_each_kind_and_is_the_same_for_a_seed():
    found = mutants(ROOT, sorted((ROOT / "code/diffprog/relaxations").glob("*.py")))
    drawn = sample(found, 60, seed=1)
    assert {m.kind for m in drawn} == {m.kind for m in found}
    assert drawn == sample(found, 60, seed=1) != sample(found, 60, seed=2)
    assert len(set(drawn)) == len(drawn) >= 60
