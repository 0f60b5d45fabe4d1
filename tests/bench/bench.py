"""Runs every bench_*.py here and prints what it measures beside its limit: ``make bench``.

A bench module has ``run() -> dict[str, float]`` and, if some values have a limit, ``LIMITS``, a
dictionary of the same names. One value over its limit, and the exit code is 1.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(folder: Path) -> int:
    over = False
    print(f"{'name':40} {'value':>12} {'limit':>12}")
    for path in sorted(folder.glob("bench_*.py")):
        module = load(path)
        limits = getattr(module, "LIMITS", {})
        for name, value in module.run().items():
            limit = limits.get(name)
            verdict = "" if limit is None else "ok" if value <= limit else "over"
            over |= verdict == "over"
            shown = "" if limit is None else f"{limit:.4g}"
            print(f"{name:40} {value:12.4g} {shown:>12} {verdict}".rstrip(), flush=True)
    return int(over)


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parent))
