"""What a reader sees differently between two builds."""

import json
import shutil

import pytest

from press.book import PressError
from press.commands.changes import changes


def entry(kind, caption="", line=1, **content):
    return {"kind": kind, "data": {"a/b": content}, "caption": caption, "alt": "", "line": line}


def build(folder, pages, entries):
    (folder / "outputs").mkdir(parents=True)
    outputs = {f"html/{name}": digest for name, digest in pages.items()}
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}))
    for name, content in entries.items():
        (folder / "outputs" / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_pages_figures_and_numbers_are_listed_with_what_became_of_them(tmp_path):
    before = build(
        tmp_path / "before",
        {"book/a.html": "1", "book/b.html": "1", "slides/old.html": "1", "_static/x.js": "1"},
        {
            "n-loss": entry("number", text="549.77", value=1.0),
            "n-same": entry("number", text="3", line=7),
            "fig-a": entry("figure", svg="<svg/>"),
            "fig-b": entry("figure", svg="<svg/>", caption="Before."),
            "fig-old": entry("figure", svg="<svg/>"),
        },
    )
    after = build(
        tmp_path / "after",
        {"book/a.html": "2", "book/b.html": "1", "book/new.html": "1", "_static/x.js": "2"},
        {
            "n-loss": entry("number", text="549.78", value=2.0),
            "n-same": entry("number", text="3", line=9),
            "fig-a": entry("figure", svg="<svg>1</svg>"),
            "fig-b": entry("figure", svg="<svg/>", caption="After."),
        },
    )
    assert changes(before, after).splitlines() == [
        "**3 pages and decks**",
        "",
        "- book/a.html: changed",
        "- book/new.html: new",
        "- slides/old.html: gone",
        "",
        "**4 figures, numbers and other outputs**",
        "",
        "- figure `fig-a`: changed",
        "- figure `fig-b`: its caption or description changed",
        "- figure `fig-old`: gone",
        "- number `n-loss`: 549.77 → 549.78",
    ]


def test_two_equal_builds_have_nothing_to_list(tmp_path):
    one = build(tmp_path / "one", {"book/a.html": "1"}, {"n": entry("number", text="1")})
    assert changes(one, one) == "Nothing that a reader sees has changed."
    with pytest.raises(PressError, match=r"gone holds no finished build: it has no manifest\.json"):
        changes(one, tmp_path / "gone")


@pytest.mark.site
def test_the_book_has_not_changed_against_itself(build, tmp_path):
    assert changes(build.book.build, build.book.build).startswith("Nothing")
    other = tmp_path / "_build"
    shutil.copytree(build.book.build / "outputs", other / "outputs")
    shutil.copy(build.book.build / "manifest.json", other)
    (other / "outputs" / "fig-valley.json").unlink()
    assert "- frames `fig-valley`: new" in changes(other, build.book.build)
