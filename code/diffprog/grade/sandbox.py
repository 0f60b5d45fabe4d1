"""Start a process that reaches no network and, if possible, few files.

Bubblewrap, if it is installed, shows the process a read-only system without
the folders that hold answers. Otherwise util-linux's `unshare` takes the
network away. Both need a Linux that lets users make namespaces.
"""

import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

__all__ = ["OPEN", "Sandbox", "best"]

OPEN = "not isolated: it could use the network, and read and write files"
UNSHARED = "without network; it could read and write files"
WRAPPED = "without network, on a read-only system without the answers"


class Sandbox:
    """A way to start a process: words before its command, and what they do."""

    def __init__(self, command: tuple[str, ...], what: str) -> None:
        self.command, self.what = command, what

    def starts(self) -> bool:
        """Return whether a process starts in it."""
        try:
            run = subprocess.run([*self.command, "true"], capture_output=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return run.returncode == 0


@cache
def best(shown: tuple[Path, ...], hidden: tuple[Path, ...]) -> Sandbox:
    """Return the strictest sandbox that works here.

    In the strictest, the folders that are `shown` are there even if they are in /tmp, and those
    that are `hidden` are empty.
    """
    wrapped = [
        *["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"],
        *["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--chdir", "/tmp"],
        *(word for folder in shown for word in ("--ro-bind", str(folder), str(folder))),
        *(word for folder in _there(hidden) for word in ("--tmpfs", str(folder))),
    ]
    unshared = "unshare --user --map-root-user --net --pid --fork --kill-child --mount-proc"
    for command, what in ((wrapped, WRAPPED), (unshared.split(), UNSHARED)):
        sandbox = Sandbox(tuple(command), what)
        if sandbox.starts():
            return sandbox
    return Sandbox((), OPEN)


def _there(folders: Iterable[Path]) -> list[Path]:
    """Return the folders that there are in the sandbox, each once, outermost first."""
    found = {folder.resolve() for folder in folders if folder.is_dir()} - {Path("/tmp")}
    return sorted(found)
