"""Who calls matching in tests, what the registry tells it, and the steps that tests share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx2

from services.matching.consumers import GROUPS
from services.matching.jobs import work_out
from services.matching.store import requested_rounds
from services.matching.usecases.solving import begin, finish
from shared.consumer.batches import Batches, Failure, Record
from shared.contracts.event import Event
from shared.contracts.registry import (
    CityRegisteredV1,
    CityState,
    InterestDeclaredV1,
    InterestState,
    TopicDefinedV1,
    TopicState,
)
from shared.envelope import headers_of
from shared.ids import new_id
from shared.mongo import Mongo
from shared.outbox import Cause, envelope_of, outbox_row
from tests.shared.tokens import Issuer

Body = Mapping[str, Any]
Json = dict[str, Any]
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token."""

    client: httpx2.AsyncClient
    token: str

    async def get(self, path: str, **query: str | int) -> httpx2.Response:
        return await self.client.get(path, params=query, headers=self._headers())

    async def create(
        self, path: str, body: Body, key: str = "", headers: Mapping[str, str] = NO_HEADERS
    ) -> httpx2.Response:
        headers = {**headers, **self._headers(), "Idempotency-Key": key or new_id("key")}
        return await self.client.post(path, json=body, headers=headers)

    async def change(
        self, path: str, version: int | None, body: Body | None = None, method: str = "POST"
    ) -> httpx2.Response:
        headers = self._headers() | ({} if version is None else {"If-Match": f'"v{version}"'})
        return await self.client.request(method, path, json=body, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Matching in process with all its callers; ``issuer.clock`` is the time of everything."""

    client: httpx2.AsyncClient
    issuer: Issuer
    mongo: Mongo

    @property
    def officer(self) -> Caller:
        return Caller(self.client, self.issuer.token("officer"))

    @property
    def operator(self) -> Caller:
        return Caller(self.client, self.issuer.token("operator"))

    def coordinator(self, *cities: str) -> Caller:
        return Caller(self.client, self.issuer.token("coordinator", cities=cities))

    async def hear(self, *events: Event, sequence: int = 1) -> None:
        """Let the consumer take events of the registry, as Kafka would bring them."""
        batches = Batches(self.mongo, GROUPS[0], _bury, retry_schedule=())
        await batches.apply([_record(self, event, sequence) for event in events])

    async def city(self, country: str, *levels: tuple[str, int, int], **facts: Any) -> str:  # noqa: ANN401 - as many kinds as facts
        """Have the registry tell of a city with interests in topics; give its id."""
        city_id = new_id("cty")
        usual: Json = {"name": f"City {city_id[-6:]}", "kind": "city", "population": 300_000}
        state = CityState.model_validate({**usual, **facts, "id": city_id, "country": country})
        interests = [
            InterestDeclaredV1(
                state=InterestState(
                    id=new_id("int"), city_id=city_id, topic=topic, seeks=seeks, offers=offers
                )
            )
            for topic, seeks, offers in levels
        ]
        await self.hear(CityRegisteredV1(state=state), *interests)
        return city_id

    async def topic(self, code: str, label: str) -> None:
        """Have the registry tell of a topic."""
        await self.hear(TopicDefinedV1(state=TopicState(id=code, labels={"en": label})))

    async def exchange(self, **terms: Any) -> Json:  # noqa: ANN401 - JSON
        """Set up a programme with an exchange with Canada; give the exchange."""
        programme = {"name": "Programme", "starts_on": "2026-01-01", "ends_on": "2027-12-31"}
        made = done(await self.officer.create("/v1/programmes", programme), 201)
        usual = {
            "programme_id": made["id"],
            "name": "EU and Canada",
            "partner_country": "CA",
            "time_zone": "Europe/Lisbon",
            "deadline_date": "2026-03-29",
        }
        return done(await self.officer.create("/v1/exchanges", {**usual, **terms}), 201)

    async def draft(self, exchange_id: str, city_id: str, side: str = "eu") -> Json:
        """Begin an application of a city; give it."""
        body = {"exchange_id": exchange_id, "city_id": city_id, "side": side, "statement": "Yes."}
        return done(await self.coordinator(city_id).create("/v1/applications", body), 201)

    async def admitted(self, exchange_id: str, city_id: str, side: str = "eu") -> Json:
        """Take a city from draft to admission; give its application."""
        path = f"/v1/applications/{(await self.draft(exchange_id, city_id, side))['id']}"
        done(await self.coordinator(city_id).change(f"{path}/submit", 1))
        return done(await self.officer.change(f"{path}/admit", 2, {}))

    async def two_and_two(self) -> tuple[Json, list[str], list[str]]:
        """Give an exchange with two admitted cities a side, and their ids.

        The first go with the first and the second with the second, beyond doubt.
        """
        exchange = await self.exchange()
        topics = ("water", "waste")
        eu = [await self.city("PT", (topic, 5, 5)) for topic in topics]
        partner = [await self.city("CA", (topic, 5, 5), ("air", 1, 1)) for topic in topics]
        for city_id in eu:
            await self.admitted(exchange["id"], city_id)
        for city_id in partner:
            await self.admitted(exchange["id"], city_id, "partner")
        return exchange, eu, partner

    async def round(self, exchange_id: str, **decisions: Sequence[Body]) -> Json:
        """Ask for a round, solve it as the worker does, and give it."""
        body = {"exchange_id": exchange_id, **decisions}
        asked = done(await self.officer.create("/v1/rounds", body), 202)
        await self.solve_all()
        return done(await self.officer.get(f"/v1/rounds/{asked['id']}"))

    async def solve_all(self) -> None:
        """Do the worker's part for all requested rounds, in this process."""
        for round_ in await requested_rounds(self.mongo, 10):
            taken = await self.mongo.transact(partial(begin, round_id=round_.id))
            assert taken is not None
            outcome = work_out(taken.job, lambda _: None)
            await self.mongo.transact(partial(finish, round_id=round_.id, outcome=outcome))

    async def published(self, exchange_id: str, **decisions: Sequence[Body]) -> list[Json]:
        """Solve and publish a round; give the exchange's pairings."""
        made = await self.round(exchange_id, **decisions)
        done(await self.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"]))
        listed: list[Json] = await self.pairings(exchange_id)
        return listed

    async def pairings(self, exchange_id: str, **filters: str) -> list[Json]:
        """Give the exchange's pairings."""
        found = done(await self.officer.get("/v1/pairings", exchange_id=exchange_id, **filters))
        items: list[Json] = found["items"]
        return items

    async def told(self, id_: str) -> list[str]:
        """Give the short types of the events that wait to be published about an aggregate."""
        rows = self.mongo.database["outbox"].find({"subject": id_}).sort("_id", 1)
        return [row["type"].removeprefix("eu.worldcities.matching.") async for row in rows]


def done(answer: httpx2.Response, status: int = 200) -> Json:
    """Give the body of an answer that must have this status."""
    assert answer.status_code == status, answer.text
    body: Json = answer.json()
    return body


def code(answer: httpx2.Response) -> str:
    """Give the code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["code"])


def _record(desk: Desk, event: Event, sequence: int) -> Record:
    stamp = (desk.mongo.event_ids.next(), sequence, desk.mongo.clock.now())
    envelope = envelope_of(outbox_row(event, "registry", stamp, Cause()))
    headers = tuple(headers_of(envelope))
    return Record(event.TOPIC.name, 0, 0, envelope.subject.encode(), envelope.data, headers)


async def _bury(record: Record, failure: Failure) -> None:
    raise AssertionError(f"{record.topic}: {failure.code}")
