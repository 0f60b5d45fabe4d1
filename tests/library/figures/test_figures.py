"""Figures follow the page's theme, own their ids, and frames store only what changes."""

import base64
import io
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread

from diffprog import figures, show
from diffprog.figures import animation, axis_cache
from diffprog.figures.drawing import STYLE
from diffprog.figures.svg import ID, PALETTE, elements, serialise, themed

TIMES = np.linspace(0, 5, 60)


def trajectory(size: tuple[float, float] = figures.SIZE, **options: Any) -> figures.Frames:
    """Sixty frames of a ball with its trail."""
    height = 10 + 10 * TIMES - 4.9 * TIMES**2

    def draw(ax, now):
        seen = now >= TIMES
        ax.plot(5 * TIMES[seen], height[seen])
        ax.plot(5 * now, 10 + 10 * now - 4.9 * now**2, "o")

    labels: dict[str, Any] = {
        "xlabel": "x / m",
        "ylabel": "y / m",
        "xlim": (-1, 27),
        "ylim": (-70, 20),
    }
    return figures.frames(draw, TIMES, name="time", unit="s", size=size, **labels, **options)


@pytest.fixture(scope="module")
def ball() -> figures.Frames:
    return trajectory(size=(6.4, 4.0))


def drawn(**options: Any) -> str:
    figure = Figure(layout="constrained")
    ax = figure.subplots()
    ax.plot([1, 2, 3], [1, 4, 2], "o-", color=figures.BLUE, **options)
    ax.set_xlabel("time / s", color=figures.INK)
    return figures.Picture(figure).svg()


def test_panels_and_what_has_a_label_or_a_gid_are_parts_that_decks_can_uncover():
    """What stands for a line in the legend has its name, and so has the arrow of a text."""
    figure = Figure()
    above, below = figure.subplots(2)
    above.plot([1, 2], label='a < "b"')
    above.plot([2, 1], label="computed 7.3", gid="fit")
    above.text(1, 1, "fit", gid="fit")
    above.legend()
    below.plot([1, 2])
    below.annotate("", (1, 1), (0, 0), arrowprops={"arrowstyle": "->"}, gid="arrow")
    svg = ET.fromstring(figures.Picture(figure).svg())
    panels = [group for group in svg if "data-part" in group.attrib]
    parts = [[e.get("data-part") for e in panel.iter() if "data-part" in e.attrib]
             for panel in panels]  # fmt: skip
    assert sorted(map(str, parts[0])) == ['a < "b"'] * 3 + ["fit"] * 4 + ["panel 1"]
    assert parts[1:] == [["panel 2", "arrow"]]


def test_parts_of_frames_stay_while_what_is_in_them_changes():
    def draw(axes, x):
        axes[0].plot([0, x], [0, x], label="path")
        axes[1].plot([0, 1], [0, x], "o")

    frames = figures.frames(draw, [0.2, 0.5, 1.0], name="x", rows=2, xlim=(0, 1), ylim=(0, 1))
    assert re.findall('data-part="(.*?)"', frames.data["svg"]) == ["panel 1", "path", "panel 2"]
    assert "data-part" not in json.dumps(frames.data["slots"])


def test_palette_becomes_css_variables_that_the_style_sheet_defines_for_both_themes():
    assert "var(--fig-blue)" in drawn()
    assert not any(colour in drawn() for colour in PALETTE.values())
    css = animation.asset("figures.css")
    for name in PALETTE:
        assert len(re.findall(rf"--fig-{name}:", css)) == 2, name


def test_light_theme_has_the_colours_in_which_matplotlib_drew():
    css = animation.asset("figures.css").split("}")[0]
    for name, colour in PALETTE.items():
        if name != "paper":  # a shade off white, to be told from it
            assert f"--fig-{name}: {colour};" in css


def test_svg_reaches_nothing_outside_itself():
    svg = drawn()
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert "font-family" not in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    references = re.findall(r'(?:url\(#|href="#)([^")]+)', svg)
    assert set(ids) == set(references)
    assert all(name.startswith(ID) for name in ids)
    assert len(ids) == len(set(ids))


def test_coordinates_are_kept_to_a_tenth_of_a_point():
    figure = Figure(layout="constrained")
    ax = figure.subplots()
    x, y = np.arange(6.0), np.array([1.0, 4.1, 2.2, 7.7, 0.3, 5.9])
    ax.plot(x, y, color="#123456")
    svg = ET.fromstring(figures.Picture(figure).svg())
    (path,) = [p for p in svg.iter("path") if "stroke:#123456" in p.get("style", "")]
    found = np.array(re.findall(r"-?[\d.]+", path.get("d", "")), float).reshape(-1, 2)
    height = float(svg.get("viewBox", "").split()[3])
    points = ax.transData.transform(np.column_stack([x, y])) * 72 / figure.dpi
    wanted = np.column_stack([points[:, 0], height - points[:, 1]])
    assert np.abs(found - wanted).max() <= 0.05 + 1e-6  # matplotlib itself writes six decimals
    assert (np.round(found, 1) == found).all()


