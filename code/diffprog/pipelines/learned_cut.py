"""A cut along a learned function of all observables,
on the objective of the other cuts.

Symbols, shapes, units. n events, d observables.
    m   (n, d)   GeV   masses
    t   (n,)           score: an event is kept where t ≥ 0, and softly with
                       weight σ(t)
    Z   ()             objective of two counts

A rectangular cut asks each observable for itself; t = w·m + c is a plane, a
network any surface. Its steepness is learned with it, since k·t is as good
a score as t. The best there is, for s/√b and for any objective that grows
with s and falls with b, is a cut on the ratio of the densities of signal
and background (J. Neyman, E. S. Pearson, 1933).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from diffprog import _checks, _samples
from diffprog.loops.descent import fit
from diffprog.loops.ensembles import seeded
from diffprog.loops.history import History
from diffprog.pipelines.pipeline import Scale
from diffprog.relaxations.significance import significance

__all__ = ["LearnedCut", "fit_learned_cut"]


class LearnedCut(nn.Module):
    """t(m): standardise, then linear layers
    with tanh between; hidden=() is one plane.

    Standardised by mean and width of the background it is made with,
    (n, d), which are no parameters. Weights are drawn from the seed, leave
    the global random state alone, and have the precision of the background.
    ValueError for a background of one event, with a constant observable, or
    not finite, and layers of no unit.
    """

    def __init__(
        self, background: Tensor, hidden: Sequence[int] = (), *, seed: int
    ) -> None:
        super().__init__()
        _checks.columns("background", background)
        for width in hidden:
            _checks.count("hidden", width)
        sizes = [background.shape[1], *hidden, 1]
        self.scale = Scale.standard(background)
        self.layers = seeded(lambda: _layers(sizes), seed).to(
            background.dtype
        )

    def check(self, name: str, m: Tensor) -> None:
        """Raise ValueError unless m is (n, d) and of
        the precision of the background it knows."""
        d, dtype = len(self.scale.centre), self.scale.centre.dtype
        if (
            not isinstance(m, Tensor)
            or m.dtype != dtype
            or m.ndim != 2
            or m.shape[1] != d
        ):
            want = (
                f"a {dtype} tensor of shape (n, {d}), as the background it"
                " was made with"
            )
            raise _checks.wrong(name, _checks.described(m), want)

    def forward(self, m: Tensor) -> Tensor:
        """t, (n,), for masses (n, d).
        ValueError for others, as in `check`."""
        self.check("m", m)
        t: Tensor = self.layers(self.scale(m))[:, 0]
        return t

    def count(self, m: Tensor) -> Tensor:
        """Σ over events of [t ≥ 0], (), int64.
        ValueError for a sample empty or not finite, too."""
        _samples.masses("m", m)
        with torch.no_grad():
            kept: Tensor = self(m) >= 0
        return kept.sum()

    def soft_count(self, m: Tensor) -> Tensor:
        """Σ over events of σ(t), ()."""
        return torch.sigmoid(self(m)).sum()


def fit_learned_cut(
    model: LearnedCut,
    signal: Tensor,
    background: Tensor,
    *,
    objective: Callable[[Tensor, Tensor], Tensor] = significance,
    steps: int = 300,
    learning_rate: float = 0.02,
) -> History:
    """Maximise objective(soft count of signal,
    of background) by Adam; the model is changed.

    The loss of the history is minus the objective. ValueError for samples
    that are empty, not finite, or not of the observables that the model
    knows, and learning_rate ≤ 0; Diverged as in descent.fit.
    """
    _samples.both(signal, background)
    model.check("signal", signal)
    model.check("background", background)
    parameters = dict(model.named_parameters())
    rate = _checks.positive("learning_rate", learning_rate)

    def loss() -> Tensor:
        return -objective(
            model.soft_count(signal), model.soft_count(background)
        )

    adam = torch.optim.Adam(parameters.values(), lr=rate)
    return fit(loss, parameters, adam, steps, progress=False)


def _layers(sizes: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for into, out in pairwise(sizes):
        layers += [nn.Linear(into, out), nn.Tanh()]
    return nn.Sequential(*layers[:-1])
