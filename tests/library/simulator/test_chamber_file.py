"""Measurements of a chamber in a file: what is written is read, and mistakes are located."""

import re

import pytest
import torch

from diffprog.simulator import chamber, chamber_file

GOOD = """# my chamber
track,wire,time,charge
1,1,74.5,1.08
1,2,78.1,0.87

1,first,12.3,
1,last,636,
2,2,90,2e-1
2, 1, 88 ,1
""".splitlines()


def changed(line, text):
    """The good file with another line, counted from 1."""
    return [text if i + 1 == line else old for i, old in enumerate(GOOD)]


def test_a_file_is_read_by_tracks_and_wires_whatever_the_order_of_its_lines():
    t, q, s = chamber_file.read(GOOD)
    assert t.tolist() == [[74.5, 78.1], [88, 90]]
    assert q.tolist() == [[1.08, 0.87], [1, 0.2]]
    assert s.tolist() == [[12.3, 636]]
    assert {x.dtype for x in (t, q, s)} == {torch.float64}


def test_tracks_need_not_cross_and_their_numbers_may_have_gaps():
    data = chamber_file.read([GOOD[1], "7,1,1,1", "30,1,3,1", "9,1,2,1"])
    assert data.t.tolist() == [[1], [2], [3]]
    assert data.s.shape == (0, 2)


@pytest.mark.parametrize("crossing", [0, 2])
def test_what_is_written_is_read(crossing, tmp_path):
    """To six digits, which is far below the errors of a time or of a charge."""
    data = chamber.generate(chamber.truth(4, crossing, 0), crossing, 1)
    text = chamber_file.write(data)
    path = tmp_path / "chamber.csv"
    path.write_text(text, encoding="utf-8-sig")  # as a spreadsheet writes it
    for source in (text.splitlines(), path, str(path)):
        for old, new in zip(data, chamber_file.read(source), strict=True):
            torch.testing.assert_close(new, old, rtol=1e-5, atol=0)
    with path.open(encoding="utf-8-sig") as file:
        assert chamber_file.read(file).t.shape == data.t.shape


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (changed(2, "track;wire;time;charge"), "line 2: got 'track;wire;time;charge', want track,"),
        (changed(2, "wire,track,time,charge"), "line 2: got 'wire,"),
        (changed(3, "1,1,74.5"), "line 3: got 3 values, want 4"),
        (changed(3, "1,1,74,5,1.08"), "line 3: got 5 values"),
        (changed(3, "one,1,74.5,1.08"), "line 3, track: got 'one', want a whole number"),
        (changed(3, "0,1,74.5,1.08"), "line 3, track: got '0'"),
        (changed(3, "1,1.5,74.5,1.08"), "line 3, wire: got '1.5', want a whole number, first"),
        (changed(3, "1,0,74.5,1.08"), "line 3, wire: got '0'"),
        (changed(3, "1,1,late,1.08"), "line 3, time: got 'late', want a number, in µs"),
        (changed(3, "1,1,nan,1.08"), "line 3, time: got 'nan'"),
        (changed(3, "1,1,inf,1.08"), "line 3, time: got 'inf'"),
        (changed(3, "1,1,,1.08"), "line 3, time: got ''"),
        (changed(4, "1,2,78.1,"), "line 4, charge: got '', want a number above zero"),
        (changed(4, "1,2,78.1,-0.3"), "line 4, charge: got '-0.3'"),
        (changed(4, "1,2,78.1,nan"), "line 4, charge: got 'nan'"),
        (changed(6, "1,first,12.3,1"), "line 6, charge: got '1', want nothing"),
        (changed(4, "1,1,78.1,0.87"), "line 4: track 1 has a line for wire 1 already"),
        (changed(4, "1,01,78.1,0.87"), "line 4: track 1 has a line for wire 1 already"),
        (changed(7, ""), "track 1: there is no line for wire last"),
        (changed(4, ""), "track 1: there is no line for wire 2"),
        (changed(8, "2,3,90,1"), "track 1: there is no line for wire 3"),
        (GOOD[:2], "no signal on any wire"),
        ([GOOD[1], "1,first,12.3,", "1,last,636,"], "no signal on any wire"),
        ([], "no signal on any wire"),
    ],
)
def test_mistakes_are_told_with_line_and_column(lines, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        chamber_file.read(lines)