def test_a_page_gives_the_figure_its_name_and_alternative_text():
    markup = animation.picture(drawn(), "fig-one", 'A "quoted"\n line & more')
    assert ID not in markup
    root = ET.fromstring(markup)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'A "quoted" line & more'


def test_no_id_in_a_figure_is_the_address_of_another(ball):
    """The first id of fig-a was fig-a-0, which can be the name of another figure."""
    for name in ("fig-a", "fig_a", "fig-größe", "a.b"):
        ids = set(re.findall(r' id="([^"]+)"', animation.component(ball.data, name, "A ball.")))
        assert len(ids) > 1
        assert all(id.startswith(f"{name}:") for id in ids), "a name has no colon"


def test_drawing_twice_gives_the_same_bytes():
    assert drawn() == drawn()


def test_sixty_frames_at_640_by_400_fit_into_40_kb(ball):
    size = len(animation.component(ball.data, "fig-ball", "x" * 80).encode())
    assert size <= 40_000


def test_the_script_is_at_most_5_kb():
    assert len(animation.asset("frames.js").encode()) <= 5_000


def test_frames_replayed_equal_frames_drawn(ball):
    """What the script does with the slots gives each frame as matplotlib drew it."""
    data = ball.data
    for i in (0, 17, 59):
        root = ET.fromstring(data["svg"])
        nodes = list(elements(root))
        for index, attribute, contents, picks in data["slots"]:
            node = root if index < 0 else nodes[index]
            assert attribute, "a trail and a ball change attributes only"
            node.set(attribute, contents[picks[i]])
        alone = trajectory(size=(6.4, 4.0), start=i).data["svg"]
        assert serialise(root) == alone


def test_a_number_of_artists_that_varies_is_kept_as_content():
    def draw(ax, n):
        for x in range(int(n)):
            ax.plot([x], [x], "o", color=figures.BLUE)

    data = figures.frames(draw, [1, 2, 5], name="n", spec="d", xlim=(-1, 6), ylim=(-1, 6)).data
    assert any(attribute == "" for _, attribute, _, _ in data["slots"])
    json.dumps(data)


def test_the_first_frame_is_the_one_asked_for(ball):
    later = trajectory(start=30)
    assert f'value="{30}"' in animation.component(later.data, "f", "a")
    assert later.data["texts"][30] in animation.component(later.data, "f", "a")


def test_values_are_said_with_a_true_minus_and_their_unit():
    data = figures.frames(lambda ax, v: None, [-1.5, 2.0], name="charge", unit="e", spec=".1f").data
    assert data["texts"] == ["−1.5 e", "2.0 e"]


def test_the_limits_of_the_axes_must_stay_and_layout_is_that_of_the_first_frame(ball):
    """No text moves between frames, or labels would jump while it plays."""
    nodes = list(elements(ET.fromstring(ball.data["svg"])))
    moved = {nodes[index].tag for index, *_ in ball.data["slots"]}
    assert "text" not in moved


def test_bad_values_are_refused():
    with pytest.raises(ValueError, match=r"^values:"):
        figures.frames(lambda ax, v: None, [], name="n")
    with pytest.raises(ValueError, match=r"^values:"):
        figures.frames(lambda ax, v: None, np.zeros((2, 2)), name="n")
    with pytest.raises(ValueError, match=r"^start:"):
        figures.frames(lambda ax, v: None, [1, 2, 3], name="n", start=3)


def test_a_build_gets_our_type_and_a_notebook_gets_what_it_can_show(ball, monkeypatch):
    monkeypatch.delenv("DIFFPROG_BUILD", raising=False)
    outside = ball._repr_mimebundle_()
    assert set(outside) == {"text/plain", "image/png", "text/html"}
    assert "<script>" in outside["text/html"]
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    inside = ball._repr_mimebundle_()
    assert set(inside) == {"text/plain", "image/png", show.FRAMES}


def test_figure_shows_itself_at_the_end_of_the_block(monkeypatch):
    shown: list[object] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    with figures.figure(xlabel="x", rows=2, ylabel=["top", "bottom"]) as (top, bottom):
        top.plot([1, 2])
    assert isinstance(shown[0], figures.Picture)
    assert [top.get_ylabel(), bottom.get_ylabel()] == ["top", "bottom"]


