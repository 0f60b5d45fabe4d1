"""The card of a page."""

import matplotlib as mpl

from press.pages.social_card import draw


def test_a_card_looks_the_same_whatever_the_settings_of_whoever_builds():
    card = draw("A title", "The book", None)
    with mpl.rc_context({"font.family": "serif", "savefig.dpi": 50, "text.color": "red"}):
        assert draw("A title", "The book", None) == card
