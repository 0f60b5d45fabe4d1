"""The card of a page."""

from types import SimpleNamespace
from typing import Any

import matplotlib as mpl
from docutils import nodes

from press.pages import social_card
from press.pages.social_card import draw


def test_a_card_looks_the_same_whatever_the_settings_of_whoever_builds():
    card = draw("A title", "The book", None)
    with mpl.rc_context({"font.family": "serif", "savefig.dpi": 50, "text.color": "red"}):
        assert draw("A title", "The book", None) == card


def test_a_card_is_drawn_again_only_where_its_page_says_something_else(monkeypatch):
    drawn: list[str] = []
    monkeypatch.setattr(social_card, "draw", lambda title, *_: drawn.append(title) or b"")  # type: ignore[func-returns-value]
    builder, config = SimpleNamespace(format="html"), SimpleNamespace(html_title="The book")
    app: Any = SimpleNamespace(builder=builder, config=config)
    env: Any = SimpleNamespace(
        found_docs={"a", "b"}, metadata={"a": {}, "b": {}},
        titles={name: nodes.title("", name.upper()) for name in "ab"},
    )  # fmt: skip
    for _ in range(2):
        social_card._draw_all(app, env)
    assert sorted(drawn) == ["A", "B"]
    env.titles["b"] = nodes.title("", "B, again")
    env.found_docs = {"b"}
    social_card._draw_all(app, env)
    assert drawn[2:] == ["B, again"]
    assert env.press_cards.keys() == {"b"}, "those of pages that are gone go"
