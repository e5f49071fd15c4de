"""A process beside the service, for work that would keep the event loop from everything else.

Promises that work can be given up at any moment: the process is killed, and the next piece of work
gets a new one. Work is a function of a module and its arguments, all of which can be pickled; what
it returns is pickled back.
"""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from services.matching.solver.process import serve
from services.matching.standstill import stands_still

KILLED_SECONDS = 1.0
"""A killed process is gone at once; the bound is for a machine that is out of breath."""


Note = Callable[[str], None]
"""Told each stage that begins."""


class ProcessDiedError(Exception):
    """The process ended in the middle of its work: killed, or out of memory."""


class WorkFailedError(Exception):
    """The work raised something; the text is its traceback."""


@dataclass(slots=True)
class Beside:
    """One such process, started when it is first needed; does one piece of work at a time.

    ``name`` tells whose it is among all processes of this one. ``only_idle`` is for work that
    nobody waits for at a screen: it gets what nobody else wants of the processors, and stands still
    while somebody waits for an answer of this process.
    """

    name: str
    only_idle: bool = False
    _process: BaseProcess | None = None
    _connection: Connection | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, work: Callable[..., Any], *arguments: Any, note: Note | None = None) -> Any:  # noqa: ANN401 - as many kinds as there is work
        """Have the work done and give its result; ``note`` is told the stages that it begins.

        Cancelling kills the process.

        Raises:
            ProcessDiedError, WorkFailedError: and the next piece of work has a new process.
        """
        async with self._turn:
            done = False
            try:
                connection = self._started()
                with self._gives_way():
                    result = await self._run(connection, (work, arguments), note)
                done = True
            finally:
                if not done:
                    self.kill()
            return result

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        self._connection = None  # a thread may still read from it: who lets go last closes it
        if process is not None:
            process.kill()
            process.join(KILLED_SECONDS)

    def _gives_way(self) -> AbstractContextManager[None]:
        if not self.only_idle or self._process is None or self._process.pid is None:
            return nullcontext()
        return stands_still(self._process.pid)

    async def _run(self, connection: Connection, piece: tuple[Any, ...], note: Note | None) -> Any:  # noqa: ANN401 - see run
        try:
            await asyncio.to_thread(connection.send, piece)
            while True:
                kind, value = await asyncio.to_thread(connection.recv)
                if kind == "done":
                    return value
                if kind == "failed":
                    raise WorkFailedError(value)
                if note is not None:
                    note(value)
        except (EOFError, OSError) as error:
            raise ProcessDiedError from error

    def _started(self) -> Connection:
        if self._connection is not None and self._process and self._process.is_alive():
            return self._connection
        self.kill()
        _leave_the_processors_alone()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            name=self.name,
            args=(theirs,),
            kwargs={"only_idle": self.only_idle},
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours


def _leave_the_processors_alone() -> None:
    """Have NumPy work in one thread, in all processes that are started from now on.

    More make nothing here faster, and between two products they wait by turning in circles: that
    took a second processor from the requests. The process itself would say so too late: it loads
    the service's main module, and NumPy with it, before it does anything of ours.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
