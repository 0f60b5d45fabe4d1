"""Times and charges of a drift chamber in a file: write one, read your own.

The file is a table of comma-separated values. Its first line has the names
of the columns, and each further line has one signal:

    track,wire,time,charge
    1,1,74.52,1.083
    1,2,78.10,0.871
    1,first,12.31,
    1,last,636.08,

    track    a whole number; tracks are kept in the order of their numbers
    wire     1, 2, … W from the first wire to the last. A track has one
             signal on each wire. A track that crosses the whole gap may
             have two more lines, `first` and `last`: when its first
             electrons arrived (from beside the wires) and its last ones
             (from the cathode). Their charge is left empty.
    time     µs
    charge   above zero, in any unit

Blank lines and lines that begin with # are left out.
"""

import math
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from diffprog import _args
from diffprog.simulator.chamber import Data

__all__ = ["read", "write"]

COLUMNS = ["track", "wire", "time", "charge"]
ENDS = ["first", "last"]

Signals = dict[tuple[int, str], tuple[float, float]]  # time, charge


def read(file: str | Path | Iterable[str]) -> Data:
    """Return the measurements in a file, in float64.

    Args:
        file: A path, an open file, or a list of lines.

    Raises:
        ValueError: The file is not such a table. The message names the line
            and the column, or the track and the wire that is missing.
    """
    if isinstance(file, str | Path):
        # utf-8-sig, since spreadsheets begin a file with a mark of order
        file = Path(file).read_text(encoding="utf-8-sig").splitlines()
    signals = _signals(file)
    tracks = sorted({track for track, _ in signals})
    inner = {wire for _, wire in signals if wire not in ENDS}
    wires = [str(i + 1) for i in range(max(map(int, inner), default=0))]
    cross = [i for i in tracks if any((i, end) in signals for end in ENDS)]
    if not wires:
        raise _args.refused("file", "it has no signal on any wire")

    def table(tracks: list[int], wires: list[str], k: int) -> Tensor:
        for key in ((i, wire) for i in tracks for wire in wires):
            if key not in signals:
                why = f"there is no line for wire {key[1]}"
                raise _args.refused(f"track {key[0]}", why)
        rows = [[signals[i, wire][k] for wire in wires] for i in tracks]
        shape = len(tracks), len(wires)
        return torch.tensor(rows, dtype=torch.float64).reshape(shape)

    t, q = table(tracks, wires, 0), table(tracks, wires, 1)
    return Data(t, q, table(cross, ENDS, 0))


def write(data: Data) -> str:
    """Return the text of a file with these measurements.

    The rows of s go to the first tracks.
    """
    rows = [",".join(COLUMNS)]
    for i, (times, charges) in enumerate(zip(data.t, data.q, strict=True)):
        pairs = zip(times.tolist(), charges.tolist(), strict=True)
        for wire, (t, q) in enumerate(pairs):
            rows.append(f"{i + 1},{wire + 1},{t:.6g},{q:.6g}")
        if i < len(data.s):
            for end, t in zip(ENDS, data.s[i].tolist(), strict=True):
                rows.append(f"{i + 1},{end},{t:.6g},")
    return "\n".join(rows) + "\n"


def _signals(lines: Iterable[str]) -> Signals:
    found: Signals = {}
    header = True
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split(",")]
        if header:
            if fields != COLUMNS:
                want = ",".join(COLUMNS)
                raise _args.wrong(
                    f"line {number}", repr(line.strip()), want
                )
            header = False
            continue
        if len(fields) != len(COLUMNS):
            got, want = f"{len(fields)} values", f"{len(COLUMNS)}"
            raise _args.wrong(f"line {number}", got, want)
        key, signal = _signal(number, *fields)
        if key in found:
            why = f"track {key[0]} has a line for wire {key[1]} already"
            raise _args.refused(f"line {number}", why)
        found[key] = signal
    return found


def _signal(
    line: int, track: str, wire: str, time: str, charge: str
) -> tuple[tuple[int, str], tuple[float, float]]:
    def whole(column: str, text: str, want: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise _args.wrong(f"line {line}, {column}", repr(text), want)
        return int(text)

    def number(column: str, text: str, low: float, want: str) -> float:
        try:
            x = float(text)
        except ValueError:
            x = math.nan
        if not low < x < math.inf:
            raise _args.wrong(f"line {line}, {column}", repr(text), want)
        return x

    i = whole("track", track, "a whole number, 1 or more")
    t = number("time", time, -math.inf, "a number, in µs")
    if wire in ENDS:
        if charge:
            got, want = repr(charge), f"nothing on the line of `{wire}`"
            raise _args.wrong(f"line {line}, charge", got, want)
        return (i, wire), (t, math.nan)
    wire = str(whole("wire", wire, "a whole number, first, or last"))
    return (i, wire), (
        t,
        number("charge", charge, 0, "a number above zero"),
    )
