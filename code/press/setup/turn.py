"""One set-up at a time in a checkout: a second one would clear what the first has just installed.

Standard library only. The lock is the system's and ends with the process that holds it, however it
ends; the file stays, and means nothing by itself.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PATIENCE = 0.2  # seconds between two tries


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Holds the lock in this file; a second set-up says that it waits, and waits."""
    with path.open("ab") as file:
        if not take(file):
            print("Another set-up is running in this checkout: waiting for it", flush=True)
            while not take(file):
                time.sleep(PATIENCE)
        yield


def take(file: IO[bytes]) -> bool:
    """Takes the lock, unless another process has it."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
