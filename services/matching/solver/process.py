"""How the solver's own process behaves: silent, and never without its parent.

Imports little: whatever this module needs, each such process has to load first.
"""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait

_STDOUT = 1


def settle() -> None:
    """Print nothing, leave Ctrl-C to the parent, and die with it, even if it was killed."""
    # HiGHS greets on stdout before it can be silenced; stdout is the service's log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
