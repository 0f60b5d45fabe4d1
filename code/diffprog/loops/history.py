"""What every fit leaves behind: its losses and parameters at each step.

Symbols, shapes. A step is one update of the parameters. … are fits that run
side by side, such as from several starts; a single fit has none.
    loss         (steps + 1, …)   before each step, and after the last
    parameters   (steps + 1, *)   each parameter, of any shape *, as the
                                  loss left it
    evaluations  (steps + 1,)     how often the loss and its gradient were
                                  computed to get there

What a fit minimises, or maximises, has one form for each purpose:
    loss()              of leaf tensors: gradient_descent, fit
    loss(model, *data)  of a model: train, and of many: train_together
    residuals(θ)        whose squares are summed: gauss_newton
    objective(s, b)     of counts: fit_cuts, fit_learned_cut
    objective(c)        of cuts, without gradients: search
An objective is maximised, and the loss is minus the objective.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from diffprog import _args
from diffprog.show import building

__all__ = ["Diverged", "History", "Recorder", "bar"]


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """The path of a fit, free of any graph.

    evaluations, int64, is 0, 1, …, steps for an optimizer that computes the
    gradient once a step. `train` and `train_together` leave parameters
    empty: a path of all weights would be large, and the models have the
    last ones. seen[i] is what their `look` returned before step i, or after
    the last, for the steps that they were asked for.
    """

    loss: Tensor
    parameters: dict[str, Tensor]
    evaluations: Tensor
    seen: dict[int, Tensor] = field(default_factory=dict)

    @property
    def last(self) -> dict[str, Tensor]:
        """The parameters at the end, by name."""
        return {name: p[-1] for name, p in self.parameters.items()}

    def __len__(self) -> int:
        return len(self.loss)

    def __getitem__(self, index: slice | Tensor) -> "History":
        """Return the entries that a slice or a tensor of indices picks."""
        if not isinstance(index, slice | Tensor) or (
            isinstance(index, Tensor) and not index.ndim
        ):
            raise _args.wrong(
                "index",
                _args.described(index),
                "a slice, as in history[:10]",
            )
        picked = enumerate(torch.arange(len(self))[index].tolist())
        return History(
            self.loss[index],
            {name: p[index] for name, p in self.parameters.items()},
            self.evaluations[index],
            {i: self.seen[j] for i, j in picked if j in self.seen},
        )

    def __repr__(self) -> str:
        fits = self.loss.shape[1:]
        what = f"History of {len(self)} entries"
        what += f" of {fits.numel()} fits: " if fits else ": "
        if len(self):
            middle = self.loss.reshape(len(self), -1).median(1).values
            what += f"loss {middle[0]:.4g} to {middle[-1]:.4g}"
            what += " in the median" if fits else ""
        else:
            what += "no loss"
        if self.parameters:
            what += "; " + ", ".join(
                f"{name} {tuple(p.shape[1:])}"
                for name, p in self.parameters.items()
            )
        if self.seen:
            what += f"; seen at {len(self.seen)} steps"
        return what


class Diverged(FloatingPointError):
    """The loss is infinite, or not a number.

    `step` is the number of steps before that, and `history` the path up to
    there. This loss is the last entry; all losses of `history[:-1]` are
    finite. Of several fits, one is enough.
    """

    def __init__(self, step: int, history: History) -> None:
        super().__init__(step, history)
        self.step = step
        self.history = history

    def __str__(self) -> str:
        loss = self.history.loss
        first = tuple((~loss[-1].isfinite()).nonzero()[0].tolist())
        loss = loss[:, *first]
        fit = f" of fit {', '.join(map(str, first))}" if first else ""
        what = f"the loss{fit} is {loss[-1].item()}"
        if self.step == 0:
            return (
                f"{what} at the start values, before any update: "
                "look at the loss itself"
            )
        advice = (
            f"{what} after {self.step} updates: try a smaller learning rate"
        )
        if loss[-2] <= loss[0]:
            advice += (
                ", and since the loss had not grown, look for a gradient"
                " that is not finite"
            )
        return advice


class Recorder:
    """Writes down a path, for the loops of this package.

    `look` is called before each step in `at`. Memory is allocated once:
    small results kept between the large tensors of a step would fragment
    it. A step waits for the device only to see whether the loss is finite.
    """

    def __init__(
        self,
        parameters: Mapping[str, Tensor],
        steps: int,
        look: Callable[[], Tensor] | None = None,
        at: Sequence[int] = (),
    ) -> None:
        self._steps = steps
        self._rows = {
            name: p.detach().new_empty(steps + 1, *p.shape)
            for name, p in parameters.items()
        }
        self._copies = [
            (_cheap(self._rows[name]), p) for name, p in parameters.items()
        ]
        self._loss = torch.empty(0)
        self._evaluations: list[int] = []
        self._count = 0
        self._look = look
        self._at = set(at)
        self._seen: dict[int, Tensor] = {}

    def record(self, step: int, loss: Tensor) -> None:
        """Note loss and parameters before `step`, the first time only.

        Each call counts as an evaluation.

        Raises:
            Diverged: The loss noted is not finite.
            ValueError: The step before was not noted.
        """
        if step > len(self._evaluations):
            why = f"its step {len(self._evaluations)} computed no loss"
            raise _args.refused("optimizer", why)
        if step == len(self._evaluations):
            loss = loss.detach()
            if not step:
                self._loss = loss.new_empty(self._steps + 1, *loss.shape)
            self._loss[step] = loss
            for row, p in self._copies:
                # Asked for anew, since p.data = … gives p other memory.
                row[step] = _cheap(p.detach())
            self._evaluations.append(self._count)
            if not _args.are_finite(loss):
                raise Diverged(step, self.history())
            if self._look and step in self._at:
                with torch.no_grad():
                    self._seen[step] = self._look().clone()
        self._count += 1

    def history(self) -> History:
        """Return what was noted so far."""
        entries = len(self._evaluations)
        return History(
            self._loss[:entries],
            {name: row[:entries] for name, row in self._rows.items()},
            torch.tensor(self._evaluations),
            self._seen,
        )


def _cheap(x: Tensor) -> Any:
    """Return x as a NumPy array on the same memory, if that is possible.

    NumPy copies a few numbers much faster than torch.
    """
    try:
        return x.numpy()
    except TypeError:  # on another device, or of a type that NumPy lacks
        return x


def bar(steps: int, progress: bool) -> Iterable[int]:
    """Return 0, 1, …, steps − 1, with a progress bar except in a build."""
    return tqdm(range(steps), disable=not progress or building())
