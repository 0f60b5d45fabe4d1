"""A deck is made from Markdown and the store, and faults in it stop the build."""

import re
import shutil
from html import unescape as html_text
from math import inf
from pathlib import Path

import pytest

from diffprog.show import EXERCISE, FIGURE, SOURCE
from press.book import Book, PressError
from press.edition import Edition
from press.slides import launch_address
from press.slides.code_listing import without_armour, without_docstrings
from press.slides.deck import heads, read
from press.slides.deck_rules import check
from press.slides.figure import smallest_text
from press.slides.html_page import page
from press.slides.plan import table
from press.slides.slide import Deck, ShownCell, Slide, words
from press.slides.write import write_decks
from press.store import Store

from .conftest import HEAD, edition, entry

NOTES = "**Say** " + "word " * 45
LINE = ":::{show} fig-line\n:::\n"
TURN = ":::{exercise} ex-add\n:done: the check says ✓.\n:::"


def slide(text, notes=NOTES, title="A point"):
    minutes = "" if "{exercise}" in text else " 2"  # those of an exercise stand in its chapter
    return f"\n## {title}\n\n{text}\n\n:::{{notes}}{minutes}\n{notes}\n:::\n"


def html(book, path):
    return page(read(edition(book), path))


def test_numbers_figures_and_code_come_from_the_store(book, deck):
    text = slide("It takes {number}`n-steps` steps.\n\n" + LINE)
    text += slide(":::{source} lib.add\n:::", title="Code")
    made = html(book, deck(text))
    assert '<span class="number">7 389</span>' in made
    assert 'aria-label="A line."' in made
    assert 'href="../book/part1/one.html#fig-line" target="_blank">1 One</a>' in made
    assert "<code>lib.py</code>" in made


def test_a_figure_without_words_is_never_too_small(book, deck):
    (drawn,) = (e for e in edition(book).store["fig-line"].data.values())
    bare = {FIGURE: {"svg": re.sub("<text.*?</text>", "", drawn["svg"])}}
    Store(book.build / "outputs", [entry("fig-line", "figure", bare)]).write(partial=True)
    read_deck = read(edition(book), deck(slide(LINE)))
    assert [smallest_text(slide) for slide in read_deck.slides] == [inf, inf]
    check(edition(book), read_deck)


@pytest.mark.parametrize(
    ("figure", "anchor"),
    [("fig_line", "fig-line"), ("Fig-Line", "fig-line"), ("fig-größe", "fig-grosze")],
)
def test_a_slide_leads_to_the_address_that_sphinx_gives_a_name(book, deck, figure, anchor):
    data = edition(book).store["fig-line"].data
    Store(book.build / "outputs", [entry(figure, "figure", data)]).write(partial=True)
    made = html(book, deck(slide(LINE.replace("fig-line", figure))))
    assert f'href="../book/part1/one.html#{anchor}"' in made


def test_a_method_is_shown_at_the_margin(book, deck):
    code = '    def add(self):\n        """Sum.\n\n        More.\n        """\n        return 1\n'
    source = {"code": code, "name": "lib.add", "path": "lib.py"}
    Store(book.build / "outputs", [entry("lib.add", "source", {SOURCE: source})]).write()
    made = html(book, deck(slide(":::{source} lib.add\nreturn 1\n:::")))
    shown = re.sub("<[^>]+>", "", made.partition('<pre class="listing"')[2].partition("</pre>")[0])
    assert html_text(shown).partition(">")[2].splitlines() == [
        "def add(self):", "    return 1"
    ]  # fmt: skip


@pytest.mark.parametrize("title", ["λ", "数学", "$∇$", "?"])
def test_every_slide_has_an_address(book, deck, title):
    found = read(edition(book), deck(slide("Words.", title=title))).slides
    assert [slide.id for slide in found] == ["a-deck", "line-15"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("title: 2026", "`title:` is a text, in quotes if need be, not 2026"),
        ("description:", "`description:` is a text, .* not None"),
        ("part: [part1]", "`part:` is a text"),
        ("accent: mauve", "`accent:` is one of blue, orange, green, purple"),
        ("left_out: [fig-line]", "`left_out:` is names, each with a reason, not"),
        ("given: 5", "`given:` is a list, not 5"),
        ("colour: blue", r"unknown in a deck's front matter: \['colour'\]"),
    ],
)
def test_a_wrong_line_of_the_front_matter_is_one_sentence(book, deck, line, message):
    kept = [known for known in HEAD.splitlines()[1:-1] if known.split(":")[0] != line.split(":")[0]]
    path = deck(slide(LINE), head="\n".join(["---", *kept, line, "---"]))
    with pytest.raises(PressError, match=rf"^book/slides/deck\.md:1: {message}"):
        read(edition(book), path)


