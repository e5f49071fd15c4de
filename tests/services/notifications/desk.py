"""Notifications in the process of the tests: its callers, and other services' events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2

from services.notifications.consumers import GROUPS
from services.notifications.domain.deliveries import Delivery
from services.notifications.domain.notices import Email
from services.notifications.sealing import Sealer
from services.notifications.settings import Settings
from services.notifications.store.feed import DELIVERIES
from services.notifications.store.people import EMAILS
from services.notifications.webhooks import Caller
from services.notifications.workers import FeedTail, WebhookWorker
from shared.clock import FixedClock
from shared.consumer.batches import Batches, Failure, Record
from shared.contracts.catalogue import TYPES
from shared.contracts.event import Event
from shared.envelope import Envelope, headers_of
from shared.ids import new_id
from shared.mongo import Mongo
from tests.shared.tokens import Issuer

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything of one running service."""

    client: httpx2.AsyncClient
    mongo: Mongo
    issuer: Issuer
    settings: Settings
    tail: FeedTail
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def clock(self) -> FixedClock:
        return self.issuer.clock

    def advance(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    async def ask(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        key: str = "",
        version: int | None = None,
    ) -> httpx2.Response:
        """Ask as an officer, or with an API key; each POST has an idempotency key of its own."""
        token = key or self.issuer.token("officer")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id("idk")}
        if version is not None:
            headers["If-Match"] = f'"v{version}"'
        return await self.client.request(method, path, json=body, headers=headers)

    async def subscriber(self, name: str = "City portal") -> dict[str, Any]:
        return made(await self.ask("POST", "/v1/subscribers", {"name": name}))

    async def api_key(self, subscriber_id: str, *scopes: str) -> str:
        ends = self.clock.now() + timedelta(days=30)
        body = {
            "scopes": scopes or ("feed:read", "stream:read", "endpoints:write"),
            "expires_at": ends.isoformat(),
        }
        answer = await self.ask("POST", f"/v1/subscribers/{subscriber_id}/keys", body)
        return str(made(answer)["credential"])

    async def partner(self) -> str:
        """Let a partner integration in and give its key."""
        return await self.api_key((await self.subscriber())["id"])

    async def endpoint(self, key: str, url: str, *types: str) -> dict[str, Any]:
        body = {"url": url, "event_types": types}
        return made(await self.ask("POST", "/v1/endpoints", body, key=key))

    async def publish(self, *events: Event, group: str = "notifications.feed") -> list[str]:
        """Let a group take events as one batch of records; give the events' ids."""
        envelopes = [self.envelope(event) for event in events]
        await self.replay(envelopes, group=group)
        return [each.id for each in envelopes]

    async def replay(self, envelopes: list[Envelope], group: str = "notifications.feed") -> None:
        """Let a group take records that it may have had before."""
        records = [
            Record(TYPES[each.type].TOPIC.name, 0, 0, None, each.data, tuple(headers_of(each)))
            for each in envelopes
        ]
        handled = next(each for each in GROUPS if each.name == group)
        await Batches(self.mongo, handled, _never, retry_schedule=()).apply(records)

    async def tell(self, *events: Event) -> list[str]:
        """Let the group that writes to people take events."""
        return await self.publish(*events, group="notifications")

    def worker(self) -> WebhookWorker:
        """Give a worker that calls endpoints when told to."""
        sealer = Sealer(self.settings.sealing_key())
        caller = Caller(self.settings.webhooks, sealer, self.clock)
        return WebhookWorker(self.mongo, caller, self.settings.webhooks)

    async def send_due(self) -> int:
        """Send what is due, once; give how many endpoints were called."""
        worker = self.worker()
        called = await worker.work()
        await worker.caller.close()
        return called

    async def deliveries(self, endpoint_id: str) -> list[Delivery]:
        query = {"endpoint_id": endpoint_id}
        return await self.mongo.find(DELIVERIES, query, sort=(("position", 1),))

    async def emails(self, about: str) -> list[Email]:
        return await self.mongo.find(EMAILS, {"about": about}, sort=(("created_at", 1),))

    def envelope(self, event: Event) -> Envelope:
        """Give the record of an event, its aggregate's next."""
        sequence = self.sequences[event.subject] = self.sequences.get(event.subject, 0) + 1
        return Envelope(
            id=self.mongo.event_ids.next(),
            type=event.TYPE,
            source="/services/elsewhere",
            subject=event.subject,
            time=self.clock.now(),
            sequence=sequence,
            data=None if event.TOMBSTONE else event.model_dump_json().encode(),
        )


async def _never(_: Record, failure: Failure) -> None:
    raise AssertionError(f"dead letter: {failure.code}")


def made(answer: httpx2.Response) -> dict[str, Any]:
    """Give the body of an answer to something that worked."""
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


def code(answer: httpx2.Response) -> str:
    """Give the code of a problem."""
    return str(answer.json()["code"])
