"""The Makefile: its help, the Python that it chooses, and the limits that it keeps."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


def make(*arguments, path=os.environ["PATH"]):
    """What make prints, whether or not the tests are themselves run by make."""
    inherited = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHON")
    env = {name: value for name, value in os.environ.items() if name not in inherited}
    command = ["make", *arguments]
    return subprocess.check_output(command, cwd=ROOT, env=env | {"PATH": path}, text=True)


@needs_make
def test_help_is_the_default_and_lists_every_target():
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"^make (\S+) +\S", make(), re.MULTILINE) == phony.split()


@needs_make
def test_make_passes_over_pythons_that_do_not_run(tmp_path):
    for name, body in (("python3", "exit 127"), ("python", f'exec "{sys.executable}" "$@"')):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "probe.mk").write_text("include Makefile\nwhich: ; @echo $(PYTHON)\n")
    probe = ("-f", str(tmp_path / "probe.mk"), "VENV_PYTHON=no-python", "which")
    assert make(*probe, path=f"{tmp_path}{os.pathsep}{os.environ['PATH']}") == "python\n"


@pytest.mark.parametrize(("limit", "code"), [(2, 0), (0.5, 1)])
def test_bench_fails_over_a_limit(limit, code, tmp_path):
    bench = runpy.run_path(str(ROOT / "tests/bench/bench.py"))
    source = f"LIMITS = {{'a': {limit}}}\ndef run():\n    return {{'a': 1.0, 'b': 9.0}}\n"
    (tmp_path / "bench_one.py").write_text(source)
    assert bench["main"](tmp_path) == code
