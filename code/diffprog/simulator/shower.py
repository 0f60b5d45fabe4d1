"""Showers of particles that split at random.

Symbols, shapes, units. n showers, L layers.
    X     (n,) or (n, L)   thickness of the absorbers, in radiation lengths
    E                GeV   energy of a particle
    W     (n, L)           signal of each layer, in particles
    ln p  (n, L)           log of the probability of the decisions that were
                           taken in each layer
    p     (n,)             probability that a particle of a cascade splits

A decision is drawn, so the graph of W holds it fixed. How probable the
decision was is in the graph of ln p. The functions of
relaxations.branching estimate slopes from both.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from diffprog import _args, _samples

__all__ = ["Shower", "calorimeter", "cascade"]

CRITICAL = 0.3  # GeV, energy at which a particle splits half as often
LOSS = 0.35  # by a radiation length, of ln E
SEEN = 0.05  # GeV, energy at which a layer sees 1 − 1/e of a particle


class Shower(NamedTuple):
    """What a shower left, and the log-probability of its decisions.

    Attributes:
        signal: W, (n, L).
        log_p: ln p, (n, L).
    """

    signal: Tensor
    log_p: Tensor


def calorimeter(
    x: Tensor, seed: int | Generator, layers: int = 8, energy: float = 10.0
) -> Shower:
    """Follow n showers, each through a calorimeter of its own.

    In each layer a particle splits with the probability
        (1 − e^(−X))·E/(E + 0.3 GeV)
    into two that share its energy uniformly. Then each loses energy,
    E ← E·e^(−0.35·X), and adds 1 − e^(−E/0.05 GeV) to the signal.

    Args:
        x: X, (n,), or (n, L) for a thickness of each layer. Each shower
            has its own, so that each has its own slope.
        energy: E of the particle that comes in, in GeV.
    """
    _args.shapes(x=(x, "n …, one for each shower"))
    _args.not_empty("x", x)
    _args.count("layers", layers)
    x = x[:, None].expand(-1, layers) if x.ndim == 1 else x
    _args.shapes(x=(x, f"n {layers}, one for each layer"))
    energy = _args.positive("energy", energy)
    _args.positives("x", x)
    g, n = _samples.generator(seed), len(x)
    E = x.new_full((n,), energy)  # of all particles of all showers
    owner = torch.arange(n, device=x.device)  # the shower of each
    signal, log_p = [], []
    for thickness in x.unbind(1):
        p = (1 - torch.exp(-thickness))[owner] * E / (E + CRITICAL)
        split, log = _decide(p, g)
        log_p.append(_total(log, owner, n))
        share = torch.where(split, _uniform(E, g), 1.0)
        E = torch.cat([share * E, ((1 - share) * E)[split]])
        owner = torch.cat([owner, owner[split]])
        E = E * torch.exp(-LOSS * thickness)[owner]
        signal.append(_total(1 - torch.exp(-E / SEEN), owner, n))
    return Shower(torch.stack(signal, 1), torch.stack(log_p, 1))


def cascade(p: Tensor, seed: int | Generator, layers: int) -> Shower:
    """Follow one cascade for each p, in which each particle may split.

    In each layer a particle becomes two with probability p. The signal is
    the number of splits, so that the number of particles at the end is
    1 + Σ W, with the mean (1 + p)^L.
    """
    _args.shapes(p=(p, "n, one for each cascade"))
    _args.not_empty("p", p)
    _args.count("layers", layers)
    if not _args.holds((p > 0) & (p < 1)):
        raise _args.wrong("p", _args.described(p), "from 0 to 1")
    g = _samples.generator(seed)
    known = p.detach().cpu().double()
    number = torch.ones_like(known)
    signal, log_p = [], []
    for _ in range(layers):
        k = torch.binomial(number, known, generator=g).to(p)
        rest = number.to(p) - k
        log_p.append(k * p.log() + rest * torch.log1p(-p))
        signal.append(k)
        number = number + k.to(number)
    return Shower(torch.stack(signal, 1), torch.stack(log_p, 1))


def _decide(p: Tensor, g: Generator) -> tuple[Tensor, Tensor]:
    """Draw yes with probability p; return it, and its log-probability."""
    yes = _uniform(p, g) < p.detach()
    return yes, torch.where(yes, p, 1 - p).log()


def _uniform(like: Tensor, g: Generator) -> Tensor:
    # float64 on the CPU: a seed gives the same numbers everywhere.
    u = torch.rand(like.shape, generator=g, dtype=torch.float64)
    return u.to(like)


def _total(x: Tensor, owner: Tensor, n: int) -> Tensor:
    return x.new_zeros(n).index_add(0, owner, x)
