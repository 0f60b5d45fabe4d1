"""Schedules of a course, and the page of the instructor."""

from pathlib import Path
from types import SimpleNamespace

from press import katex
from press.commands.course import chapters, schedules, sessions
from press.commands.instructor import instructor_page, mistakes
from press.output_kinds import PREDICTION
from press.slides.slide import Deck, Slide
from press.store import Entry

from ...conftest import ROOT

CHECK = """
from diffprog.exercises._check import exercise

@exercise("ex-add", "Right.")
def check_add(add, seed):
    close(add(1, 2), 3, "the sum of both", _mistakes())
    close(add(1, 2), 3, "the sum", [("a is missing", 2), ("a is missing", 4)])
    close(add(1, 2), 3, "the sum", [("the sign is wrong", -3), ("it is the product", 2)])

def _mistakes():
    yield "b is missing", 1
    yield f"{b} is missing", 1

def other():
    yield "nobody calls this", 0
"""


def chapter(name, number, *exercises):
    page = SimpleNamespace(number=number, name=name, path=Path(f"book/{name}.md"))
    return SimpleNamespace(page=page, title=name.title(), exercises=exercises, goals=("to `add`",))


ADD = SimpleNamespace(name="ex-add", label="1.1a: Add", minutes=6)
HOME = SimpleNamespace(name="ex-home", label="1.1b: Home", minutes=7.5)
ONE, TWO = chapter("one", "1.1", ADD, HOME), chapter("two", "1.2")
DATA = {"right": 2, "options": ["Yes", "No"], "answer": "", "unit": ""}
COUNT = {"right": 0, "options": [], "answer": "12", "unit": "m"}
COUNTED = Entry("n", "prediction", "one", "", 0, 1, {PREDICTION.mime: COUNT})
ASKED = Entry("p", "prediction", "one", "", 0, 1, {PREDICTION.mime: DATA})
TURN = Entry("ex-add", "exercise", "one", "1.1a", 0, 1, {"x": {"y": 1}})


X = f'<span class="math">{katex.render("x_0", False)}<!--math--></span>'


def slide(heading, minutes, layout="words", level=2, chapter=ONE, **more):
    return Slide(heading, level, 1, minutes=minutes, layout=layout, chapter=chapter, **more)


def deck(**more):
    slides = [
        slide("Title", 10, "title", 1),
        slide(
            "Asked",
            10,
            "predict",
            entries=[ASKED],
            goal="<p>Is it?</p>",
            outcome="<p>B</p><p>So.</p>",
        ),
        slide("Shown", 10),
        slide("Turn", 10, "exercise", entries=[TURN]),
        slide("Solved", 10, "solution", 3, entries=[TURN]),
        slide("Last <b>one</b>", 30, chapter=TWO, optional=1),
    ]
    return Deck(
        Path("part1.md"), "Part", "", "part1", "blue", {"fig-a": "too small"}, slides, **more
    )


def headings(cuts):
    return [[slide.heading for slide in cut.slides] for cut in cuts]


def test_sessions_are_of_about_the_same_length_and_cut_nothing_apart():
    assert headings(sessions(deck(), 99)) == [[s.heading for s in deck().slides]]
    assert headings(sessions(deck(), 45)) == [
        ["Title", "Asked", "Shown"], ["Turn", "Solved"], ["Last <b>one</b>"],
    ]  # fmt: skip
    assert headings(sessions(deck(), 60))[0] == ["Title", "Asked", "Shown"], "not as much as fits"
    later = deck()
    later.slides.append(slide("Three minutes", 3))
    assert len(sessions(later, 60)) == 2, "what is short has no session of its own"


def test_schedules_have_times_breaks_and_work_for_home():
    lines = schedules([deck(plans=(80.0, 50.0))]).splitlines()
    assert lines[0] == "HALF A DAY: part1.html?minutes=80"
    day = lines[1]
    assert day.startswith(" 9:00–10:20  part1, 80 min, 1 question, 1 exercise, chapters 1.1 to 1.2")
    assert day.endswith(": “Title” to “Last one”")
    weeks = lines[lines.index("A TERM, an hour a week") + 1 :]
    assert [line.split()[:2] for line in weeks] == [
        ["week", "1"], ["week", "2"], ["at", "home:"], ["week", "3"],
    ]  # fmt: skip
    assert weeks[2].endswith("1.1b: Home (7.5 min)"), "ex-add has a slide"
    assert "afternoon: 1.1b: Home (7.5 min)" in lines
    assert "10:20–10:35  break" in schedules([deck(), deck(), deck()])


def test_the_page_of_the_instructor_has_what_chapters_decks_and_checks_say(tmp_path):
    folder = tmp_path / "diffprog/exercises"
    folder.mkdir(parents=True)
    (folder / "one.py").write_text(CHECK)
    asked = slide(
        "N",
        0,
        "predict",
        entries=[COUNTED],
        goal="<p>How?</p>",
        outcome=f"<p>12 m</p><p>Far: {X}.</p>",
    )
    given = deck(plans=(50.0,))
    given.slides.append(asked)
    page = instructor_page(given, tmp_path)
    assert "- **1.1 One**\n  - to `add`\n- **1.2 Two**" in page
    assert "- Slide 2, 10 min. Is it? **B: No** So." in page
    assert "- Slide 7, 0 min. How? **12 m** Far: $x_0$." in page
    said = ["b is missing", "a is missing", "the sign is wrong", "it is the product"]
    listed = "".join(f"\n  - {text}" for text in said)
    assert f"- 1.1a: Add (slide 4, 6 min){listed}\n- 1.1b" in page
    assert "- 1.1b: Home (at home, 7.5 min)" in page
    assert "leaves out\n  - Last one (30 min)\n- fig-a is on no slide: too small" in page
    assert "## The room" in page


def test_sentences_with_values_are_taken_where_there_are_few_others(tmp_path):
    path = tmp_path / "few.py"
    path.write_text(CHECK.replace('("it is the product", 2)', ""))
    assert "… is missing" in mistakes(path)["ex-add"]


def test_each_check_of_the_book_has_sentences_for_the_instructor():
    paths = (ROOT / "code/diffprog/exercises").glob("[a-z]*.py")
    said = {name: texts for path in paths for name, texts in mistakes(path).items()}
    assert len(said) >= 19
    assert [name for name, texts in said.items() if len(texts) < 4] == []


def test_the_chapters_of_a_deck_are_those_with_a_number_each_once():
    given = [None, ONE, chapter("index", "1"), TWO, ONE]
    slides = [slide("A point", 2, chapter=one) for one in given]
    shown = Deck(Path("deck.md"), "A deck", "", "part1", "blue", {}, slides)
    assert chapters(shown) == [ONE, TWO]
