"""The worker that solves rounds, in processes of its own, so that the API stays quick meanwhile.

Promises that a requested round is solved in the end, whatever dies when: it stays requested until
its result is saved with its events in one transaction; a lease keeps two workers from the same
round, and where that fails the second result has no effect.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

import structlog

from services.matching.settings import SolverSettings
from services.matching.solver.problem import Infeasible, Problem, Solution, Weights
from services.matching.solver.solve import solve
from services.matching.store import requested_rounds
from services.matching.usecases.rounds import begin, finish
from shared.ids import RoundId
from shared.lease import Lease
from shared.mongo import Mongo

MIN_PAUSE_SECONDS = 0.05
"""Between two looks even while the bell rings all the time, which it does in a process that has no
relay to hear it: 20 empty reads a second cost 1 % of a core."""

ROUNDS_PER_LOOK = 20
"""Each is tried for its lease in turn; more would only be older news by the time of their turn."""

_LOG = structlog.get_logger("rounds")


@dataclass(frozen=True, slots=True)
class RoundWorker:
    """Solves requested rounds; ``holder`` names this process among all that do."""

    mongo: Mongo
    settings: SolverSettings
    holder: str

    async def run(self, stop: asyncio.Event) -> None:
        """Solve rounds until ``stop`` is set; a round under way then is left to another worker."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.settings.processes):
                group.create_task(self._work(f"{self.holder}/{number}", stop))

    async def _work(self, holder: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with _solver() as pool:
                await self._serve(pool, holder, stop)

    async def _serve(self, pool: ProcessPoolExecutor, holder: str, stop: asyncio.Event) -> None:
        """Take rounds until told to stop, or until the pool is of no use any more."""
        while not stop.is_set():
            try:
                for round_ in await requested_rounds(self.mongo, ROUNDS_PER_LOOK):
                    if stop.is_set() or not await self._take(pool, round_.id, (holder, stop)):
                        return
            except Exception as error:  # noqa: BLE001 - the round stays requested: taken again
                _LOG.warning("round_delayed", error=type(error).__name__, exc_info=True)
            await self._pause(stop)

    async def _take(
        self, pool: ProcessPoolExecutor, round_id: RoundId, mine: tuple[str, asyncio.Event]
    ) -> bool:
        """Solve one round unless another worker does; give whether the pool is still of use."""
        holder, stop = mine
        lease = Lease(self.mongo, f"round:{round_id}", holder, self.settings.lease_seconds)
        if not await lease.hold():
            return True
        problem = await self.mongo.transact(lambda tx: begin(tx, round_id))
        if problem is None:
            await lease.release()
            return True
        future = asyncio.wrap_future(pool.submit(solve, problem))
        await self._until_done(future, lease, stop)
        if stop.is_set() and not future.done():
            await lease.release()
            return False
        outcome = _outcome(future)
        finished = await self.mongo.transact(lambda tx: finish(tx, round_id, outcome))
        await lease.release()
        if finished is not None:
            _LOG.info("round_finished", round_id=round_id, status=finished.status)
        return future.done() and not isinstance(future.exception(), BrokenProcessPool)

    async def _until_done(
        self, future: "asyncio.Future[Solution | Infeasible]", lease: Lease, stop: asyncio.Event
    ) -> None:
        """Wait for the solution, the end of its time or the order to stop; renew the lease."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settings.timeout_seconds
        told = asyncio.create_task(stop.wait())
        try:
            while not future.done() and not stop.is_set() and loop.time() < deadline:
                pause = min(self.settings.lease_seconds / 3, self.settings.timeout_seconds)
                either: set[asyncio.Future[Any]] = {future, told}
                await asyncio.wait(either, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                await lease.hold()
        finally:
            told.cancel()

    async def _pause(self, stop: asyncio.Event) -> None:
        await asyncio.sleep(MIN_PAUSE_SECONDS)
        waits = [asyncio.create_task(event.wait()) for event in (stop, self.mongo.bell)]
        try:
            await asyncio.wait(
                waits, timeout=self.settings.poll_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for each in waits:
                each.cancel()


def _outcome(future: "asyncio.Future[Solution | Infeasible]") -> Solution | Infeasible:
    """Give what the solver found; what it could not do becomes a problem in words."""
    if not future.done():
        return Infeasible("The round took longer than allowed: ask for it with fewer cities.")
    error = future.exception()
    if error is None:
        return future.result()
    _LOG.error("round_crashed", error=type(error).__name__, exc_info=error)
    if isinstance(error, BrokenProcessPool):
        return Infeasible("The solver's process died: ask for the round again.")
    return Infeasible(f"The solver gave up ({type(error).__name__}): ask the operators.")


@contextmanager
def _solver() -> Iterator[ProcessPoolExecutor]:
    """A pool of one process, warm; the process ends with the block, whatever it is doing."""
    others = {child.pid for child in multiprocessing.active_children()}
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=_settle)
    try:
        pool.submit(solve, Problem((), (), Weights()))
        yield pool
    finally:
        for child in multiprocessing.active_children():
            if child.pid not in others:
                child.terminate()
        pool.shutdown(wait=False, cancel_futures=True)


def _settle() -> None:
    """In the solver's process: print nothing, leave Ctrl-C to the parent, and die with it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # HiGHS greets on stdout before it can be silenced
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
