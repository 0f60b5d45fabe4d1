"""The names that outputs may have."""

from typing import Any

import pytest

from press.book import PressError
from press.store import Entry, check_name

ENTRY: dict[str, Any] = {
    "kind": "number",
    "chapter": "book/one",
    "number": "",
    "cell": 1,
    "line": 7,
}


@pytest.mark.parametrize("name", ["fig-line", "n.a", "n_a", "7", "diffprog.loops.fit", "größe"])
def test_a_good_name(name):
    check_name(name, "book/one.md:7")


@pytest.mark.parametrize(
    "name",
    [
        *("", "a/b", "../../evil", r"a\b", ".hidden", "-a", "a b", "a%20b", "a'b", 'a"b', "fig(a)"),
        *("a:b", "a\nb", "a\0b", "a" * 101),
    ],
)
def test_a_name_that_would_break_a_file_or_a_page_is_refused_with_its_place(name):
    with pytest.raises(PressError, match=r"^book/one\.md:7: .* cannot be a name"):
        Entry(name=name, data={"text": "1"}, **ENTRY)
