"""What the engine's core does that no single program shows."""

from __future__ import annotations

import subprocess
from pathlib import Path

from press.node import node

from .conftest import ENGINE, write_loops

BATCHED = Path(__file__).with_name("batched.mjs")


def test_a_batch_gives_what_a_loop_over_it_gives() -> None:
    """So do derivatives, whichever inputs have the batch (see batched.mjs)."""
    write_loops()
    done = subprocess.run(
        [node(), BATCHED, ENGINE / "engine.js"], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    *differences, count = done.stdout.splitlines()
    assert not differences
    assert int(count) > 2000