def test_words_above_the_first_heading_are_on_no_slide(book, deck):
    with pytest.raises(PressError, match=r"deck\.md:7: what stands above the first heading"):
        read(edition(book), deck(slide(LINE), head=f"{HEAD}\nLost words.\n"))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_deck_that_is_not_utf_8_is_named(book, deck, encoding):
    path = deck(slide("Größe."))
    path.write_bytes(path.read_text().encode(encoding))
    for reading in (lambda: read(edition(book), path), lambda: heads(book)):
        with pytest.raises(PressError, match=r"^book/slides/deck\.md: is not UTF-8"):
            reading()


def test_a_deck_from_windows_reads_as_any_other(book, deck):
    path = deck(slide("Größe."))
    made = html(book, path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", "\r\n").encode())
    assert html(book, path) == made


@pytest.mark.parametrize("text", ["", "---\n- a\n---\n# A\n", "# A\n", "---\ntitle: [\n---\n"])
def test_a_deck_without_its_front_matter_is_one_sentence(book, deck, text):
    path = deck("")
    path.write_text(text)
    with pytest.raises(
        PressError, match=r"^book/slides/deck\.md:1: the front matter needs a title"
    ):
        read(edition(book), path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":::{show} fig-lines\n:::", r"deck\.md:17: nothing in the book is called 'fig-lines'"),
        (":::{show} ex-add\n:::", "'ex-add' is of the kind exercise, not figure"),
        ("{number}`n-stepz`", "nothing in the book is called 'n-stepz'"),
        ("{numref}`fig-line`", r"knows the roles \{number\}, .*, not \{numref\}"),
        (":::{list-table} x\n:::", "knows the directives show, recall, cell, source"),
        ("```python\nx\n```", "'python' cannot stand on a slide"),
        (LINE + LINE, "fig-line is already on the slide of line 17"),
        (":::{source} lib.add\nsubtract\n:::", "no line of this code contains 'subtract'"),
        (":::{source} lib.add\nreturn … def\n:::", "no line after 'return' contains 'def'"),
        ("$\\frac{1$", "the formula"),
        ("$10 %$", r"the formula '10 %': .*% comment has no terminating newline"),
        ("$µ$", "the formula 'µ': .*Unrecognized Unicode character"),
    ],
)
def test_what_a_slide_cannot_show_stops_the_build(book, deck, text, message):
    with pytest.raises(PressError, match=message):
        read(edition(book), deck(slide(text)))


def test_an_unknown_number_names_the_slide(book, deck):
    with pytest.raises(PressError, match=r"book/slides/deck\.md:15:"):
        read(edition(book), deck(slide("{number}`n-stepz`")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (slide("word " * 41), "43 words on a slide: write at most 40"),
        (slide(LINE, notes="Too short."), "2 words of notes: write at least 40"),
        (slide(LINE).replace("{notes} 2", "{notes} 0"), "do not say how many minutes"),
        (slide(LINE).replace("{notes} 2", "{notes} nan"), "do not say how many minutes"),
        (slide(LINE).replace("{notes} 2", "{notes} inf"), "do not say how many minutes"),
        (slide(LINE) + slide("Twice."), "has the same heading"),
        (slide("No figure."), "fig-line is not on a slide"),
        (slide(TURN), "the slide below is not the solution of ex-add"),
        (
            slide(TURN) + slide(":::{solution} ex-add\n:::", title="Beside"),
            "the slide below is not the solution of ex-add",
        ),
    ],
)
def test_what_a_deck_must_have(book, deck, text, message):
    with pytest.raises(PressError, match=message):
        check(edition(book), read(edition(book), deck(text)))


def test_a_figure_left_out_needs_a_reason_and_must_not_be_shown(book, deck):
    head = "---\ntitle: A\ndescription: B\npart: part1\nleft_out:\n  fig-line: a reason\n---\n"
    check(edition(book), read(edition(book), deck(slide("Nothing."), head)))
    with pytest.raises(PressError, match="is shown, but it is in left_out"):
        check(edition(book), read(edition(book), deck(slide(LINE), head)))
    other = head.replace("fig-line", "fig-gone")
    with pytest.raises(PressError, match="fig-gone, in left_out, is not a figure"):
        check(edition(book), read(edition(book), deck(slide(LINE), other)))


