"""The worker that lets dates pass and has exchanges matched anew that want it at once.

Promises that what is due happens in the end, whatever dies when: it is found by its state, done in
one transaction with its events, and done once however many look. A lease lets one process look at a
time, so that the others don't work in vain.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

import structlog

from services.matching.errors import RoundOutdated
from services.matching.settings import ConsentSettings
from services.matching.store import automatic_vacancies, due_actions, due_pairings
from services.matching.usecases.dates import let_dates_pass, remind_of_actions
from services.matching.usecases.rematches import (
    Done,
    fill,
    fill_again,
    last_rematch,
    leave_to_officers,
)
from shared.database_failures import translated
from shared.errors import Conflict, InvalidInput, Unavailable
from shared.ids import ExchangeId
from shared.lease import Lease
from shared.mongo import Mongo

LEASE_NAME = "consent"

ROWS_PER_LOOK = 50
"""Pairings or actions in one transaction: some tens of milliseconds, then answers have their turn.
A city that answers at that moment makes the others in it wait, not fail."""

MIN_PAUSE_SECONDS = 0.25
"""Between two looks even while others commit all the time (see ``workers``); nobody waits for one
at the screen, and each asks the database three things."""

_LOG = structlog.get_logger("consent")


@dataclass(frozen=True, slots=True)
class ConsentWorker:
    """Looks for what is due; ``holder`` names this process among all that do."""

    mongo: Mongo
    settings: ConsentSettings
    holder: str

    async def run(self, stop: asyncio.Event) -> None:
        """Look until ``stop`` is set; an outage of the database is waited out."""
        lease = Lease(self.mongo, LEASE_NAME, self.holder, self.settings.lease_seconds)
        try:
            while not stop.is_set():
                known = self.mongo.bell.rings
                try:
                    with translated():
                        mine = await lease.keep()
                    while mine and not stop.is_set() and await self.look():
                        with translated():
                            mine = await lease.keep()
                except (Unavailable, Conflict, TimeoutError) as error:  # found again at next look
                    _LOG.warning("consent_delayed", error=type(error).__name__)
                await self._pause(stop, known)
        finally:
            await self._release(lease)

    async def look(self) -> int:
        """Do what is due now, a part of each kind; give how much was done: 0 is all there was."""
        now = self.mongo.clock.now()
        pairing_ids = [each.id for each in await due_pairings(self.mongo, now, ROWS_PER_LOOK)]
        action_ids = [each.id for each in await due_actions(self.mongo, now, ROWS_PER_LOOK)]
        done = 0
        if pairing_ids:
            done += await self.mongo.transact(partial(let_dates_pass, pairing_ids=pairing_ids))
        if action_ids:
            done += await self.mongo.transact(partial(remind_of_actions, action_ids=action_ids))
        if done:
            _LOG.info("dates_passed", pairings=len(pairing_ids), actions=len(action_ids))
        vacancies = await automatic_vacancies(self.mongo)
        for exchange_id in dict.fromkeys(each.exchange_id for each in vacancies):
            step = await self._fill(exchange_id)
            if step != "waiting":
                _LOG.info("rematch", exchange_id=exchange_id, step=step)
                done += 1
        return done

    async def _fill(self, exchange_id: ExchangeId) -> Done:
        try:
            return await self.mongo.transact(partial(fill, exchange_id=exchange_id))
        except InvalidInput as error:  # too large, or its rules contradict what is decided
            _LOG.warning("rematch_refused", exchange_id=exchange_id, error=error.code)
            return await self.mongo.transact(partial(leave_to_officers, exchange_id=exchange_id))
        except RoundOutdated as error:
            _LOG.info("rematch_overtaken", exchange_id=exchange_id, why=error.detail)
        last = await self.mongo.transact(partial(last_rematch, exchange_id=exchange_id))
        if last is None:
            return "waiting"
        again = partial(fill_again, exchange_id=exchange_id, overtaken=last.round_id)
        return await self.mongo.transact(again)

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

    async def _release(self, lease: Lease) -> None:
        try:
            with translated():
                await lease.release()
        except (Unavailable, TimeoutError):  # it ends by itself
            _LOG.warning("lease_not_released")
