"""Samples of masses: checks of them and their cuts, and random generators.

These checks look at values, too.
"""

from torch import Generator, Tensor

from diffprog import _args

__all__ = ["both", "cuts", "generator", "masses", "shapes"]


def masses(name: str, m: Tensor) -> None:
    """Raise ValueError unless m is (n,) or (n, d), finite, not empty."""
    _args.precise(name, m)
    shape = f"shape {tuple(m.shape)}"
    if m.ndim not in (1, 2):
        want = "(n,), or (n, d) for d observables"
        raise _args.wrong(name, shape, want)
    if not m.numel():
        got = f"an empty sample of {shape}"
        raise _args.wrong(name, got, "one event or more")
    if not _args.are_finite(m):
        raise _args.wrong(
            name,
            "masses that are NaN or infinite",
            "finite numbers, in GeV",
        )


def shapes(name: str, c: Tensor, m: Tensor) -> None:
    """Raise ValueError unless c, (…,) or (…, d), has cuts for masses m."""
    _args.precise(name, c)
    each = " ".join(map(str, m.shape[1:]))  # () or (d,)
    _args.shapes(**{name: (c, f"… {each}, a cut for each observable")})


def cuts(name: str, c: Tensor, m: Tensor) -> None:
    """Raise ValueError unless c has cuts for masses m, without a NaN.

    −∞ and ∞ are cuts.
    """
    shapes(name, c, m)
    if not _args.holds(~c.isnan()):
        raise _args.wrong(name, "a cut that is NaN", "numbers, in GeV")


def both(signal: Tensor, background: Tensor) -> None:
    """Raise ValueError unless both are samples of the same observables."""
    masses("signal", signal)
    masses("background", background)
    if signal.shape[1:] != background.shape[1:]:
        shape = tuple(signal.shape)
        got = f"shape {tuple(background.shape)} with a signal of {shape}"
        want = "the same observables in both"
        raise _args.wrong("background", got, want)


def generator(seed: int | Generator) -> Generator:
    """Return `seed` itself if it is a Generator, else a new one from it."""
    if isinstance(seed, Generator):
        return seed
    return Generator().manual_seed(seed)
