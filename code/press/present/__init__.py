"""`make present`: the built book on this machine, with a live kernel behind its code cells.

`server` sends pages and decks to browsers on this machine only, `kernel` runs their code, and
`output` turns what the code gives into HTML. The built book itself contains nothing of this:
`book/assets/live.js` and `live.css` are put into pages as they are sent.
"""
