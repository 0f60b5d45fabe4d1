"""The code that a notebook keeps of a cell that the page leaves out."""

import pytest

from press.notebooks.names_in_cells import given, needed, taken


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = y + 1", {"y"}),
        ("y = 1\nx = y", set()),
        ("x = x + 1", {"x"}),
        ("x += 1", {"x"}),
        ("for i in range(3):\n    print(i, n)", {"n"}),
        ("with open(p) as f:\n    f.read()", {"p"}),
        ("import a.b as c\nc.d(e)", {"e"}),
        ("def f(x):\n    return x + later\nlater = 1", set()),
        ("def f(x):\n    return x + other", {"other"}),
        ("[k for k in ks]", {"ks"}),
        ("%matplotlib inline\nx", {"x"}),
        ("files = !ls", set()),
        ("z = %time 1 + 1", set()),
        ("print?", set()),
        ("if y:\n    %time x", {"x", "y"}),
        ("%%bash\nls | wc", set()),
        ("%%time\nx = y", {"y"}),
        ("x = (y\n % 4)", {"y"}),
        ("await f(x)", {"f", "x"}),
        ("no python here", {"*"}),
    ],
)
def test_what_a_cell_takes_from_those_before(source, names):
    assert taken(source) == names


def test_what_a_cell_gives():
    source = "import a.b, c as d\nx, (y, z) = 1, (2, 3)\ndef f(): pass\nclass C: pass"
    assert given(source) == {"a", "d", "x", "y", "z", "f", "C"}
    assert given("files = !ls") == {"files"}
    assert given("%%time\nx = 1") == {"x"}
    assert given("no python here") == set()


NUMBERS = 'L = c.mean()\nshow.number("a", L, ".2f")\nshow.number(\n    "b", 2 / L,\n)'


@pytest.mark.parametrize(
    ("source", "later", "kept"),
    [
        ('show.number("a", x)', ["print(x)"], ""),
        (NUMBERS, ["print(1)"], ""),
        (NUMBERS, ["print(L)"], "L = c.mean()"),
        (NUMBERS, ["L = 3\nprint(L)"], ""),
        (NUMBERS, ["L = 3", "print(L)"], ""),
        (NUMBERS, ["print(1)", "def f():\n    return L"], "L = c.mean()"),
        ('d["k"] = 1', ["print(d)"], "d['k'] = 1"),
        ('d["k"] = 1', ["print(e)"], ""),
        ("files = !ls", ["print(files)"], "files = get_ipython().getoutput('ls')"),
        ("files = !ls", ["print(1)"], ""),
        ("x = 1", ["no python here"], "x = 1"),
        ('show.number("a", x)', ["no python here"], ""),
        ("no python here", ["print(1)"], "no python here"),
        ("x = 1\nfor n in ns:\n    show.number(n, x)", ["print(x)"], "x = 1"),
        (
            'for n in ns:\n    x = n\n    show.number("n", x)',
            ["print(x)"],
            "for n in ns:\n    x = n",
        ),
        (
            'if y:\n    show.number("y", y)\nelse:\n    y = 1',
            ["print(y)"],
            "if y:\n    pass\nelse:\n    y = 1",
        ),
    ],
)
def test_a_removed_cell_leaves_only_what_a_later_one_takes(source, later, kept):
    assert needed(source, later) == kept
