"""Decks for class: Markdown in `book/slides`, filled from the output store, shown by reveal.js.

`deck` reads a deck, `markdown` and its directives (`figure`, `code_listing`, `exercise`) turn it
into HTML, `deck_rules` checks it, `html_page` makes the file, `assets` copies styles, scripts and
fonts, and `pdf` prints. A deck runs neither kernels nor Sphinx, so it takes a tenth of a second.
"""
