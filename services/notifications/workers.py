"""The background work of notifications: calling webhooks, sending e-mails, watching the feed.

Each has ``run``, which works until it is cancelled. Promises: an outage of the database is waited
out; a kill -9 loses nothing, since what was claimed is due again when its lease ends. What was sent
and not yet recorded is then sent again, with the same ``webhook-id`` or ``Message-ID``.
"""

import asyncio
import random
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import uuid4

import structlog

from services.notifications.domain.deliveries import Attempt, Delivery
from services.notifications.domain.feed import FeedRow
from services.notifications.domain.letters import Outcome
from services.notifications.domain.notices import Email
from services.notifications.post_office import PostOffice
from services.notifications.recorder import Recorder
from services.notifications.settings import SmtpSettings, WebhookSettings
from services.notifications.store.feed import last_position, rows_after
from services.notifications.usecases import dispatch, mailing
from services.notifications.usecases.dispatch import Claim, Claimed
from services.notifications.webhooks import Caller
from shared.errors import Conflict, Unavailable
from shared.mongo import Mongo
from shared.telemetry import EMAILS, WEBHOOK_DELIVERIES

OUTAGE_PAUSE_SECONDS = 1.0
"""Between tries while the database is away."""

RELEASE_SECONDS = 3.0
"""For giving claims back when the process stops; their leases end anyway."""

EMAIL_LEASE = timedelta(minutes=5)
"""More than a claim of e-mails takes when the mail server is slow."""

EMAILS_PER_CLAIM = 20
EMAIL_POLL_SECONDS = 0.5
"""E-mail is read by people: half a second more is not seen."""

TAIL_POLL_SECONDS = 0.1
"""How often a process looks for new events for all its streams together."""

TAIL_ROWS = 1000
"""Events kept in memory: streams that are up to date never touch the database."""

_LOG = structlog.get_logger("workers")


