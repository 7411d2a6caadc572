"""Becomes another program that ends when its parent does, however that ended; run as a script, by path.

`leash.py PARENT PROGRAM ARGUMENT…`. Linux tells a process when its parent has gone, and what is told so stays
told when the process becomes another program. Elsewhere the program runs without a leash.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Ask for SIGTERM when the parent goes, see that it has not gone before, and become the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the parent has gone")
    os.execv(command[0], command)  # noqa: S606 our own command


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
