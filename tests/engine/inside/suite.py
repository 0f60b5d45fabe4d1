"""Run tests of the library by pytest on the page's engine, and count what comes of them."""

import numpy  # noqa: F401  # pytest.approx compares arrays only if it is there, as with PyTorch
import pytest


class Count:
    """A plugin that notes how each test ended."""

    def __init__(self):
        self.passed, self.skipped, self.failed = 0, 0, {}

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


def results(root, path):
    """Return how many tests in a file below `root` passed and were skipped, and which failed."""
    count = Count()
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:hypothesispytest"]
    options += ["-c", "/dev/null", f"--rootdir={root}", "--import-mode=importlib"]
    options += ["-o", "markers=slow\nsite\nexhaustive", "-m", "not slow and not exhaustive"]
    pytest.main([*options, f"{root}/{path}"], plugins=[count])
    return {"passed": count.passed, "skipped": count.skipped, "failed": count.failed}
