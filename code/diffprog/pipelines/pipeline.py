"""Pipelines: a network in front of a simulator.

    t  ──scale──▶  z  ──network──▶  latent  ──simulator──▶  x

Symbols, shapes. n rows; … stands for any batch.
    t        (…, n, i)   the inputs, in their units
    latent   (…, n, l)   what the simulator needs and nobody measures
    x        (…, n, o)   the observations

A network that shall predict x itself is the same with nothing, or a mere
`Unscale`, in the place of the simulator.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Self

import torch
from torch import Tensor, nn

from diffprog import _checks

__all__ = ["Pipeline", "Scale", "Unscale", "mean_squared_error", "mlp"]


def mlp(*widths: int) -> nn.Sequential:
    """Return linear layers with ReLU between them:
    mlp(1, 100, 50, 2) takes 1 number to 2.

    The weights are drawn from the global random state, as torch does: see
    ensembles.seeded. ValueError for fewer than two widths, and widths below
    1.
    """
    if len(widths) < 2:
        raise _checks.wrong(
            "widths",
            widths,
            "those of the inputs and of the outputs, at least",
        )
    for width in widths:
        _checks.count("widths", width)
    layers: list[nn.Module] = []
    for into, out in pairwise(widths):
        layers += [nn.Linear(into, out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class _Columns(nn.Module):
    """A centre and a width for each column, (i,):
    buffers, so that they are no parameters."""

    def __init__(self, centre: Tensor, width: Tensor) -> None:
        super().__init__()
        _check_columns(centre, width)
        self.centre: Tensor
        self.width: Tensor
        self.register_buffer("centre", centre.detach().clone())
        self.register_buffer("width", width.detach().clone())


class Unscale(_Columns):
    """x = centre + width·z, the inverse of `Scale`,
    with its arguments and errors."""

    def forward(self, z: Tensor) -> Tensor:
        """x, (…, n, i)."""
        return self.centre + self.width * z


class Scale(_Columns):
    """z = (x − centre)/width, for each column of x, (…, n, i).

    centre and width, (i,), have the units of x. ValueError for centres that
    are not finite, and widths that are not above zero.
    """

    @classmethod
    def standard(cls, x: Tensor) -> Self:
        """Give each column of x, (n, i), mean 0 and standard deviation 1.

        ValueError for n < 2, and columns that are constant or not finite.
        """
        _checks.columns("x", x)
        return cls(x.mean(0), x.std(0))

    @classmethod
    def onto(cls, x: Tensor, low: float, high: float) -> Self:
        """Take the smallest of each column of x,
        (n, i), to low, and the largest to high.

        ValueError as in `standard`, and unless low < high.
        """
        _checks.columns("x", x)
        if not low < high:
            raise _checks.wrong("high", high, f"more than low, {low}")
        smallest, largest = x.min(0).values, x.max(0).values
        width = (largest - smallest) / (high - low)
        return cls(smallest - low * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """z, (…, n, i)."""
        return (x - self.centre) / self.width

    def inverse(self) -> Unscale:
        """Return what undoes this: x from z."""
        return Unscale(self.centre, self.width)


class Pipeline(nn.Module):
    """x = simulator(network(scale(t))):
    a composition, and differentiable since each stage is.

    The network has the parameters. scale and simulator are modules or plain
    functions of one tensor; nn.Identity() stands for a stage left out. By
    the chain rule ∂x/∂θ is the Jacobian of the simulator in the latent
    quantities times that of the network in its weights θ.
    """

    def __init__(
        self,
        scale: Callable[[Tensor], Tensor],
        network: nn.Module,
        simulator: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__()
        for name, stage in {
            "scale": scale,
            "network": network,
            "simulator": simulator,
        }.items():
            if not callable(stage):
                raise _checks.wrong(
                    name,
                    _checks.described(stage),
                    "a function of one tensor",
                )
        if not isinstance(network, nn.Module):
            raise _checks.wrong(
                "network",
                _checks.described(network),
                "an nn.Module, to train it",
            )
        self.scale = scale
        self.network = network
        self.simulator = simulator

    def latent(self, t: Tensor) -> Tensor:
        """network(scale(t)), (…, n, l): the causes."""
        z: Tensor = self.network(self.scale(t))
        return z

    def forward(self, t: Tensor) -> Tensor:
        """simulator(latent(t)), (…, n, o): what is observed."""
        return self.simulator(self.latent(t))


def mean_squared_error(x: Tensor, target: Tensor) -> Tensor:
    """Mean of (x − target)², over all numbers, in the units of x squared.

    ValueError where the shapes differ: (n,) against (n, 1) would broadcast
    to (n, n) silently.
    """
    if x.shape != target.shape:
        got, want = (
            f"shape {tuple(target.shape)}",
            f"that of x, {tuple(x.shape)}",
        )
        raise _checks.wrong("target", got, want)
    return ((x - target) ** 2).mean()


def _check_columns(centre: Tensor, width: Tensor) -> None:
    _checks.finite("centre", centre)
    _checks.floating("width", width)
    if centre.shape != width.shape:
        got = f"shape {tuple(width.shape)}"
        raise _checks.wrong(
            "width", got, f"that of centre, {tuple(centre.shape)}"
        )
    if not (torch.isfinite(width) & (width > 0)).all():
        raise _checks.wrong(
            "width",
            width.tolist(),
            "finite numbers above zero, one a column",
        )
