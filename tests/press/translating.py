"""A part of a translation into German of the small book of `test_small_book.py`."""

from pathlib import Path

from babel.messages.pofile import read_po, write_po

GERMAN = {
    "Adding": "Addieren",
    "A chapter about adding.": "Ein Kapitel über das Addieren.",
    "It is {number}`n-one`, as {cite:t}`key` says of $x^2$ in {numref}`fig-line`: {deck}`deck`. "
    "The exercise is {ref}`ex-add`, and the page after it [](two.md).": "Es ist {number}`n-one`, "
    "wie {cite:t}`key` über $x^2$ in {numref}`fig-line` sagt: {deck}`deck`. Die Übung ist "
    "{ref}`ex-add`, und die nächste Seite ist [](two.md).",
    "Why?": "Warum?",
    "Is *one* and one more than {number}`n-one`?": "Ist *eins* und eins mehr als {number}`n-one`?",
    "Yes, it is $2$.": "Ja, es ist $2$.",
    "One is positive.": "Eins ist positiv.",
    "A line.": "Eine Linie.",
    "A line that rises from the lower left to the upper right.": "Eine Linie, die von links unten "
    "nach rechts oben steigt.",
    "Addition": "Addition von Zahlen",
    "Write `add`.": "Schreibe `add`.",
    "Use a plus.": "Nimm ein Plus.",
    "what is added, in $\\eta$": "was addiert wird, in $\\eta$",
    "A deck": "Ein Foliensatz",
    "It found {number}`n-one`.": "Gefunden wurde {number}`n-one`.",
    "the check says ✓.": "die Prüfung ✓ sagt.",
    # what the press says
    "Figure %s": "Abbildung %s",
    "Exercise": "Übung",
    "Solution": "Lösung",
    "Show the answer": "Die Antwort zeigen",
    "about {} minutes": "etwa {} Minuten",
    "the next step, or the next slide": "der nächste Schritt oder die nächste Folie",
    "Translated: {} of {} paragraphs; the rest is in English.": "Übersetzt: {} von {} Absätzen; "
    "der Rest ist auf Englisch.",
    # what scripts say
    "Run": "Ausführen",
    "Code of ": "Code von ",
}


def translate(folder: Path) -> set[str]:
    """Fill in what is known in the .po files of a folder, and return what was filled in."""
    found = set()
    for path in folder.rglob("*.po"):
        with path.open("rb") as stream:
            catalog = read_po(stream)
        for message in catalog:
            if message.id in GERMAN:
                message.string = GERMAN[str(message.id)]
                found.add(str(message.id))
        with path.open("wb") as stream:
            write_po(stream, catalog)
    return found
