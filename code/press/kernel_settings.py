"""The environment in which the chapters run: the same for every builder and machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

from . import files
from .book import Book

__all__ = ["ENVIRONMENT", "digest", "environment"]

ENVIRONMENT = {
    "DIFFPROG_BUILD": "1",
    # One numeric thread per chapter, so that chapters do not compete for cores, and every machine
    # adds sums in the same order.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # glibc returns each freed block above a threshold, at first 128 kB, to the system, and gets it
    # back page by page: this takes a fifth of the time of a training step of small networks.
    "MALLOC_MMAP_THRESHOLD_": str(64 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}
MATPLOTLIBRC = Path(__file__).with_name("matplotlibrc")
FOREIGN = ("PYTHON", "JUPYTER", "IPYTHON")
"""Prefixes of variables that may bring in another torch, another kernel or other settings."""


def environment(book: Book) -> dict[str, str]:
    """Return the variables of a kernel that runs a chapter of `book`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    ours = {"PYTHONPATH": str(book.code), "MATPLOTLIBRC": str(MATPLOTLIBRC)}
    return kept | ENVIRONMENT | ours


def digest() -> str:
    """Return a digest of the settings that are the same on every machine."""
    content = json.dumps(ENVIRONMENT, sort_keys=True) + MATPLOTLIBRC.read_text(encoding="utf-8")
    return files.digest(content.encode())
