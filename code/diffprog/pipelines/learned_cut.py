"""A cut on a learned function of all observables, with any objective.

Symbols, shapes, units. n events, d observables.
    m   (n, d)   GeV   masses
    q   (n,)           score: an event is kept where q ≥ 0, and softly with
                       weight sigmoid(q)
    Z   ()             objective of two counts

A rectangular cut looks at each observable on its own. The edge q = 0 of a
linear score is a plane, and the edge of a network may be any surface. The
steepness is learned with the edge, since 2q has the same edge as q. For
s/√b, and for any objective that grows with s and falls with b, the best cut
is a cut on the ratio of the densities of signal and background.

Source: J. Neyman, E. S. Pearson, On the problem of the most efficient tests
of statistical hypotheses, Phil. Trans. R. Soc. A 231 (1933) 289.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from diffprog import _args, _samples
from diffprog.loops.descent import fit
from diffprog.loops.ensembles import seeded
from diffprog.loops.history import History
from diffprog.pipelines.pipeline import Scale
from diffprog.relaxations.significance import significance

__all__ = ["LearnedCut", "fit_learned_cut"]


class LearnedCut(nn.Module):
    """q(m): standardise, then linear layers with tanh between.

    Args:
        background: Its mean and width standardise all masses, and are not
            parameters. The weights have its dtype and device.
        hidden: The widths of the hidden layers. Without any, the edge is a
            plane.
        seed: It determines the weights; the global random state is left
            alone.

    Raises:
        ValueError: The background has one event, a constant observable, or
            a mass that is not finite; a layer has no unit.
    """

    def __init__(
        self,
        background: Tensor,
        hidden: Sequence[int] = (),
        *,
        seed: int | Generator,
    ) -> None:
        super().__init__()
        _args.columns("background", background)
        for width in hidden:
            _args.count("hidden", width)
        sizes = [background.shape[1], *hidden, 1]
        self.scale = Scale.standard(background)
        self.layers = seeded(lambda: _layers(sizes), seed).to(background)

    def check(self, name: str, m: Tensor) -> None:
        """Raise ValueError unless m is (n, d), of the dtype it knows."""
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
            raise _args.wrong(name, _args.described(m), want)

    def forward(self, m: Tensor) -> Tensor:
        """q, (n,), for masses (n, d)."""
        self.check("m", m)
        q: Tensor = self.layers(self.scale(m))[:, 0]
        return q

    def count(self, m: Tensor) -> Tensor:
        """Σ over events of [q ≥ 0], (), int64, for a finite sample.

        Raises:
            ValueError: A score is NaN, as after a fit that diverged.
        """
        _samples.masses("m", m)
        with torch.no_grad():
            q: Tensor = self(m)
        if not _args.holds(~q.isnan()):
            why = "a score is NaN: look at the weights"
            raise _args.refused("model", why)
        return (q >= 0).sum()

    def soft_count(self, m: Tensor) -> Tensor:
        """Σ over events of sigmoid(q), ()."""
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
    """Maximise objective(soft counts) by Adam; the model is changed.

    Returns:
        The history of all weights, whose loss is minus the objective.

    Raises:
        Diverged: The objective is not finite.
        ValueError: A sample is empty or not finite, or does not have the
            observables that the model knows; learning_rate ≤ 0.
    """
    _samples.both(signal, background)
    model.check("signal", signal)
    model.check("background", background)
    signal, background = signal.detach(), background.detach()
    parameters = dict(model.named_parameters())
    rate = _args.positive("learning_rate", learning_rate)

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
