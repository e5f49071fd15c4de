"""Somebody at the events service: sends requests in a role, hands in the others' events."""

from dataclasses import dataclass
from typing import Any

import httpx2

from services.events.consumers import GROUPS
from services.events.store import ACTIVITIES
from shared.consumer.batches import Batches, Failure, Record
from shared.contracts.event import Event
from shared.envelope import Envelope, headers_of
from shared.ids import ActivityId, CityId, new_id
from shared.mongo import Mongo
from shared.outbox import OUTBOX
from tests.shared.tokens import Issuer

MEETING = {
    "kind": "working_meeting",
    "title": "Réunion de travail à Łódź",
    "time_zone": "Europe/Warsaw",
    "starts": "2016-03-21T09:00:00",
    "ends": "2016-03-25T17:00:00",
    "place": "City Hall",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One service on a real database; ``client`` sends no token by itself."""

    client: httpx2.AsyncClient
    mongo: Mongo
    issuer: Issuer

    async def send(
        self, method: str, path: str, body: object = None, *, version: int = 0, city: str = ""
    ) -> httpx2.Response:
        """Send a request as an officer, or as the coordinator of ``city``."""
        role = "coordinator" if city else "officer"
        token = self.issuer.token(role, cities=[city] if city else None)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id("key")}
        if version:
            headers["If-Match"] = f'"v{version}"'
        return await self.client.request(method, path, json=body, headers=headers)

    def reader(self, known: str) -> dict[str, str]:
        """Give the headers of an officer who has seen the version ``known``."""
        return {"Authorization": f"Bearer {self.issuer.token('officer')}", "If-None-Match": known}

    async def plan(self, host: CityId, **changes: object) -> dict[str, Any]:
        """Plan a working meeting and give what was answered."""
        body = MEETING | {"host_city_ids": [host]} | changes
        answer = await self.send("POST", "/v1/activities", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def invite(self, activity_id: str, city: CityId) -> dict[str, Any]:
        """Invite a city and give what was answered."""
        path = f"/v1/activities/{activity_id}/delegations"
        answer = await self.send("POST", path, {"city_id": city})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def deliver(self, event: Event, sequence: int) -> None:
        """Let the service take in an event of another one, as its consumer would."""
        envelope = Envelope(
            id=self.mongo.event_ids.next(),
            type=event.TYPE,
            source="/services/test",
            subject=event.subject,
            time=self.mongo.clock.now(),
            sequence=sequence,
            data=None if event.TOMBSTONE else event.model_dump_json().encode(),
        )
        headers = tuple(headers_of(envelope))
        key = event.subject.encode()
        record = Record(event.TOPIC.name, 0, 0, key, envelope.data, headers)
        await Batches(self.mongo, GROUPS[0], _refuse).apply([record])

    async def told(self, subject: str) -> list[dict[str, Any]]:
        """Give the events of an aggregate that wait in the outbox, oldest first."""
        rows = self.mongo.database[OUTBOX].find({"subject": subject}).sort("_id", 1)
        return [row async for row in rows]

    async def version(self, activity_id: str) -> int:
        """Give an activity's version in the database."""
        activity = await self.mongo.get(ACTIVITIES, ActivityId(activity_id))
        assert activity is not None
        return activity.version


async def _refuse(record: Record, failure: Failure) -> None:
    raise AssertionError(f"{record.topic}: {failure.code}")


def new_city() -> CityId:
    """Make up a city's id."""
    return CityId(new_id("cty"))


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Give the status and the code of a problem."""
    return answer.status_code, answer.json()["code"]
