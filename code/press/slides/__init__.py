"""Decks for class: Markdown in `book/slides`, filled from the output store, shown by reveal.js.

`deck` reads one, `markdown` and its directives (`figure`, `code_listing`, `exercise`) turn it into
HTML, `deck_rules` says what is missing, `html_page` writes the file, `assets` what stands beside
it, `pdf` prints. Nothing is executed for a deck, and Sphinx has no part in it: a deck takes a
tenth of a second.
"""
