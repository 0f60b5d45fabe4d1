"""The same bar, by the name that notebooks import."""

from tqdm import tqdm, trange

__all__ = ["tqdm", "trange"]
