"""A cut along a learned function of all observables, on the objective of the other cuts.

Symbols, shapes, units. n events, d observables.
    m   (n, d)   GeV   masses
    t   (n,)           score: an event is kept where t ≥ 0, and softly with weight σ(t)
    Z   ()             objective of two counts

A rectangular cut asks each observable for itself; t = w·m + c is a plane, a network any surface.
Its steepness is learned with it, since k·t is as good a score as t. The best there is, for
s/√b and for any objective that grows with s and falls with b, is a cut on the ratio of the
densities of signal and background (J. Neyman, E. S. Pearson, 1933).
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from diffprog import _checks, _samples
from diffprog.history import History
from diffprog.loops import fit
from diffprog.significance import significance

__all__ = ["LearnedCut", "fit_learned_cut"]


class LearnedCut(nn.Module):
    """t(m): standardise, then linear layers with tanh between; hidden=() is one plane.

    Standardised by mean and width of the background it is made with, (n, d), which are no
    parameters. Weights are drawn from the seed, and leave the global random state alone.
    """

    def __init__(self, background: Tensor, hidden: Sequence[int] = (), *, seed: int) -> None:
        super().__init__()
        _samples.masses("background", background)
        if background.ndim != 2 or len(background) < 2:
            got = f"shape {tuple(background.shape)}"
            raise _checks.wrong("background", got, "(n, d) with n > 1: write m[:, None] for one")
        for width in hidden:
            _checks.count("hidden", width)
        self.centre: Tensor
        self.spread: Tensor
        self.register_buffer("centre", background.mean(0))
        self.register_buffer("spread", background.std(0))
        sizes = [background.shape[1], *hidden, 1]
        layers: list[nn.Module] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for into, out in pairwise(sizes):
                layers += [nn.Linear(into, out), nn.Tanh()]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, m: Tensor) -> Tensor:
        """t, (n,), for masses (n, d)."""
        t: Tensor = self.layers((m - self.centre) / self.spread)[:, 0]
        return t

    def count(self, m: Tensor) -> Tensor:
        """Σ over events of [t ≥ 0], (), int64. ValueError for a sample empty or not finite."""
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
    progress: bool = False,
) -> History:
    """Maximise objective(soft count of signal, of background) by Adam; the model is changed.

    The loss of the history is minus the objective. ValueError for samples that are empty, not
    finite, or not of the same observables, and learning_rate ≤ 0; Diverged as in loops.fit.
    """
    _samples.both(signal, background)
    parameters = dict(model.named_parameters())
    rate = _checks.positive("learning_rate", learning_rate)

    def loss() -> Tensor:
        return -objective(model.soft_count(signal), model.soft_count(background))

    adam = torch.optim.Adam(parameters.values(), lr=rate)
    return fit(loss, parameters, adam, steps, progress=progress)
