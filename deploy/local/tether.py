"""Start a command so that it dies with the process that started it.

Run as a script: `python tether.py PARENT_PID COMMAND ARGUMENT...`. It asks the kernel for a
SIGKILL on the parent's death (Linux; elsewhere it asks nothing) and becomes the command, so the
process id stays the same. SIGKILL, because everything the platform runs must survive one anyway,
and a signal that can be ignored leaves processes behind.

The kernel counts the *thread* that started the child as its parent: start children from a thread
that outlives them.

Source: prctl(2), PR_SET_PDEATHSIG.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""

PARENT_IS_GONE_STATUS = 75
"""EX_TEMPFAIL of sysexits.h: the parent died before the request to die with it was in place."""


def main(arguments: Sequence[str]) -> None:
    """Tie this process to its parent and become the command."""
    parent_pid, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(parent_pid):
            sys.exit(PARENT_IS_GONE_STATUS)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted here


if __name__ == "__main__":
    main(sys.argv[1:])
