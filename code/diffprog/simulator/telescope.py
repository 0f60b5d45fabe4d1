"""A telescope of planes that are not where they should be.

Symbols, shapes, units. n tracks, P planes, perpendicular to the beam.
    z      (P,)       m    position of the planes along the beam
    a      (P, 3)     µm   displacement of each plane: along x, along y, and
                           a turn about the beam, given as the length of the
                           arc on which a point moves 0.1 m off the beam
    track  (n, 4)          x and y in m at z = 0, and the slopes of both
    hits   (n, P, 2)  m    where the tracks cross the planes, in the x and y
                           of each plane itself
"""

import torch
from torch import Generator, Tensor

from diffprog import _args, _samples

__all__ = ["ARM", "beam", "hits", "planes", "straight_tracks"]

ARM = 0.1  # m, radius at which the turn of a plane is given as an arc
MICRO = 1e-6  # m in a µm


def planes(number: int = 6, spacing: float = 0.2) -> Tensor:
    """z, (P,), in m, from 0 on."""
    _args.count("number", number)
    spacing = _args.positive("spacing", spacing)
    return spacing * torch.arange(number, dtype=torch.float64)


def hits(a: Tensor, track: Tensor, z: Tensor) -> Tensor:
    """R(−φ)·(x + x′·z) − d, (…, P, 2), in m: what displaced planes read.

    R(−φ) is a rotation by the angle −φ, with φ = a₂/ARM and d = (a₀, a₁).

    Args:
        track: One track, (4,), or several, (n, 4).
    """
    _args.shapes(a=(a, "P 3"), track=(track, "… 4"), z=(z, "P"))
    at = track[..., None, :2] + track[..., None, 2:] * z[:, None]
    shift, φ = MICRO * a[:, :2], MICRO * a[:, 2] / ARM
    cos, sin = torch.cos(φ), torch.sin(φ)
    x, y = at.unbind(-1)
    turned = torch.stack([cos * x + sin * y, cos * y - sin * x], -1)
    return turned - shift


def straight_tracks(measured: Tensor, z: Tensor) -> Tensor:
    """Return the straight tracks, (n, 4), nearest to the hits.

    The planes are taken to be where they should be. This is the start for
    an alignment.
    """
    _args.precise("measured", measured)
    _args.shapes(measured=(measured, "n P 2"), z=(z, "P"))
    lever = torch.stack([torch.ones_like(z), z], 1)
    n, p, _ = measured.shape
    flat = measured.movedim(1, 0).reshape(p, n * 2)
    fits: Tensor = torch.linalg.lstsq(lever, flat).solution
    return fits.reshape(2, n, 2).movedim(0, 1).reshape(n, 4)


def beam(
    tracks: int,
    seed: int | Generator,
    sigma: float = 10e-6,
    slopes: float = 0.1,
) -> tuple[Tensor, Tensor, Tensor]:
    """Draw a misaligned telescope, tracks, and the hits with errors σ.

    All entries of a are normal numbers of width 100 µm. Tracks cross z = 0
    at normal x and y of width 5 cm.

    Args:
        tracks: How many.
        seed: Of the numbers that are drawn.
        sigma: σ, in m.
        slopes: The width of the slopes. Zero is a parallel beam.

    Returns:
        a, track and hits.
    """
    _args.count("tracks", tracks)
    sigma = _args.positive("sigma", sigma)
    slopes = _args.not_negative("slopes", slopes)
    g = _samples.generator(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=g, dtype=torch.float64)

    z = planes()
    a = 100 * normal(len(z), 3)
    track = normal(tracks, 4) * torch.tensor(
        [0.05, 0.05, slopes, slopes], dtype=torch.float64
    )
    return a, track, hits(a, track, z) + sigma * normal(tracks, len(z), 2)