@dataclass(slots=True)
class WebhookWorker:
    """Calls the endpoints that have something due; endpoints side by side, each one in order."""

    mongo: Mongo
    caller: Caller
    settings: WebhookSettings
    name: str = field(default_factory=lambda: uuid4().hex)
    _busy: set[str] = field(default_factory=set, init=False)
    _open: dict[str, Delivery] = field(default_factory=dict, init=False)
    _recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing to record."""
        self._recorder = Recorder(self.mongo)

    async def run(self) -> None:
        """Work until cancelled; what is claimed then goes back, and may be sent twice."""
        try:
            async with asyncio.TaskGroup() as lanes:
                lanes.create_task(self._recorder.run())
                while True:
                    started = await self._begin(lanes)
                    await asyncio.sleep(0 if started else self.settings.poll_seconds)
        finally:
            await self.release()
            await self.caller.close()

    async def _begin(self, lanes: asyncio.TaskGroup) -> int:
        room = self.settings.concurrency - len(self._busy)
        if room <= 0:
            return 0
        try:
            claimed = await self.claim(room)
        except (Unavailable, Conflict):
            await asyncio.sleep(OUTAGE_PAUSE_SECONDS)
            return 0
        for lane in claimed:
            endpoint_id = lane.deliveries[0].endpoint_id
            self._busy.add(endpoint_id)
            task = lanes.create_task(self.drain(lane))
            task.add_done_callback(partial(self._free, endpoint_id))
        return len(claimed)

    def _free(self, endpoint_id: str, _: asyncio.Task[None]) -> None:
        self._busy.discard(endpoint_id)

    async def claim(self, room: int) -> list[Claimed]:
        """Take what is due for up to ``room`` endpoints that are not being called."""
        lease = timedelta(seconds=self.settings.lease_seconds)
        claim = Claim(self.name, lease, room, frozenset(self._busy))
        claimed = await self.mongo.transact(lambda tx: dispatch.claim_due(tx, claim))
        self._open |= {each.id: each for lane in claimed for each in lane.deliveries}
        return claimed

    async def release(self) -> None:
        """Give back what is claimed and not recorded; when that fails, its lease ends anyway."""
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await self.mongo.transact(lambda tx: dispatch.release(tx, self._open.values()))
        except (Unavailable, Conflict, TimeoutError):
            _LOG.warning("claims_not_released", deliveries=len(self._open))

    async def work(self) -> int:
        """Send what is due now and record it; give how many endpoints were called."""
        lanes = await self.claim(self.settings.concurrency)
        recording = asyncio.create_task(self._recorder.run())
        try:
            await asyncio.gather(*(self.drain(lane) for lane in lanes))
        finally:
            recording.cancel()
        return len(lanes)

    async def drain(self, lane: Claimed) -> None:
        """Send a lane's deliveries one after the other, as long as its lease allows."""
        for delivery in lane.deliveries:
            spent = self.mongo.clock.now() + timedelta(seconds=self.settings.timeout_seconds)
            if spent > delivery.next_attempt_at:
                break
            try:
                await self._deliver(lane, delivery)
            except (Unavailable, Conflict) as error:  # the lease ends, and it is sent again
                _LOG.warning("attempt_not_recorded", delivery_id=delivery.id, code=error.code)
                break
            del self._open[delivery.id]
        for left in lane.deliveries:
            self._open.pop(left.id, None)

    async def _deliver(self, lane: Claimed, delivery: Delivery) -> None:
        row, endpoint = lane.rows.get(delivery.event_id), lane.endpoint
        if row is None or endpoint is None or endpoint.status == "disabled":
            await self.mongo.transact(lambda tx: dispatch.call_off(tx, delivery))
            WEBHOOK_DELIVERIES.labels("cancelled").inc()
            return
        attempt = await self.caller.call(endpoint, row)
        plan = (self.settings.retry_seconds, random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        status = await self._recorder.record(delivery, attempt, plan)
        WEBHOOK_DELIVERIES.labels(status or "lost").inc()
        _log_attempt(delivery, attempt)


def _log_attempt(delivery: Delivery, attempt: Attempt) -> None:
    _LOG.info(
        "webhook_attempted",
        delivery_id=delivery.id,
        endpoint_id=delivery.endpoint_id,
        status=attempt.status_code,
        reason=attempt.error,
        milliseconds=attempt.latency_ms,
    )


@dataclass(slots=True)
class EmailWorker:
    """Sends the e-mails that are due, by one conversation with the mail server per claim."""

    mongo: Mongo
    office: PostOffice
    settings: SmtpSettings
    name: str = field(default_factory=lambda: uuid4().hex)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                sent = await self.work()
            except (Unavailable, Conflict):
                sent = 0
                await asyncio.sleep(OUTAGE_PAUSE_SECONDS)
            await asyncio.sleep(0 if sent else EMAIL_POLL_SECONDS)

    async def work(self) -> int:
        """Claim what is due, send it and record it; give how many there were."""
        claim = (self.name, EMAIL_LEASE, EMAILS_PER_CLAIM)
        claimed = await self.mongo.transact(lambda tx: mailing.claim_due(tx, *claim))
        if not claimed:
            return 0
        async with aclosing(self.office.send_all(claimed)) as outcomes:
            async for email, outcome in outcomes:
                await self._record(email, outcome)
        return len(claimed)

    async def _record(self, email: Email, outcome: Outcome) -> None:
        schedule = self.settings.retry_seconds
        status = await self.mongo.transact(lambda tx: mailing.record(tx, email, outcome, schedule))
        EMAILS.labels(status or "lost").inc()
        _LOG.info("email_attempted", email_id=email.id, status=status, reason=outcome.problem)


@dataclass(slots=True)
class FeedTail:
    """The newest events of the feed in memory, for all streams of a process together.

    ``after`` never skips: what it does not hold it leaves to the database.
    """

    mongo: Mongo
    position: int = 0
    _looked: bool = field(default=False, init=False)
    _rows: list[FeedRow] = field(default_factory=list, init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def run(self) -> None:
        """Look for new events until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable:
                await asyncio.sleep(OUTAGE_PAUSE_SECONDS)
            await asyncio.sleep(TAIL_POLL_SECONDS)

    async def look(self) -> None:
        """Take in what is new, and wake who waits for it."""
        first = not self._looked
        if first:
            self.position, self._looked = await last_position(self.mongo), True
        rows = await rows_after(self.mongo, self.position, TAIL_ROWS)
        if rows:
            self._rows = [*self._rows, *rows][-TAIL_ROWS:]
            self.position = rows[-1].position
        if rows or first:  # streams may have begun to wait before the first look
            news, self._news = self._news, asyncio.Event()
            news.set()

    async def after(self, position: int, limit: int) -> list[FeedRow]:
        """Give the events right after a position, from memory when they are all there."""
        if self._rows and self._rows[0].position <= position + 1:
            start = position + 1 - self._rows[0].position
            return self._rows[start : start + limit]
        return await rows_after(self.mongo, position, limit)

    def news(self) -> asyncio.Event:
        """Give the event that is set when the next event comes; ask before reading ``after``."""
        return self._news
