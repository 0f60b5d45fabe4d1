"""Distributions: their densities, and draws from them."""

from torch.distributions.some import (
    Bernoulli,
    Distribution,
    Exponential,
    Gamma,
    Independent,
    LogNormal,
    Normal,
    Poisson,
    Uniform,
)

__all__ = [
    "Bernoulli", "Distribution", "Exponential", "Gamma", "Independent", "LogNormal", "Normal",
    "Poisson", "Uniform",
]  # fmt: skip


def __getattr__(name):
    from torch._errors import absent

    raise AttributeError(absent(f"torch.distributions.{name}"))