def test_a_figure_whose_text_is_small_is_named_with_its_slide(book, deck):
    """A higher figure is drawn narrower, and so is its text."""
    entry = Store.of(book)["fig-line"]
    entry.data[FIGURE]["svg"] = entry.data[FIGURE]["svg"].replace("350 210", "350 300")
    Store(Store.of(book).folder, [entry]).write(partial=True)
    with pytest.raises(PressError, match=r"deck\.md:15: the text of fig-line is 17\.\d px on a"):
        check(edition(book), read(edition(book), deck(slide(LINE))))


def test_a_wrong_front_matter_is_named(book, deck):
    with pytest.raises(PressError, match="needs a title"):
        read(edition(book), deck("", "---\ndescription: B\n---\n"))
    with pytest.raises(PressError, match="unknown in a deck's front matter: \\['minutes'\\]"):
        read(edition(book), deck("", "---\ntitle: A\ndescription: B\nminutes: 3\n---\n"))


def test_steps_light_lines_from_one_text_to_another(book, deck):
    made = html(book, deck(slide(":::{source} lib.add\ntotal = … return\nreturn\n:::")))
    assert 'data-first="1" data-last="2"' in made
    assert 'data-first="2" data-last="2"' in made


ARMOURED = '''\
@cache
def mean(x, n):
    """Sum over n.

    More of it.
    """
    _args.shapes(x=(x, "n"))
    for value in (x, n):
        check_number(value)
    if n < 1:
        message = f"{n} is too small"
        raise ValueError(message)

    if n == 1:
        return x
    total = x.sum()
    return total / n
'''


def test_an_excerpt_of_the_library_comes_without_checks_and_docstring():
    assert without_armour(ARMOURED) == (
        "@cache\ndef mean(x, n):\n\n    if n == 1:\n        return x\n"
        "    total = x.sum()\n    return total / n"
    )
    assert without_armour('class A:\n    """Words."""') == 'class A:\n    """Words."""'


@pytest.mark.parametrize("first", ["One.", "One, and\n    its rest."])
def test_of_a_docstring_the_first_paragraph_stays(first):
    code = 'def f():\n    """{}"""\n    return 1'
    assert without_docstrings(code.format(f"{first}\n\n    Two.\n    ")) == code.format(first)
    assert without_docstrings(code.format(first)) == code.format(first)


def test_a_slide_has_no_footnotes(book, deck):
    with pytest.raises(PressError, match=r"deck\.md:\d+: a slide has no footnotes: say it in"):
        read(edition(book), deck(slide("So.[^1]\n\n[^1]: Not quite.")))


def test_each_docstring_is_shortened_where_it_stands():
    code = 'class A:\n    """One.{}"""\n\n    def f(self):\n        """Two.{}"""\n        return 1'
    whole = code.format("\n\n    More.\n    ", "\n\n        More.\n        ")
    assert without_docstrings(whole) == code.format("", "")


@pytest.mark.parametrize("box", ["tab-set", "tab-item", "note"])
def test_of_a_box_without_a_title_the_words_stay(book, deck, box):
    assert "<p>Kept.</p>" in html(book, deck(slide(f":::{{{box}}}\nKept.\n:::")))


def test_code_that_is_too_long_for_a_slide_stops_the_build(book, deck):
    entry = Store.of(book)["lib.add"]
    (mime,) = entry.data
    entry.data[mime]["code"] = "\n".join(f"x{i} = {i}" for i in range(40))
    Store(Store.of(book).folder, [entry]).write(partial=True)
    with pytest.raises(PressError, match=r"code of 40 lines.* does not fit a slide at 24 px"):
        read(edition(book), deck(slide(":::{source} lib.add\n:::")))


def test_an_exercise_has_goal_stub_link_and_qr_code(book, deck):
    (book.root / "_config.yml").write_text("html: {baseurl: https://example.org/book/}")
    path = deck(turn(""))
    made = html(book, path)
    assert "Exercise 7</a> Write <code>add(a, b)</code>, which adds.</p>" in made
    assert "<p><strong>Done when</strong> the check says ✓.</p>" in made
    assert "<p>notebook</p></div>" in made
    assert "your turn" in made
    assert "exercises.x" not in made
    assert 'aria-label="QR code for https://example.org/book/book/part1/one.html#ex-add"' in made
    assert made.count('class="line new"') == 1
    assert '<span class="mark">8 min, example.org/book</span>' in made
    assert '<span class="mark">solution of 7</span>' in made
    assert "Two numbers" not in made