def columns(svg: str) -> int:
    """Return in how many columns the plots of a figure stand, to which their lines are clipped."""
    return len(set(re.findall(r'<rect x="([\d.]+)"', svg)))


def size_and_labels(svg: str) -> tuple[str, list[str]]:
    (size,) = re.findall('viewBox="0 0 (.*?)"', svg)
    return size, re.findall(">(step|loss|cut)<", svg)


def test_on_a_slide_panels_stand_beside_one_another_each_with_its_label(monkeypatch):
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    shown: list[figures.Picture] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    with figures.figure(rows=2, size=(5.6, 5.0), xlabel=["", "step"], ylabel=["loss", "cut"]) as ax:
        ax[0].plot([1, 2])
        ax[1].plot([1, 2])
    content = shown[0]._repr_mimebundle_()[show.FIGURE]
    assert size_and_labels(content["svg"]) == ("403.2 360", ["loss", "step", "cut"])
    slide = content["slide"]["svg"]
    assert size_and_labels(slide) == ("530.64 164.16", ["step", "loss", "step", "cut"])
    assert (columns(content["svg"]), columns(slide)) == (1, 2)


def test_frames_on_a_slide_replay_the_drawing_of_the_slide(monkeypatch):
    def draw(axes, x):
        axes[0].plot([0, x], [0, x])
        axes[1].plot([0, 1])
        axes[1].set_title(f"x = {x:g}")

    given: Any = {"name": "x", "rows": 2, "xlim": (0, 1), "ylim": (0, 1)}
    outside = figures.frames(draw, [0.2, 0.5], **given)
    assert "slide" not in outside.data
    monkeypatch.setenv("DIFFPROG_BUILD", "1")
    inside = figures.frames(draw, [0.2, 0.5], **given)
    svg, slots = inside.data["slide"]["svg"], inside.data["slide"]["slots"]
    assert size_and_labels(svg)[0] == "530.64 164.16"
    assert columns(svg) == 2
    assert columns(inside.data["svg"]) == columns(outside.data["svg"]) == 1
    moving = [contents for _, _, contents, _ in slots]
    assert ["x = 0.2", "x = 0.5"] in moving
    assert len(moving) == len(inside.data["slots"]) == len(outside.data["slots"])


def test_no_two_lines_of_a_cycle_share_their_dashes():
    """Colour is never the only cue."""
    styles = [str(entry["linestyle"]) for entry in STYLE["axes.prop_cycle"]]
    assert len(set(styles)) == len(styles)


def test_dots_are_one_path():
    figure = Figure()
    ax = figure.subplots()
    figures.dots(ax, np.arange(500.0), np.arange(500.0), color=figures.BLUE)
    svg = ET.fromstring(figures.Picture(figure).svg())
    assert not [use for use in svg.iter("use") if "fill:var(--fig-blue)" in use.get("style", "")]
    (path,) = [p for p in svg.iter("path") if "stroke:var(--fig-blue)" in p.get("style", "")]
    # With no line after it, an M draws nothing.
    assert len(re.findall(r"M[^M]+(?:h0|L[^M]+)", path.get("d", ""))) == 500


def test_a_figure_has_its_size_and_a_png_is_white(monkeypatch):
    shown: list[figures.Picture] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    with figures.figure(size=(5.0, 3.0)) as ax:
        ax.plot([1, 2])
    assert 'viewBox="0 0 360 216"' in shown[0].svg()  # 72 points an inch
    figure = Figure(facecolor="red")
    pixels = imread(io.BytesIO(base64.b64decode(figures.Picture(figure).png())))
    assert (pixels[0, 0, :3] == 1).all()


def test_dots_are_a_fifth_of_the_text_of_markers():
    x, y = np.random.default_rng(0).normal(size=(2, 2000))
    lengths = []
    for draw in (figures.dots, lambda ax, x, y: ax.plot(x, y, "o")):
        figure = Figure()
        draw(figure.subplots(), x, y)
        lengths.append(len(figures.Picture(figure).svg()))
    assert lengths[0] * 5 < lengths[1]


def test_a_dot_is_no_line():
    """Each is drawn as a stroke of next to no length, whatever the size of the coordinates."""
    x = [-1e-3, 0.0, 1e-6, 40.0]
    ax = Figure().subplots()
    figures.dots(ax, x, x)
    begin, end, _ = np.reshape(ax.lines[0].get_xdata(), (4, 3)).T
    assert (begin == x).all()
    assert (end > begin).all()
    assert (end - begin < 1e-6).all()


