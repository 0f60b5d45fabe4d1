"""The set-up: each thing that can go wrong ends in one sentence, and what is done stays done."""

import errno
import os
import re
import runpy
import shutil
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import cast

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from press.setup import browser, environment, lock, step
from press.setup.turn import turn

ROOT = Path(__file__).resolve().parents[3]
SETUP = ("__init__.py", "bootstrap.py", "environment.py", "step.py", "turn.py")
DiskUsage = namedtuple("DiskUsage", "total used free")
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the set-up reads, in a folder whose name has a space."""
    root = tmp_path / "my book"
    for name in (
        *environment.INPUTS,
        "pyproject.toml",
        "Makefile",
        "code/press/__init__.py",
        *(f"code/press/setup/{name}" for name in SETUP),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def here(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and the functions of `environment` work there."""
    for name in ("VENV", "PYTHON", "NPM", "LOG", "STAMP", "LOCK"):
        path = getattr(environment, name).relative_to(ROOT)
        monkeypatch.setattr(environment, name, checkout / path)
    monkeypatch.setattr(environment, "ROOT", checkout)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: DiskUsage(10**12, 0, 10**12))
    return checkout


def bootstrap(
    checkout: Path, *options: str, python: str = sys.executable, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *options, checkout / "code/press/setup/bootstrap.py"],
        capture_output=True,
        text=True,
        env=os.environ | env,
    )


def pretend_complete(checkout: Path) -> None:
    """A virtual environment with its stamp, as far as the set-up looks at one."""
    environment.PYTHON.parent.mkdir(parents=True)
    environment.PYTHON.symlink_to(sys.executable)
    environment.STAMP.write_text(environment.digest())


def no_command(*args: object, **kwargs: object) -> None:
    pytest.fail(f"the set-up ran {args}")