def turn(goal):
    task = slide(TURN.replace("✓.", f"✓.\n{goal}"), title="Turn")
    answer = slide(":::{solution} ex-add\n:::", title="Answer").replace("## ", "### ")
    return task + answer


def test_a_goal_is_said_shorter_with_the_function_of_the_stub(book, deck):
    made = html(book, deck(turn("Write `add(a, b)`: the sum.")))
    assert "</a> Write <code>add(a, b)</code>: the sum.</p>" in made
    assert "which adds" not in made
    with pytest.raises(PressError, match="the goal of ex-add names no function of its stub"):
        read(edition(book), deck(turn("Write `add(a, b, c)`: the sum.")))


def test_a_goal_is_among_the_words_of_a_slide(book, deck):
    with pytest.raises(PressError, match="42 words on a slide"):
        check(edition(book), read(edition(book), deck(turn("Write `add(a, b)`:" + " word" * 34))))


def test_hints_are_steps_and_the_class_knows_when_it_is_done(book, deck):
    path = deck(turn("Write `add(a, b)`: the sum.\n\nUse `+`.\n\nOr count."))
    made = html(book, path)
    hints = re.findall('<p class="fragment"><strong>Hint</strong> (.*?)</p>', made)
    assert hints == ["Use <code>+</code>.", "Or count."]
    with pytest.raises(PressError, match="ex-add: say when the class is done"):
        read(edition(book), deck(slide(":::{exercise} ex-add\n:::")))


@pytest.mark.parametrize("call", ["print(check_add(add))", "if check_add(add):\n    print(1)"])
def test_an_exercise_on_a_slide_ends_where_its_check_begins(book, deck, call):
    content = Store.of(book)["ex-add"].content
    content |= {k: content[k].replace("print(check_add(add))", call) for k in ("stub", "solution")}
    Store(
        book.root / "_build/outputs", [entry("ex-add", "exercise", {EXERCISE: content}, "7")]
    ).write(partial=True)
    made = html(book, deck(turn("")))
    assert "return" in made
    assert "check_" not in made
    assert "print(" not in made


def test_a_qr_code_launches_the_exercise_or_leads_to_the_page(book):
    page = book.page("part1/one")
    assert launch_address.of(edition(book), page, "ex-add") == ""
    assert not launch_address.known(edition(book))
    (book.root / "_config.yml").write_text("html: {baseurl: https://x.org/b}")
    assert launch_address.of(edition(book), page, "e") == "https://x.org/b/book/part1/one.html#e"
    (book.root / "_config.yml").write_text("repository: {url: https://github.com/us/book}")
    launched = launch_address.of(edition(book), page, "e")
    assert launched.startswith("https://mybinder.org/v2/gh/us/book/notebooks?")
    assert launched.endswith("student/part1/one.ipynb")


def test_without_a_way_the_goal_takes_the_place_of_the_qr_code(book, deck):
    path = deck(turn(""))
    made = html(book, path)
    assert 'class="task alone"' in made
    assert "launch" not in made
    assert "repository" not in made, "what the author has to do is no matter of the audience"
    (book.root / "_config.yml").write_text("html: {baseurl: https://example.org/book}")
    made = html(book, path)
    assert 'class="task"' in made
    assert 'class="launch"' in made


def test_a_formula_is_one_word_and_so_is_a_piece_of_code():
    assert words("<h2>One point</h2> two <span class='x'>three</span>") == 4
    assert words('so <span class="math"><b>a b c</b><!--math--></span> is') == 3
    assert words("write <code>add(a, b)</code> now") == 3


def test_what_slides_lack_without_an_address_is_told_where_they_have_exercises(
    book, deck, tmp_path, capsys
):
    deck(slide(LINE))
    write_decks(edition(book), tmp_path / "site")
    assert capsys.readouterr().out == ""
    deck(slide(LINE) + turn(""))
    write_decks(edition(book), tmp_path / "site")
    assert capsys.readouterr().out.startswith("Slides have no QR codes: set `repository: url`")
    (book.root / "_config.yml").write_text("html: {baseurl: https://example.org/book}")
    write_decks(edition(Book(book.root)), tmp_path / "site")
    assert capsys.readouterr().out == ""


def test_decks_that_are_gone_leave_nothing(book, deck, tmp_path):
    path = deck(slide(LINE))
    site = tmp_path / "site"
    write_decks(edition(book), site)
    assert (site / "slides/deck.html").exists()
    shutil.copy(path, path.with_name("other.md"))
    path.unlink()
    write_decks(edition(book), site)
    assert sorted(p.name for p in site.glob("slides/*.html")) == [
        "other-handout.html",
        "other.html",
    ]