@pytest.mark.parametrize("shape", [[0.0], [5.0, 5.0], [-1e-3, 0, 1e-6, 40], [1e9, 1e9 + 1]])
def test_dots_are_there_in_pixels_too(shape):
    figure = Figure(dpi=100)
    ax = figure.subplots()
    figures.dots(ax, shape, np.arange(len(shape)), size=20, color="#ff0000")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    red = (pixels[..., 0] > 200) & (pixels[..., 1] < 50)
    one = np.pi / 4 * (20 * 100 / 72) ** 2
    assert red.sum() == pytest.approx(len(shape) * one, rel=0.05)


def test_powers_of_ten_are_text_in_the_page_s_font(monkeypatch):
    shown: list[figures.Picture] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    with figures.figure(yscale="log", ylim=(1e-4, 1e4)) as ax:
        ax.plot([1, 2], [1e-3, 1e3])
    svg = shown[0].svg()
    assert ">10⁻⁴<" in svg
    assert ">1<" in svg
    assert "tspan" not in svg, "no math"


@pytest.mark.parametrize(
    "change",
    [
        lambda ax, i: None,
        lambda ax, i: ax.set_xlabel(f"x after {i}"),
        lambda ax, i: ax.set_xlim(0, 3 + i),
        lambda ax, i: ax.set_xticks([i]),
        lambda ax, i: ax.set_xticks([1], [f"one {i}"]),
        lambda ax, i: ax.set(ylim=(0.1, 1), yticks=(0.2, 0.5), yscale="log"),
        lambda ax, i: ax.set_yscale("log" if i % 2 else "linear"),
        lambda ax, i: ax.tick_params(labelcolor=[figures.BLUE, figures.INK][i % 2]),
        lambda ax, i: ax.xaxis.label.set_color([figures.BLUE, figures.INK][i % 2]),
        lambda ax, i: ax.grid(visible=bool(i % 2)),
    ],
)
def test_axes_that_were_drawn_before_are_as_if_drawn_again(change):
    """Only where nothing of them has changed: each frame is compared with a drawing of its own."""

    def figure():
        drawing = Figure()
        left, right = drawing.subplots(1, 2)
        left.set(xlim=(0, 6), ylim=(0.5, 6), xlabel="x")
        right.set(xlim=(0, 6), ylim=(0.5, 6))
        return drawing, left, right

    def draw(left, right, i):
        change(left, i)
        if i:
            left.plot([1, 2], [i, 2], "o-")
        right.text(1, 2, str(i))

    with mpl.rc_context(STYLE):
        drawing, left, right = figure()
        film = axis_cache.Film(drawing)
        for i in range(4):
            for artist in [*left.lines, *right.texts]:
                artist.remove()
            draw(left, right, i)
            filmed = serialise(themed(film.drawn()))
            assert filmed == serialise(themed(axis_cache.drawn(drawing))), i


def test_axes_are_drawn_again_only_where_something_is_set_to_something_else(monkeypatch):
    drawn = []
    draw = Axis.draw
    monkeypatch.setattr(Axis, "draw", lambda axis, r: (drawn.append(axis), draw(axis, r)))  # type: ignore[func-returns-value]
    with mpl.rc_context(STYLE):
        figure = Figure()
        ax = figure.subplots()
        film = axis_cache.Film(figure)
        for top, draws in ((1, 2), (1, 2), (2, 4), (2, 4)):
            ax.set(ylim=(0, top), yticks=(0, 1))
            film.drawn()
            assert len(drawn) == draws


@pytest.mark.site
def test_marks_and_clipping_are_found_under_any_name(browser):
    """A blank, a bracket or a percent sign in a name would lose them; such names are refused."""
    svg = (
        f'<svg viewBox="0 0 100 100"><clipPath id="{ID}0"><rect width="50" height="100"/>'
        f'</clipPath><defs><path id="{ID}1" d="M0 0h20v20h-20z"/></defs>'
        f'<rect width="100" height="100" style="clip-path: url(#{ID}0)"/>'
        f'<use href="#{ID}1" x="60"/></svg>'
    )
    names = ["fig-a", "fig_a", "fig.a", "Fig-A", "fig-größe", "图", "7"]
    boxes = "".join(f"<div>{animation.picture(svg, name, 'A.')}</div>" for name in names)
    page = browser.new_page()
    page.set_content(f"<style>svg {{ display: block; width: 100px }}</style>{boxes}")
    hit = """box => [[20, 50], [80, 50], [70, 10]].map(([x, y]) => {
        const { left, top } = box.getBoundingClientRect();
        return document.elementFromPoint(left + x, top + y).tagName;
    })"""
    found = [box.evaluate(hit) for box in page.locator("div").all()]
    assert found == [["rect", "svg", "use"]] * len(names)
    page.close()
