"""Processes of torchrun add up; one that is lost ends the others, in one sentence."""

import signal
import subprocess
import time

import pytest

from diffprog.loops import processes

pytestmark = pytest.mark.slow  # each start of torchrun imports torch three times

WORKER = """
import os, signal, sys, time
import torch
from diffprog.loops import processes

with processes.connected(seconds=20) as prints:
    rank = int(os.environ["RANK"])
    x = processes.all_reduce(torch.tensor([1.0 + rank, 10.0]))
    if sys.argv[1] == "killed" and rank == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if sys.argv[1] == "fails" and rank == 1:
        raise ValueError("no such events")
    if sys.argv[1] == "sleeps" and rank == 1:
        time.sleep(600)
    x = processes.all_reduce(x)
    if prints:
        print(x.tolist(), processes.own(torch.arange(5)).tolist(), torch.get_num_threads())
"""


@pytest.fixture
def worker(tmp_path, monkeypatch):
    (tmp_path / "a_worker.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "a_worker"


def test_two_add_up_on_one_thread_each_and_nothing_is_on_standard_error(worker, capfd):
    assert processes.launch(worker, "adds", processes=2) == "[6.0, 40.0] [0, 1, 2] 1\n"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        (
            "killed",
            f"process 1 of 2 was killed by signal {signal.SIGKILL:d}, and the others were ended",
        ),
        (
            "fails",
            "process 1 of 2 failed with ValueError: no such events, and the others were ended",
        ),
    ],
)
def test_a_lost_process_ends_all_in_one_sentence(worker, how, sentence):
    start = time.perf_counter()
    with pytest.raises(processes.Lost) as told:
        processes.launch(worker, how, processes=2, seconds=300)
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)
    assert time.perf_counter() - start < 250


def test_what_takes_too_long_is_stopped_with_its_processes(worker):
    with pytest.raises(processes.Lost, match="a_worker was stopped after 12 s"):
        processes.launch(worker, "sleeps", processes=2, seconds=12)
    assert (
        "a_worker"
        not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    )