def program(path: Path, body: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


# The wrong Python ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_wrong_python_is_named_in_one_sentence(
    version: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as stop:
        runpy.run_path(str(ROOT / "code/press/setup/bootstrap.py"))
    assert f"this one is {version[0]}.{version[1]}: install" in str(stop.value)


@pytest.mark.parametrize("name", ["python2.7", "python3.6", "python3.8", "python3.10"])
def test_an_old_python_can_read_the_sentence(name: str, checkout: Path) -> None:
    candidates = [shutil.which(name), *Path.home().glob(f".pyenv/versions/{name[6:]}.*/bin/{name}")]
    works = [
        str(python)
        for python in candidates
        if python and subprocess.run([python, "-V"], capture_output=True).returncode == 0
    ]
    if not works:
        pytest.skip(f"there is no {name}")
    answer = bootstrap(checkout, python=works[0])
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert f"this one is {name[6:]}: install" in answer.stderr


# What goes wrong on the way -----------------------------------------------------------------------


@pytest.mark.slow
def test_no_network_ends_in_one_sentence(checkout: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    answer = bootstrap(
        checkout,
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_EXTRA_INDEX_URL="",
        PIP_FIND_LINKS=str(nothing),
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stdout + answer.stderr
    sentence = answer.stderr.strip()
    assert sentence.startswith("The set-up stopped because the package index did not answer")
    assert "\n" not in sentence
    log = re.search(r"details in (\S+)\)", sentence)
    assert log is not None
    assert "127.0.0.1" in (checkout / log[1]).read_text()
    assert not (checkout / ".venv/setup.stamp").exists()


def test_too_small_a_disk_is_said_before_anything_is_done(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: DiskUsage(10**10, 0, 10**8))
    monkeypatch.setattr(environment, "run", no_command)
    assert environment.main() == 1
    assert "0.1 GB left and the packages take about 3 GB" in capsys.readouterr().err
    assert not (here / ".venv").exists()


def test_a_disk_that_may_be_too_small_for_the_large_build_is_told_of(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: DiskUsage(10**10, 0, 5 * 10**9))
    for index, told in (("", True), ("https://example.org/cpu", False)):
        monkeypatch.setenv("TORCH_INDEX", index)
        environment.clear()
        assert ("The disk has 5.0 GB left" in capsys.readouterr().out) == told


def test_a_disk_that_fills_up_ends_in_one_sentence(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(environment, "run", fails)
    assert environment.main() == 1
    assert "the disk is full: free about 3 GB" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error code ENOTFOUND", "the package index did not answer"),
        ("The virtual environment was not created: ensurepip is not available", "no venv module"),
        ("(from versions: 2.1, 2.2)\nERROR: No matching distribution found", "another Python"),
        ("Killed", "“a step” failed"),
    ],
)
def test_a_command_that_fails_is_explained(output: str, sentence: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("an earlier step: No space left on device\n")
    command = [sys.executable, "-c", f"print({output!r}); raise SystemExit(3)"]
    with pytest.raises(step.SetupError, match=sentence):
        step.run("a step", command, log)
    assert output in log.read_text()


# What is done stays done --------------------------------------------------------------------------


def test_the_second_run_does_nothing_and_says_nothing(here: Path) -> None:
    pretend_complete(here)
    answer = bootstrap(here)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_the_second_run_is_fast(here: Path) -> None:
    pretend_complete(here)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        bootstrap(here)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.3


@pytest.mark.parametrize("name", environment.INPUTS)
def test_a_changed_input_sets_up_again(name: str, here: Path) -> None:
    pretend_complete(here)
    assert environment.is_complete(environment.digest())
    with (here / name).open("a") as file:
        file.write("\n")
    assert not environment.is_complete(environment.digest())


def test_of_pyproject_only_what_installs_counts(here: Path) -> None:
    before = environment.digest()
    with (here / "pyproject.toml").open("a") as file:
        file.write("[tool.other]\nsetting = 1\n")
    assert environment.digest() == before
    with (here / "pyproject.toml").open("a") as file:
        file.write('[project.scripts]\ndiffprog = "diffprog:main"\n')
    assert environment.digest() != before


def test_an_environment_whose_python_is_gone_is_not_complete(here: Path) -> None:
    pretend_complete(here)
    environment.PYTHON.unlink()
    environment.PYTHON.symlink_to(here / "no-such-python")
    assert not environment.is_complete(environment.digest())
    assert not environment.is_sound()


def test_an_interrupted_run_leaves_no_stamp(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    pretend_complete(here)
    (here / "requirements.txt").write_text("")
    monkeypatch.setattr(environment, "run", interrupted)
    assert environment.main() == 1
    assert "interrupted" in capsys.readouterr().err
    assert not environment.STAMP.exists()


WAIT = (
    "import pathlib, sys\nfrom press.setup.turn import turn\n"
    "with turn(pathlib.Path(sys.argv[1])): pass"
)


def test_a_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    with turn(tmp_path / "lock"):
        command = [sys.executable, "-c", WAIT, str(tmp_path / "lock")]
        second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert second.stdout is not None
        assert "Another set-up is running" in second.stdout.readline()
        assert second.poll() is None
    assert second.communicate(timeout=20)[0] == ""
    assert second.returncode == 0


def test_a_set_up_that_has_waited_looks_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def waited(path: Path) -> Iterator[None]:
        pretend_complete(here)
        yield

    monkeypatch.setattr(environment, "turn", waited)
    monkeypatch.setattr(environment, "run", no_command)
    assert environment.main() == 0


def test_half_installed_packages_are_forgotten(tmp_path: Path) -> None:
    for name in ("whole", "short", "lost", "bare"):
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("")
        (info / "RECORD").write_text(f"{name}.py,sha256=0,4\n{name}.pyc,,\n{info.name}/RECORD,,\n")
        (tmp_path / f"{name}.py").write_text("pass")
    (tmp_path / "short.py").write_text("pa")
    (tmp_path / "lost.py").unlink()
    (tmp_path / "bare-1.dist-info/RECORD").unlink()
    environment.forget_damaged(tmp_path)
    assert [info.name for info in tmp_path.glob("*.dist-info")] == ["whole-1.dist-info"]


def test_torch_index_is_used_for_torch_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(environment, "run", lambda name, command, *args: commands.append(command))
    monkeypatch.setenv("TORCH_INDEX", "https://example.org/cpu")
    environment.install(environment.digest())
    (with_index,) = [command for command in commands if "https://example.org/cpu" in command]
    assert with_index[-1] == "torch"


# The lock -----------------------------------------------------------------------------------------


def pinned() -> set[str]:
    lines = (ROOT / "code/constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"==[^*+]+", str(pin.specifier)) for pin in pins)
    return {canonicalize_name(pin.name) for pin in pins}


def test_the_lock_holds_what_requirements_ask_for() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    direct = [line.partition("#")[0].strip() for line in lines if re.match(r"\w", line)]
    locked = (ROOT / "code/constraints.txt").read_text().lower().splitlines()
    assert [line for line in direct if line.lower() not in locked] == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    ("system", "platform", "name"),
    [("Linux", "linux", "posix"), ("Darwin", "darwin", "posix"), ("Windows", "win32", "nt")],
)
def test_the_lock_holds_on_every_system(python: str, system: str, platform: str, name: str) -> None:
    """Every package that a locked one asks for, on this system and Python, is locked."""
    there = cast(dict[str, str], default_environment()) | {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_system": system,
        "sys_platform": platform,
        "os_name": name,
        "extra": "",
    }
    locked = pinned()
    # torch for Linux pins the libraries of graphics cards itself.
    needed = {
        canonicalize_name(requirement.name)
        for package in locked - {"torch"}
        for requirement in map(Requirement, requires(package))
        if requirement.marker is None or requirement.marker.evaluate(there)
    }
    assert needed <= locked


def requires(package: str) -> list[str]:
    try:
        return metadata.requires(package) or []
    except metadata.PackageNotFoundError:  # one for another system
        return []


@pytest.mark.parametrize("python", [lock.OLDEST, "3.11.2", "3.12.0", "3.13.0"])
def test_the_lock_holds_for_every_release_of_python(python: str) -> None:
    """No locked package refuses an early 3.11, which systems still bring."""
    refused = [
        package.name
        for package in metadata.distributions()
        if canonicalize_name(package.name) in pinned()
        and python not in SpecifierSet(str(package.metadata.json.get("requires_python", "")))
    ]
    assert refused == []


def test_the_lock_names_versions_and_not_their_builds() -> None:
    torch, bs4 = {"name": "torch", "version": "2.13.0+cpu"}, {"name": "BS4", "version": "4"}
    report = {"install": [{"metadata": torch}, {"metadata": bs4}]}
    assert lock.versions(report) == ["BS4==4", "torch==2.13.0"]


# Make ---------------------------------------------------------------------------------------------


def make(checkout: Path, *arguments: str, path: str = os.environ["PATH"]) -> str:
    """What make prints, whether or not the tests are themselves run by make."""
    inherited = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PYTHON")
    env = {name: value for name, value in os.environ.items() if name not in inherited}
    env["PATH"] = path
    return subprocess.check_output(["make", *arguments], cwd=checkout, env=env, text=True)


@needs_make
def test_help_is_the_default_and_lists_every_target(checkout: Path) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (checkout / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^make (\S+) +\S", make(checkout), re.MULTILINE) == phony[1].split()


@needs_make
def test_make_passes_over_pythons_that_do_not_run(checkout: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    program(programs / "python3", "echo 'no such version' >&2; exit 127")
    program(programs / "python", f'exec "{sys.executable}" "$@"')
    (checkout / "probe.mk").write_text("include Makefile\nwhich: ; @echo $(PYTHON)\n")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    assert make(checkout, "-f", "probe.mk", "which", path=path) == "python\n"


@pytest.mark.parametrize(("limit", "code"), [(2, 0), (0.5, 1)])
def test_bench_fails_over_a_limit(limit: float, code: int, tmp_path: Path) -> None:
    bench = runpy.run_path(str(ROOT / "tests/bench/bench.py"))
    source = f"LIMITS = {{'a': {limit}}}\ndef run():\n    return {{'a': 1.0, 'b': 9.0}}\n"
    (tmp_path / "bench_one.py").write_text(source)
    assert bench["main"](tmp_path) == code


# The browser --------------------------------------------------------------------------------------


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without a browser, where nothing can be fetched; returns an empty folder."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "PLACES", ())
    monkeypatch.setattr(browser, "FOUND", tmp_path / "found")
    monkeypatch.setattr(browser, "playwrights", lambda: iter(()))
    monkeypatch.setattr(browser, "from_npm", lambda folder: iter(()))
    return tmp_path


def test_no_browser_ends_in_one_sentence(no_browser: Path) -> None:
    with pytest.raises(SystemExit, match="install Chromium or Google Chrome"):
        browser.executable()


def test_a_wrong_chromium_is_not_passed_over(
    no_browser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/chromium")
    with pytest.raises(SystemExit, match="CHROMIUM=/no/such/chromium is no Chromium"):
        browser.executable()


def test_the_first_that_renders_is_remembered(
    no_browser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(no_browser / "chromium")
    chrome = program(no_browser / "google-chrome")
    monkeypatch.setattr(browser, "renders", lambda path: path == chrome)
    assert browser.executable() == chrome
    monkeypatch.setattr(browser, "renders", no_command)
    assert browser.executable() == chrome


def test_a_remembered_browser_that_is_gone_is_looked_for_again(
    no_browser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.FOUND.write_text(str(no_browser / "gone"))
    chrome = program(no_browser / "chrome")
    monkeypatch.setattr(browser, "renders", lambda path: path == chrome)
    assert browser.executable() == chrome


@pytest.mark.site
def test_a_program_that_is_no_browser_does_not_render(tmp_path: Path) -> None:
    assert not browser.renders(program(tmp_path / "chromium"))


@pytest.mark.site
def test_the_browser_renders() -> None:
    assert browser.renders(browser.executable())
