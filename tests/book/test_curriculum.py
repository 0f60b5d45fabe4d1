"""The book as a whole: it builds without a warning, and says only what it computed."""

import re
from collections import Counter

import pytest
import yaml

from press.book import Book, Page
from press.chapter import Chapter

from ..conftest import ROOT

pytestmark = pytest.mark.site

BOOK = Book(ROOT)

# What the curriculum asks for, by name.
FIGURES = {
    "part1/simulator": ["fig-ball", "fig-trajectory", "fig-explore-v0"],
    "part1/gradient": [
        "fig-loss", "fig-guesses", "fig-v0-path", "fig-v0-components", "fig-fit", "fig-eta",
    ],
    "part1/backward": ["fig-step-size"],
    "part1/curvature": ["fig-loss-log", "fig-valley"],
    "part1/optimizers": ["fig-race"],
    "part1/uncertainty": ["fig-toys"],
    "part2/counting": ["fig-masses", "fig-scan"],
    "part2/step": ["fig-sigmoids", "fig-cuts"],
    "part2/sharpness": ["fig-bandwidth"],
    "part2/objective": ["fig-objectives"],
    "part2/many": ["fig-contour"],
    "part2/estimators": ["fig-estimators"],
    "part3/network": ["fig-drifts", "fig-training", "fig-seeds"],
    "part3/identifiability": ["fig-ellipse"],
    "part4/tape": ["fig-tape", "fig-tape-training"],
    "part4/modes": ["fig-modes", "fig-edge", "fig-memory"],
    "part4/adjoint": ["fig-adjoint", "fig-uphill", "fig-back"],
    "part4/bounces": ["fig-bounce-steps"],
    "part4/chaos": ["fig-kicked-loss", "fig-apart", "fig-chaos", "fig-restart", "fig-grow"],
    "part4/roots": ["fig-kepler", "fig-two-angles", "fig-envelope"],
    "part5/analysis": ["fig-strength", "fig-sigma-mu", "fig-templates"],
    "part5/shower": ["fig-shower", "fig-four-slopes", "fig-climbs"],
    "part5/chamber": ["fig-chamber", "fig-tails", "fig-calibration-coverage"],
    "part5/telescope": [
        "fig-plane-residuals", "fig-blocks", "fig-plane-errors", "fig-weak-modes", "fig-spectrum",
    ],
    "part5/machines": ["fig-shards", "fig-minibatch"],
}  # fmt: skip
EXERCISES = {
    "part1/simulator": ["ex-landing", "ex-throws", "ex-whole-metres", "ex-shapes"],
    "part1/gradient": ["ex-loop", "ex-fair", "ex-updates", "ex-swing"],
    "part1/backward": ["ex-paths", "ex-segments", "ex-taylor", "ex-plain-number"],
    "part1/curvature": ["ex-all-parameters", "ex-predict", "ex-best-rate", "ex-stopped"],
    "part1/optimizers": ["ex-slope", "ex-adam", "ex-keep-best", "ex-rescale"],
    "part1/uncertainty": [
        "ex-error-bars",
        "ex-more-pictures",
        "ex-region",
        "ex-no-end",
        "ex-own-throw",
    ],
    "part2/counting": ["ex-scan", "ex-control-region", "ex-safe-significance"],
    "part2/step": ["ex-reach", "ex-soft-fit", "ex-window"],
    "part2/sharpness": ["ex-steepness", "ex-count-bias", "ex-colleague", "ex-anneal"],
    "part2/objective": ["ex-asimov"],
    "part2/many": ["ex-two-masses"],
    "part3/network": ["ex-pipeline", "ex-transfer"],
    "part3/identifiability": ["ex-null-vector", "ex-design"],
    "part4/tape": ["ex-unbroadcast", "ex-matrix-product", "ex-tape", "ex-dual", "ex-engine"],
    "part4/modes": ["ex-which-mode", "ex-hvp", "ex-sign", "ex-halves"],
    "part4/adjoint": ["ex-old-state", "ex-adjoint", "ex-two-slopes", "ex-better"],
    "part4/bounces": ["ex-teeth", "ex-jump", "ex-impact", "ex-clock"],
    "part4/chaos": ["ex-rms", "ex-horizon", "ex-forcing", "ex-clip"],
    "part4/roots": ["ex-aim", "ex-last-step", "ex-implicit", "ex-held-fixed"],
    "part5/analysis": ["ex-profile-likelihood", "ex-nuisance", "ex-one-bin", "ex-constrained"],
    "part5/shower": ["ex-teeth-of-a-shower", "ex-no-split", "ex-branching", "ex-one-split"],
    "part5/chamber": ["ex-crossing", "ex-how-many", "ex-weights", "ex-still-right"],
    "part5/telescope": ["ex-eliminate", "ex-along-beam", "ex-survey", "ex-perfect"],
    "part5/machines": ["ex-few-events", "ex-which-add", "ex-reduce", "ex-pieces"],
}
ANIMATED = [
    "fig-ball", "fig-explore-v0", "fig-fit", "fig-eta", "fig-toys", "fig-scan", "fig-sigmoids",
    "fig-bandwidth", "fig-objectives", "fig-training", "fig-ellipse",
    "fig-tape", "fig-back", "fig-bounce-steps", "fig-kicked-loss", "fig-restart", "fig-kepler",
    "fig-sigma-mu", "fig-shower", "fig-chamber", "fig-weak-modes", "fig-spectrum", "fig-shards",
]  # fmt: skip
ORIGINAL = {
    "ex-loop": "1", "ex-all-parameters": "2", "ex-scan": "3", "ex-soft-fit": "4",
    "ex-pipeline": "5", "ex-steepness": "6", "ex-two-masses": "7",
}  # fmt: skip


