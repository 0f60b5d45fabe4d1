"""Progress of a loop, told to the page and not printed.

The page sets `tqdm.report`, a function of (steps done, steps in all or None). A loop calls it at
most ten times a second; without it a loop costs what it costs without tqdm.
"""

import sys
from time import monotonic

__all__ = ["tqdm", "trange"]

INTERVAL = 0.1  # seconds


class tqdm:
    """An iterable, and how far it is."""

    report = None
    options = (
        "desc leave file ncols mininterval maxinterval miniters ascii unit unit_scale "
        "dynamic_ncols smoothing bar_format initial position postfix unit_divisor write_bytes "
        "lock_args nrows colour delay gui"
    ).split()

    def __init__(self, iterable=None, desc=None, total=None, *, disable=False, **options):
        for name in options:
            if name not in self.options:
                raise TypeError(f"tqdm() got an unexpected keyword argument {name!r}")
        if total is None and iterable is not None:
            total = len(iterable) if hasattr(iterable, "__len__") else None
        self.iterable, self.total, self.n, self.disable = iterable, total, 0, bool(disable)
        self.desc, self._told = desc, monotonic()

    def __iter__(self):
        report = self._reporter()
        if report is None:
            yield from self.iterable
            return
        told = 0.0
        for x in self.iterable:
            yield x
            self.n += 1
            now = monotonic()
            if now - told > INTERVAL:
                told = now
                report(self.n, self.total)
        report(self.n, self.total)

    def _reporter(self):
        return None if self.disable else tqdm.report or sys.modules["tqdm"].__dict__.get("report")

    def __len__(self):
        return self.total

    def update(self, n=1):
        self.n += n
        report = self._reporter()
        if report is not None and monotonic() - self._told > INTERVAL:
            self._told = monotonic()
            report(self.n, self.total)

    def close(self):
        report = self._reporter()
        if report is not None:
            report(self.n, self.total)

    def reset(self, total=None):
        self.n, self.total = 0, total or self.total

    def refresh(self):
        self.close()

    def set_description(self, desc=None, refresh=True):
        self.desc = desc

    def set_postfix(self, *_, **__):
        """Take what would stand behind the bar: the page shows the bar alone."""

    set_postfix_str = set_description_str = set_description

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def write(s, file=None, end="\n"):
        print(s, file=file, end=end)


def trange(*args, **options):
    return tqdm(range(*args), **options)
