"""The worker that solves rounds, in processes of its own, so that the API stays quick meanwhile.

Promises that a requested round is solved in the end, whatever dies when: it stays requested until
its result is saved with its events in one transaction; a lease keeps two workers from the same
round, and where that fails the second result has no effect. A round that is cancelled is let go
within a second.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import structlog

from services.matching.beside import Beside, ProcessDiedError, WorkFailedError
from services.matching.domain.rounds import Stage
from services.matching.jobs import Job, Outcome, gave_up, nothing, work_out
from services.matching.settings import SolverSettings
from services.matching.solver.solution import Infeasible
from services.matching.store import requested_rounds
from services.matching.usecases.solving import begin, finish, note
from shared.database_failures import translated
from shared.errors import Conflict, Unavailable
from shared.ids import RoundId
from shared.lease import Lease
from shared.mongo import Mongo

MIN_PAUSE_SECONDS = 0.05
"""Between two looks even while others commit all the time: 20 empty reads a second cost 1 % of a
core."""

LOOK_SECONDS = 0.5
"""How often the worker notes how far a round is, and sees whether it is still wanted."""

SHORT_SAVE = 1000
"""So many proposals are saved before people would see a note that they are being saved, which costs
a round another journaled commit."""

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
        beside = Beside(f"solver of {holder}", only_idle=True)
        try:
            await _unless_stopped(_warm(beside), stop)
            while not stop.is_set():
                known = self.mongo.bell.rings
                try:
                    for round_ in await requested_rounds(self.mongo, ROUNDS_PER_LOOK):
                        if not stop.is_set():
                            await self._take(beside, round_.id, (holder, stop))
                except ProcessDiedError:
                    _LOG.warning("solver_died", solver=beside.name)
                except (Unavailable, Conflict, TimeoutError) as error:  # the round stays requested
                    _LOG.warning("round_delayed", error=type(error).__name__)
                await self._pause(stop, known)
        finally:
            beside.kill()

    async def _take(
        self, beside: Beside, round_id: RoundId, mine: tuple[str, asyncio.Event]
    ) -> None:
        """Solve one round unless another worker does."""
        holder, stop = mine
        lease = Lease(self.mongo, f"round:{round_id}", holder, self.settings.lease_seconds)
        with translated():
            if not await lease.hold():
                return
        taken = await self.mongo.transact(lambda tx: begin(tx, round_id))
        if taken is not None:
            tries, job = taken.tries, taken.job
            outcome = (
                _DEADLY if tries > MAX_TRIES else await self._outcome(beside, job, lease, stop)
            )
            if outcome is not None:
                await self._save(round_id, outcome)
        with translated():
            await lease.release()

    async def _save(self, round_id: RoundId, outcome: Outcome) -> None:
        """Save what was found, if it is still wanted."""
        if len(outcome.proposals) > SHORT_SAVE:
            await self.mongo.transact(lambda tx: note(tx, round_id, "saving"))
        done = await self.mongo.transact(lambda tx: finish(tx, round_id, outcome))
        if done is None:
            _LOG.info("round_result_unwanted", round_id=round_id)
            return
        _LOG.info("round_finished", round_id=round_id, status=done.status)

    async def _outcome(
        self, beside: Beside, job: Job, lease: Lease, stop: asyncio.Event
    ) -> Outcome | None:
        """Give what was found, why nothing was, or None if nobody waits for it any more.

        Raises:
            ProcessDiedError: the solver's process died; the round is taken again.
        """
        stages: list[Stage] = ["scoring"]
        task = asyncio.create_task(
            beside.run(work_out, job, note=lambda stage: stages.append(cast("Stage", stage)))
        )
        try:
            wanted = await self._wait(task, (job.round.id, stages), lease, stop)
            if not task.done():
                return _TOO_LONG if wanted else None
            outcome: Outcome = task.result()
        except WorkFailedError as error:
            _LOG.error("round_crashed", round_id=job.round.id, error=str(error))
            return gave_up(Infeasible("The solver gave up: ask the operators."))
        finally:
            task.cancel()
            await asyncio.wait({task})
        return outcome

    async def _wait(
        self,
        task: "asyncio.Task[Outcome]",
        job: tuple[RoundId, list[Stage]],
        lease: Lease,
        stop: asyncio.Event,
    ) -> bool:
        """Wait for the outcome, the end of its time, a cancel or the order to stop.

        Gives whether the outcome is still wanted.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settings.timeout_seconds
        pause = min(LOOK_SECONDS, self.settings.lease_seconds / 3, self.settings.timeout_seconds)
        told = asyncio.create_task(stop.wait())
        wanted = True
        try:
            while wanted and not task.done() and loop.time() < deadline:
                await asyncio.wait({task, told}, timeout=pause, return_when="FIRST_COMPLETED")
                if stop.is_set():
                    return False
                if not task.done():
                    wanted = await self._look(job[0], job[1][-1], lease)
        finally:
            told.cancel()
        return wanted

    async def _look(self, round_id: RoundId, stage: Stage, lease: Lease) -> bool:
        """Note how far it is, renew the lease, and give whether the round is still wanted."""
        wanted = True
        with suppress(Unavailable, Conflict, TimeoutError):  # fenced by the status
            wanted = await self.mongo.transact(lambda tx: note(tx, round_id, stage))
            with translated():
                await lease.hold()
        return wanted

    async def _pause(self, stop: asyncio.Event, known: int) -> None:
        await asyncio.sleep(MIN_PAUSE_SECONDS)
        waits = [asyncio.create_task(each) for each in (stop.wait(), self.mongo.bell.heard(known))]
        try:
            await asyncio.wait(
                waits, timeout=self.settings.poll_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for each in waits:
                each.cancel()


async def _warm(beside: Beside) -> None:
    """Have the solver's process started before somebody waits for it."""
    try:
        await beside.run(nothing)
    except ProcessDiedError:
        _LOG.warning("solver_died", solver=beside.name)


async def _unless_stopped(work: Coroutine[Any, Any, Any], stop: asyncio.Event) -> None:
    """Do the work, or leave it when told to stop."""
    both = [asyncio.create_task(each) for each in (work, stop.wait())]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    for each in both:
        each.cancel()
    await asyncio.wait(both)
    if both[0].done() and not both[0].cancelled():
        both[0].result()


_TOO_LONG = gave_up(
    Infeasible("The round took longer than allowed: ask for it with fewer cities or rules.")
)
_DEADLY = gave_up(
    Infeasible(f"The solver died {MAX_TRIES} times on this round: ask the operators.")
)
