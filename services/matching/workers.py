"""The worker that solves rounds, in processes of its own, so that the API stays quick meanwhile.

Promises that a requested round is solved in the end, whatever dies when: it stays requested until
its result is saved with its events in one transaction; a lease keeps two workers from the same
round, and where that fails the second result has no effect.
"""

import asyncio
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from services.matching.settings import SolverSettings
from services.matching.solver.problem import Problem, Weights
from services.matching.solver.process import settle
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve
from services.matching.store import requested_rounds
from services.matching.usecases.rounds import Taken, begin, finish
from shared.database_failures import translated
from shared.errors import Conflict, Unavailable
from shared.ids import RoundId
from shared.lease import Lease
from shared.mongo import Mongo

MIN_PAUSE_SECONDS = 0.05
"""Between two looks even while the bell rings all the time, which it does in a process that has no
relay to hear it: 20 empty reads a second cost 1 % of a core."""

MAX_TRIES = 5
"""A round during which so many workers died is the likely cause: it fails instead of going on."""

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
            except BrokenProcessPool:
                _LOG.warning("solver_died")
                return
            except (Unavailable, Conflict, TimeoutError) as error:  # the round stays requested
                _LOG.warning("round_delayed", error=type(error).__name__)
            await self._pause(stop)

    async def _take(
        self, pool: ProcessPoolExecutor, round_id: RoundId, mine: tuple[str, asyncio.Event]
    ) -> bool:
        """Solve one round unless another worker does; give whether the pool is still of use."""
        holder, stop = mine
        lease = Lease(self.mongo, f"round:{round_id}", holder, self.settings.lease_seconds)
        with translated():
            if not await lease.hold():
                return True
        taken = await self.mongo.transact(lambda tx: begin(tx, round_id))
        outcome = await self._outcome(pool, taken, (lease, stop)) if taken else None
        if outcome is not None:
            finished = await self.mongo.transact(lambda tx: finish(tx, round_id, outcome))
            if finished is not None:
                _LOG.info("round_finished", round_id=round_id, status=finished.status)
        with translated():
            await lease.release()
        return taken is None or (outcome is not None and outcome is not _TOO_LONG)

    async def _outcome(
        self, pool: ProcessPoolExecutor, taken: Taken, until: tuple[Lease, asyncio.Event]
    ) -> Solution | Infeasible | None:
        """Give what the solver finds, what it could not do in words, or None if told to stop.

        Raises:
            BrokenProcessPool: the solver's process died; the round is taken again.
        """
        if taken.tries > MAX_TRIES:
            return _DEADLY
        lease, stop = until
        future = asyncio.wrap_future(pool.submit(solve, taken.problem))
        await self._wait(future, lease, stop)
        if not future.done():
            return None if stop.is_set() else _TOO_LONG
        error = future.exception()
        if error is None:
            return future.result()
        if isinstance(error, BrokenProcessPool):
            raise error
        _LOG.error("round_crashed", error=type(error).__name__, exc_info=error)
        return Infeasible(f"The solver gave up ({type(error).__name__}): ask the operators.")

    async def _wait(
        self, future: "asyncio.Future[Solution | Infeasible]", lease: Lease, stop: asyncio.Event
    ) -> None:
        """Wait for the solution, the end of its time or the order to stop; renew the lease."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settings.timeout_seconds
        pause = min(self.settings.lease_seconds / 3, self.settings.timeout_seconds)
        told = asyncio.create_task(stop.wait())
        either: set[asyncio.Future[Any]] = {future, told}
        try:
            while not future.done() and not stop.is_set() and loop.time() < deadline:
                await asyncio.wait(either, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                with suppress(Unavailable, TimeoutError), translated():  # fenced by the status
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


_TOO_LONG = Infeasible("The round took longer than allowed: ask for it with fewer cities.")
_DEADLY = Infeasible(f"The solver died {MAX_TRIES} times on this round: ask the operators.")


@contextmanager
def _solver() -> Iterator[ProcessPoolExecutor]:
    """A pool of one process, warm; the process ends with the block, whatever it is doing."""
    others = {child.pid for child in multiprocessing.active_children()}
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, mp_context=context, initializer=settle)
    pool.submit(solve, Problem((), (), Weights()))
    mine = [each for each in multiprocessing.active_children() if each.pid not in others]
    try:
        yield pool
    finally:
        for child in mine:
            child.kill()
            child.join(_KILLED_SECONDS)
        pool.shutdown(wait=False, cancel_futures=True)


_KILLED_SECONDS = 1.0
# A killed process is gone at once; the bound is for a machine that is out of breath.
