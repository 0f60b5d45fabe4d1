"""Run tests of the library by pytest on the page's engine, and count what comes of them."""

import re

import pytest


class Count:
    """A plugin that leaves tests out, and notes how each of the others ended."""

    def __init__(self, left_out):
        self.pattern = re.compile("|".join(left_out) or r"(?!)")
        self.left_out, self.passed, self.skipped, self.failed = 0, 0, 0, {}

    def pytest_collection_modifyitems(self, items):
        kept = [item for item in items if not self.pattern.search(item.nodeid)]
        self.left_out = len(items) - len(kept)
        items[:] = kept

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed[report.nodeid] = str(report.longrepr)[-1500:]
        elif report.skipped:
            self.skipped += 1
        elif report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report):
        if report.failed:
            self.failed[report.nodeid] = str(report.longrepr)[-1500:]


def results(root, path, left_out=()):
    """Return how many tests in a file below `root` passed, which failed, and how many did not run.

    `left_out` are patterns of the names of tests.
    """
    count = Count(left_out)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:hypothesispytest"]
    options += ["-c", "/dev/null", f"--rootdir={root}", "--import-mode=importlib"]
    options += ["-o", "markers=slow\nsite\nexhaustive", "-m", "not slow and not exhaustive"]
    pytest.main([*options, f"{root}/{path}"], plugins=[count])
    return {
        "passed": count.passed, "failed": count.failed, "skipped": count.skipped,
        "left_out": count.left_out,
    }  # fmt: skip
