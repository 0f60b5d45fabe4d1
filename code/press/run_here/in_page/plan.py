"""What runs before a cell: the statements of earlier cells that it needs, and that did not run yet.

The build asks which these are, to decide which cells have a button; the page asks when it runs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from press.names_in_code import changed, given, late, taken, trained

__all__ = ["Part", "Plan", "needed"]


@dataclass(frozen=True)
class Part:
    """A statement of a cell, or a whole cell that the reader has edited."""

    cell: int
    """The index of the cell among all cells of the chapter."""
    code: str
    gives: frozenset[str]
    """The names that it gives to what comes later."""
    takes: frozenset[str]
    """The names that it takes from what came before."""
    late: frozenset[str] = frozenset()
    """The names that its functions look up when they are called."""
    changes: frozenset[str] = frozenset()
    """The names of earlier objects that it may change."""
    lacks: str = field(default="", compare=False)
    """What it uses that the page lacks, or ''."""
    draws: bool = field(default=False, compare=False)
    """Whether it draws a figure, or defines what does."""

    @property
    def leaves(self) -> frozenset[str]:
        """The names whose objects are others after it."""
        return self.gives | self.changes


def needed(takes: Iterable[str], before: Sequence[Part]) -> list[Part]:
    """Return the earlier parts that give these names, or change that for which the names stand.

    What a function looks up when it is called may have been given after the function.
    """
    called = set[str]()
    while True:
        wanted, found, given_later, more = {*takes, *called}, list[Part](), set[str](), set(called)
        for part in reversed(before):
            if part.leaves & wanted:
                found.insert(0, part)
                wanted = (wanted - part.gives) | part.takes
                more |= part.late & given_later
            given_later |= part.gives
        if more == called:
            return found
        called = more


class Plan:
    """The cells of a page, as the reader has edited them, and what of them ran."""

    def __init__(self, cells: Iterable[Mapping[str, Any]]) -> None:
        """Begin with `cells`: their index, what they take, and their parts, as the build says."""
        self._cells = {cell["cell"]: cell for cell in cells}
        self._ran: dict[Part, int] = {}
        """When each part ran last, as a count."""

    def before(self, index: int, texts: Mapping[int, str]) -> list[Part]:
        """Return what has to run before a cell, in order; `texts` are the cells that were edited.

        A cell that changes what others have made needs all of that afresh when it runs again.
        """
        earlier = [part for cell in sorted(self._cells) if cell < index
                   for part in self.parts(cell, texts)]  # fmt: skip
        own = self.parts(index, texts)
        takes = self._cells[index]["takes"]
        if index in texts:
            takes = own[0].takes
        gives = frozenset[str]().union(*(part.gives for part in own))
        changing = any(part.changes for part in own) or gives & set(takes)
        afresh = bool(changing) and any(part in self._ran for part in own)
        parts = needed(takes, earlier)
        again = set(parts) if afresh else {part for part in parts if part not in self._ran}
        while more := self._stale(parts, takes, again):
            again |= more
        return [part for part in parts if part in again]

    def _stale(self, parts: Sequence[Part], takes: Iterable[str], again: set[Part]) -> set[Part]:
        """Return which parts must run again, besides those that are known to.

        Something that they are made of ran later or will run, or a name that is needed stands for
        what another part has given since.
        """
        found = set[Part]()
        for number, part in enumerate(parts):
            sources = [other for other in parts[:number] if other.leaves & part.takes]
            late = any(self._ran.get(other, 0) > self._ran.get(part, 0) for other in sources)
            if late or set(sources) & again:
                found.add(part)
        for number, wanted in (
            *((i, part.takes | part.late) for i, part in enumerate(parts) if part in again),
            (len(parts), frozenset(takes)),
        ):
            for name in wanted:
                givers = [part for part in parts[:number] if name in part.gives]
                if givers and givers[-1] != self._giver(name, parts[:number], again):
                    found.add(givers[-1])
        return found - again

    def _giver(self, name: str, before: Sequence[Part], again: set[Part]) -> Part | None:
        """Return which part will have given a name last, when these have run again."""
        for part in reversed(before):
            if part in again and name in part.gives:
                return part
        ran = (part for part in self._ran if name in part.gives)
        return max(ran, key=lambda part: self._ran[part], default=None)

    def done(self, parts: Iterable[Part], texts: Mapping[int, str]) -> None:
        """Note that these parts ran, so that other versions of their cells count no more."""
        for part in parts:
            now = max(self._ran.values(), default=0) + 1
            versions = set(self.parts(part.cell, texts))
            self._ran = {other: when for other, when in self._ran.items()
                         if other.cell != part.cell or other in versions}  # fmt: skip
            self._ran[part] = now

    def parts(self, cell: int, texts: Mapping[int, str]) -> list[Part]:
        """Return the parts of a cell: one, if it was edited."""
        if cell in texts:
            return [self._edited(cell, texts[cell])]
        return [
            Part(
                cell, part["code"], frozenset(part["gives"]), frozenset(part["takes"]),
                frozenset(part["late"]), frozenset(part["changes"]),
            )
            for part in self._cells[cell]["parts"]
        ]  # fmt: skip

    def _edited(self, cell: int, text: str) -> Part:
        try:
            takes = taken(text)
            changes = takes if changed(text) or trained(text) else frozenset[str]()
            return Part(cell, text, given(text), takes, late(text), changes)
        except SyntaxError:  # it gives what it gave, since the reader is told where it is needed
            return Part(cell, text, frozenset(n for p in self.parts(cell, {}) for n in p.gives),
                        frozenset())  # fmt: skip
