"""How a process beside the service behaves: silent, polite, and never without its parent.

Imports little: whatever this module needs, each such process has to load first.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait

POLITENESS = 19
"""How much such a process gives way (``nice``): a round may take longer, a request may not."""

_STDOUT = 1

_PR_SET_PDEATHSIG = 1
# Linux's number: have the kernel send this signal when the thread that started us ends.
# Source: prctl(2).


def serve(connection: Connection, *, only_idle: bool) -> None:
    """Do the work that comes over the connection, one piece after the other, until it closes.

    A piece is a function with its arguments; it is called with one more, to which it tells the
    stages that it begins. Sent back are ``("stage", name)``, and in the end ``("done", result)`` or
    ``("failed", what happened)``.
    """
    settle()
    give_way(only_idle=only_idle)

    def report(stage: str) -> None:
        connection.send(("stage", stage))

    with ThreadPoolExecutor(1) as hand:
        while True:
            try:
                work, arguments = connection.recv()
            except EOFError:
                return
            gc.freeze()  # modules, and what is kept: looking through them takes 40 ms of a round
            done: Future[object] = hand.submit(partial(work, *arguments, report))
            error = done.exception()
            if error is None:
                connection.send(("done", done.result()))
            else:
                connection.send(("failed", "".join(traceback.format_exception(error))))


def give_way(*, only_idle: bool) -> None:
    """Take the lowest priority.

    ``only_idle`` is for work that nobody waits for at a screen: Linux makes room for whoever wakes
    up at once then, where the lowest priority alone finishes its slice of some milliseconds first.
    """
    os.nice(POLITENESS)
    if only_idle and sys.platform == "linux":
        with suppress(OSError):  # a sandbox may not allow it: then the priority must do
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def settle() -> None:
    """Print nothing, leave Ctrl-C to the parent, and die with it, even if it was killed."""
    # HiGHS greets on stdout before it can be silenced; stdout is the service's log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":  # a thread can do nothing while the process stands still
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
