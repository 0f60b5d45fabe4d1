"""The standard map: a rotor that is kicked once in each period.

Symbols, shapes. x and p have any shapes that broadcast.
    x  rad  angle
    p  rad  angle by which the rotor turns in a period: its momentum
    K  rad  strength of the kicks; for large K the motion is chaotic

Source: B. V. Chirikov, A universal instability of many-dimensional
oscillator systems, Phys. Rep. 52 (1979) 263.
"""

from torch import Tensor

from diffprog import _args

__all__ = ["orbit"]


def orbit(
    x: Tensor, p: Tensor, kick: float | Tensor, kicks: int
) -> tuple[Tensor, Tensor]:
    """p ← p + K·sin x, then x ← x + p, `kicks` times.

    Args:
        kick: K, a number, or a tensor that broadcasts with x and p.

    Returns:
        x and p, in rad, which are not reduced to one turn.
    """
    _args.broadcast(x=x, p=p)
    if kicks:
        _args.count("kicks", kicks)
    for _ in range(kicks):
        p = p + kick * x.sin()
        x = x + p
    return x, p