def test_another_output_in_the_store_is_another_deck(book, deck, tmp_path):
    path = deck(slide(LINE))
    before = html(book, path)
    entry = Store.of(book)["fig-line"]
    entry.data[FIGURE]["svg"] = entry.data[FIGURE]["svg"].replace(">a<", ">b<")
    Store(Store.of(book).folder, [entry]).write(partial=True)
    assert html(book, path) == before.replace(">a</text>", ">b</text>") != before


CHAPTER = """\
# One

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-line, caption: A line.}
  image: {alt: A line that rises from the lower left to the upper right.}
---
from diffprog import figures
from toylib import slope

with figures.figure() as ax:
    ax.plot([0, slope.RISE])
    ax.text(0, 0, f"rises by {slope.RISE}")
```
"""


@pytest.mark.slow
def test_an_edit_of_the_library_changes_the_chapters_figure_and_the_decks(book, deck, tmp_path):
    library = tmp_path / "code/toylib/slope.py"
    library.parent.mkdir(parents=True)
    (book.root / "book/part1/one.md").write_text(CHAPTER)
    path = deck(slide(LINE))

    def made(rise: int) -> tuple[str, str]:
        library.write_text(f"RISE = {rise}\n")
        fresh = Book(book.root)
        figure = Edition.make(fresh).store["fig-line"]
        return figure.data[FIGURE]["svg"], html(fresh, path)

    for rise in (1, 2):
        figure, slides = made(rise)
        assert f"rises by {rise}" in figure
        assert f"rises by {rise}" in slides
        assert "assets/frames.js" in slides


def test_slides_stand_in_a_column_for_each_chapter(book, deck):
    """A deck that comes back to a chapter has a second column for it; addresses are unique."""
    (book.root / "book/part1/two.md").write_text("# Two\n")
    toc = book.root / "_toc.yml"
    toc.write_text(toc.read_text().replace("]}]", ", {file: book/part1/two}]}]"))
    text = "".join(
        slide("Words.", f"{NOTES}", title=f"Slide {number}").replace(
            "{notes} 2\n", f"{{notes}} 2\n:chapter: part1/{chapter}\n"
        )
        for number, chapter in enumerate(["one", "two", "two", "one"])
    )
    made = html(Book(book.root), deck(text))
    columns = [line for line in made.splitlines() if line.startswith('<section id="chapter-')]
    assert columns == [
        '<section id="chapter-part1-one">',
        '<section id="chapter-part1-two">',
        '<section id="chapter-part1-one:2">',
    ]


@pytest.mark.parametrize(
    ("option", "start"), [("", 0), (":start: 1 s\n", 1), (":start: last\n", 2)]
)
def test_an_animation_stands_at_its_first_frame_or_where_the_deck_says(
    book, deck, frames, option, start
):
    made = html(book, deck(slide(f":::{{show}} fig-ball\n{option}:::")))
    assert f'class="dp-frames" data-start="{start}"' in made
    assert '"autoplay":false' in made, "nothing plays before the speaker asks for it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            ":::{show} fig-ball\n:start: 3 s\n:::",
            "no frame '3 s' to start at; its frames: 0 s to 2",
        ),
        (
            ":::{show} fig-ball\n:begin: 1 s\n:::",
            "{show} has the option :start: or :uncover:, not :begin:",
        ),
        (":::{show} fig-line\n:start: last\n:::", "its frames: none: it is no animation"),
    ],
)
def test_a_start_that_is_none_stops_the_build(book, deck, frames, text, message):
    with pytest.raises(PressError, match=re.escape(message)):
        read(edition(book), deck(slide(text)))


def test_the_plan_of_a_deck_is_counted():
    """The stretch after the task is longer than that before it, and holds its solution."""
    plan = [
        ("title", 3),
        ("across", 4),
        ("exercise", 10),
        ("solution", 2),
        ("cell", 6),
        ("exercise", 5),
    ]
    slides = [
        Slide(
            "A", 2, 1, layout=layout, minutes=minutes, cells=[ShownCell("x")] * (layout == "cell")
        )
        for layout, minutes in plan
    ]
    deck = Deck(Path("deck.md"), "A deck", "", "", "blue", {}, slides)
    assert (deck.minutes, deck.task_minutes, deck.longest_stretch, deck.code_slides) == (
        30,
        15,
        8,
        1,
    )
    assert table([deck]).splitlines()[1].split() == [
        "deck", "6", "30", "15", "min", "8", "min", "1", "slides",
    ]  # fmt: skip