@pytest.mark.parametrize(
    ("chapter", "name"),
    [(c, n) for table in (FIGURES, EXERCISES) for c, names in table.items() for n in names],
)
def test_every_id_of_the_curriculum_is_in_the_store(entries, chapter, name):
    assert entries[name].chapter == f"book/{chapter}"


@pytest.mark.parametrize("name", ANIMATED)
def test_sliders_and_animations_are_frames(entries, name):
    assert entries[name].kind == "frames"


@pytest.mark.parametrize(("name", "number"), ORIGINAL.items())
def test_exercises_of_the_original_tutorial_are_found_by_their_numbers(
    build, entries, name, number
):
    page = (build.html / f"{entries[name].chapter}.html").read_text()
    (box,) = re.findall(
        rf'<div class="dp-exercise admonition" id="{name}">.*?</p>\n.*?</p>', page, re.S
    )
    assert f"Exercise {number} of the original tutorial" in box


def test_exercises_are_counted_by_chapter_in_reading_order(entries):
    """As the pages' own titles say: 1.4a before 1.4b."""
    for page in BOOK.pages:
        names = re.findall(r"^:name: *(ex-\S+)", page.path.read_text(), re.M)
        numbers = [entries[name].number for name in names]
        assert numbers == [f"{page.number}{letter}" for letter in "abcdef"[: len(names)]]


def test_no_exercise_s_solution_is_used_outside_of_it(entries):
    """A name that only a solution defines would be missing for a learner who is not there yet."""
    for page in BOOK.pages:
        cells = [c for c in Chapter.read(BOOK, page).notebook.cells if c.cell_type == "code"]
        for cell in cells:
            if "exercise" not in cell.metadata:
                continue
            solution = re.search(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.S)
            assert solution, f"{page.name}: {cell.metadata['exercise']} has no solution block"
            local = re.findall(r"^def (\w+)", cell.source, re.M)
            others = "\n".join(c.source for c in cells if c is not cell)
            for name in local:
                assert not re.search(rf"(?<!def )\b{name}\(", others), f"{page.name}: {name}"


# Predictions -----------------------------------------------------------------------------------


def test_each_chapter_asks_and_the_right_option_stands_in_no_place_of_its_own():
    asked = {page.name: Chapter.read(BOOK, page).predictions for page in BOOK.pages}
    numbered = {page.name for page in BOOK.pages if "." in page.number}
    assert {name for name in numbered if not asked[name]} == set()
    places = Counter(known.right for found in asked.values() for known in found if known.right)
    assert max(places.values()) <= 0.6 * places.total()


# Digits in prose -------------------------------------------------------------------------------

STRIPPED = [
    (r"\A---\n.*?\n---\n", ""),  # front matter
    (r"^(`{3,}|:{3,})\{(?:code-cell|bibliography|figure)\}.*?^\1 *$", ""),
    (r"^```\{admonition\}[^\n]*(.*?)^```$", r"\1"),  # hints: their text stays
    (r"^```(?!\{).*?^```", ""),  # listings
    (r"^:\w+:[^\n]*$", ""),  # options of directives
    (r"^:+\{grid\}[^\n]*$", ""),  # columns of a grid
    (r"\{[\w:-]+\}`[^`]*`", ""),  # roles: computed numbers, references, citations
    (r"`[^`]*`", ""),  # code
    (r"\]\([^)]*\)", "]"),  # where links lead
    (r"<https?:[^>]*>", ""),
    (r"^\s*\d+\. ", ""),  # numbered lists
    (r"\b1/(?=[A-Z])", ""),  # units
    (r"\\[td]?frac\d\d|10\^\{-?\d+\}", "x"),  # a half, and powers of ten
    (r"[₀₁₂₃]|\b[a-zA-Zθ]\d\b", ""),  # names with an index
]
MATH = r"\$\$.*?\$\$|\$[^$]*\$"
NUMBER = r"\d+(?:[.,\u202f]\d+)*"
SMALL_IN_MATH = {"0", "1", "2", "3", "4", "5", "6", "10"}  # exponents, indices and factors


def strangers(text: str, given: set[str]) -> list[str]:
    """Numbers in prose that are neither computed nor given."""
    for pattern, replacement in STRIPPED:
        text = re.sub(pattern, replacement, text, flags=re.M | re.S)
    formulas = " ".join(re.findall(MATH, text, flags=re.S))
    prose = re.sub(MATH, "", text, flags=re.S)
    found = [n for n in re.findall(NUMBER, prose) if n not in given]
    return found + [n for n in re.findall(NUMBER, formulas) if n not in given | SMALL_IN_MATH]


@pytest.mark.parametrize("page", BOOK.pages, ids=lambda page: page.name)
def test_numbers_in_prose_are_computed_or_given(page: Page):
    text = page.path.read_text()
    matter = yaml.safe_load(text.split("---")[1]) if text.startswith("---") else {}
    given = {str(number) for number in matter.get("given") or []}
    pieces = [text]
    for cell in Chapter.read(BOOK, page).notebook.cells:
        options = cell.metadata.get("mystnb", {})
        pieces += [options.get("figure", {}).get("caption", "")]
        pieces += [options.get("image", {}).get("alt", "")]
    assert [n for piece in pieces for n in strangers(piece, given)] == []


def test_the_search_for_digits_finds_what_is_typed():
    text = "The loss is 0.044, see {numref}`fig-1` and $x^2 + 0.5$, `a[3]` and {number}`n-1`."
    assert strangers(text, set()) == ["0.044", "0.5"]
    assert strangers(text, {"0.044", "0.5"}) == []
    assert strangers(f":name: one\n\n{text}", set()) == ["0.044", "0.5"], "options end with a line"
