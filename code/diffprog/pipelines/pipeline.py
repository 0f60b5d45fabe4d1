"""Pipelines: a network in front of a simulator.

    t  ──scale──▶  z  ──network──▶  latent  ──simulator──▶  x

Symbols, shapes. n rows; … stands for any batch.
    t        (…, n, i)   the inputs, in their units
    latent   (…, n, l)   inputs of the simulator that are not measured
    x        (…, n, o)   the observations

For a network that predicts x itself, put nn.Identity() or `Unscale` in the
place of the simulator.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Self

from torch import Tensor, nn

from diffprog import _args

__all__ = ["Pipeline", "Scale", "Unscale", "mean_squared_error", "mlp"]


def mlp(*widths: int) -> nn.Sequential:
    """Return linear layers of these widths, with ReLU between them.

    The weights are drawn from the global random state, as torch does: see
    ensembles.seeded.

    Example:
        >>> mlp(1, 100, 50, 2)  # from 1 input to 2 outputs
    """
    if len(widths) < 2:
        want = "the widths of the inputs and the outputs, at least"
        raise _args.wrong("widths", widths, want)
    for width in widths:
        _args.count("widths", width)
    layers: list[nn.Module] = []
    for into, out in pairwise(widths):
        layers += [nn.Linear(into, out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class _Columns(nn.Module):
    """A centre and a width for each column, (i,), kept as buffers."""

    def __init__(self, centre: Tensor, width: Tensor) -> None:
        super().__init__()
        _args.same_shape(centre=centre, width=width)
        _args.finite("centre", centre)
        _args.positives("width", width)
        self.centre: Tensor
        self.width: Tensor
        self.register_buffer("centre", centre.detach().clone())
        self.register_buffer("width", width.detach().clone())


class Unscale(_Columns):
    """x = centre + width·z: the inverse of `Scale`."""

    def forward(self, z: Tensor) -> Tensor:
        """x, (…, n, i)."""
        return self.centre + self.width * z


class Scale(_Columns):
    """z = (x − centre)/width, for each column of x, (…, n, i).

    Args:
        centre: One for each column, (i,), finite, in the units of x.
        width: One for each column, (i,), above zero, in the units of x.
    """

    @classmethod
    def standard(cls, x: Tensor) -> Self:
        """Give each column of x, (n, i), mean 0 and standard deviation 1.

        Raises:
            ValueError: n < 2, or a column is constant or not finite.
        """
        _args.columns("x", x)
        return cls(x.mean(0), x.std(0))

    @classmethod
    def onto(cls, x: Tensor, low: float, high: float) -> Self:
        """Take each column of x, (n, i), onto the interval [low, high].

        Raises:
            ValueError: low ≥ high, or n < 2, or a column is constant or not
                finite.
        """
        _args.columns("x", x)
        if not low < high:
            raise _args.wrong("high", high, f"more than low, {low}")
        smallest, largest = x.min(0).values, x.max(0).values
        width = (largest - smallest) / (high - low)
        return cls(smallest - low * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """z, (…, n, i)."""
        return (x - self.centre) / self.width

    def inverse(self) -> Unscale:
        """Return the inverse, which gives x from z."""
        return Unscale(self.centre, self.width)


class Pipeline(nn.Module):
    """x = simulator(network(scale(t))), differentiable as each stage is.

    By the chain rule ∂x/∂θ is the Jacobian of the simulator in the latent
    quantities, times that of the network in its weights θ.

    Args:
        scale, simulator: Modules or functions of one tensor; nn.Identity()
            to leave one out.
        network: A module, with the parameters to train.
    """

    def __init__(
        self,
        scale: Callable[[Tensor], Tensor],
        network: nn.Module,
        simulator: Callable[[Tensor], Tensor],
    ) -> None:
        super().__init__()
        if not isinstance(network, nn.Module):
            got = _args.described(network)
            raise _args.wrong("network", got, "an nn.Module, to train it")
        for name, f in {"scale": scale, "simulator": simulator}.items():
            if not callable(f):
                got = _args.described(f)
                raise _args.wrong(name, got, "a function of one tensor")
        self.scale = scale
        self.network = network
        self.simulator = simulator

    def latent(self, t: Tensor) -> Tensor:
        """network(scale(t)), (…, n, l)."""
        z: Tensor = self.network(self.scale(t))
        return z

    def forward(self, t: Tensor) -> Tensor:
        """simulator(latent(t)), (…, n, o)."""
        return self.simulator(self.latent(t))


def mean_squared_error(x: Tensor, target: Tensor) -> Tensor:
    """Mean of (x − target)², over all numbers, in the units of x squared.

    Raises:
        ValueError: The shapes differ: (n,) and (n, 1) would broadcast to
            (n, n) silently.
    """
    if x.shape != target.shape:
        got = f"shape {tuple(target.shape)}"
        raise _args.wrong("target", got, f"that of x, {tuple(x.shape)}")
    _args.not_empty("x", x)
    return ((x - target) ** 2).mean()
