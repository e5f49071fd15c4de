"""Figures at any date and the audit over HTTP, and that no command escapes either."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.registry import store
from services.registry.consumers import GROUPS
from shared.clock import FixedClock
from shared.collection import Collection
from shared.consumer.batches import Batches, Failure, Record
from shared.contracts.event import Event
from shared.contracts.matching import (
    ApplicationAdmittedV1,
    ApplicationState,
    ApplicationSubmittedV1,
    ExchangeOpenedV1,
    ExchangeState,
)
from shared.envelope import Envelope, headers_of
from shared.ids import CityId, new_id
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code

PERSON = {"name": "Ana Maria", "email": "ana@city.example", "role": "coordinator"}


@pytest.fixture
def clock(mongo: Mongo) -> FixedClock:
    assert isinstance(mongo.clock, FixedClock)
    return mongo.clock


async def counted(callers: Callers, at: datetime | None = None, **query: Any) -> dict[str, int]:  # noqa: ANN401
    """Give the figures by their values, joined."""
    moment = {} if at is None else {"as_of": at.isoformat()}
    answer = await callers.officer.get("/v1/counts", **query, **moment)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["items"]
    return {" ".join(str(each) for each in row["values"].values()): row["count"] for row in rows}


async def test_figures_of_the_past_stay_what_they_were(callers: Callers, clock: FixedClock) -> None:
    city = await callers.city(country="QA")
    await callers.city(country="QA", kind="region")
    then = clock.now()
    clock.advance(timedelta(days=1))
    path = f"/v1/cities/{city['id']}/withdraw"
    await callers.officer.change("POST", path, {"reason": "left"}, 1)
    await callers.city(country="QB")

    past = await counted(callers, then, by="country")
    now = await counted(callers, by="country")
    query: dict[str, Any] = {"by": ["country", "status"]}
    both = await counted(callers, **query)

    assert (past["QA"], "QB" in past) == (2, False)
    assert (now["QA"], now["QB"]) == (2, 1)
    assert both["QA withdrawn"] == 1


async def test_interests_are_counted_by_topic_and_by_country_of_their_city(
    callers: Callers,
) -> None:
    await callers.topic("kites")
    city = (await callers.city(country="QC"))["id"]
    path = f"/v1/cities/{city}/interests/kites"
    await callers.officer.change("PUT", path, {"seeks": 3, "offers": 0})

    by_topic = await counted(callers, by="topic")
    by_country = await counted(callers, of="interest", by="country")

    assert by_topic["kites"] == 1
    assert by_country["QC"] == 1


async def test_participations_are_counted_by_programme_in_any_order_of_topics(
    callers: Callers, mongo: Mongo
) -> None:
    city, exchange, programme = CityId((await callers.city())["id"]), new_id("exc"), new_id("prg")
    application = ApplicationState(
        id=new_id("app"), exchange_id=exchange, city_id=city, side="eu", status="submitted"
    )
    admitted = application.model_copy(update={"status": "admitted"})
    opened = ExchangeState(
        id=exchange,
        programme_id=programme,
        name="EU and Brazil",
        partner_country="BR",
        status="open",
        deadline_at=mongo.clock.now(),
        time_zone="Europe/Brussels",
    )

    await deliver(mongo, ApplicationSubmittedV1(state=application), 1)
    await deliver(mongo, ApplicationAdmittedV1(state=admitted), 2)
    unknown = await counted(callers, of="participation", by="programme")
    await deliver(mongo, ExchangeOpenedV1(state=opened), 1)
    await deliver(mongo, ApplicationSubmittedV1(state=application), 1)

    query: dict[str, Any] = {"by": ["programme", "status"]}
    assert unknown == {"None": 1}
    assert await counted(callers, **query) == {f"{programme} admitted": 1}


async def deliver(mongo: Mongo, event: Event, sequence: int) -> None:
    """Hand an event to the registry's consumer group, as Kafka would."""
    envelope = Envelope(
        id=mongo.event_ids.next(),
        type=event.TYPE,
        source="/services/matching",
        subject=event.subject,
        time=mongo.clock.now(),
        sequence=sequence,
        data=event.model_dump_json().encode(),
    )
    headers = tuple(headers_of(envelope))
    record = Record(event.TOPIC.name, 0, 0, event.subject.encode(), envelope.data, headers)
    await Batches(mongo, GROUPS[0], _refuse).apply([record])


async def _refuse(_record: Record, failure: Failure) -> None:
    pytest.fail(failure.code)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"by": "programme", "of": "city"}, "count_dimension_unknown"),
        ({"by": "colour"}, "input_invalid"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "count_moment_ahead"),
        ({"as_of": "2026-01-01"}, "input_invalid"),
        ({"by": ["country", "kind", "status", "illustrative"]}, "input_invalid"),
    ],
)
async def test_question_that_has_no_answer_is_refused(
    callers: Callers, query: dict[str, Any], expected: str
) -> None:
    answer = await callers.officer.get("/v1/counts", **query)

    assert (answer.status_code, code(answer)) == (422, expected)


async def test_figures_say_whether_they_are_final(callers: Callers, clock: FixedClock) -> None:
    now = clock.now().isoformat()
    fresh = await callers.operator.get("/v1/counts", as_of=now)
    clock.advance(timedelta(minutes=1))

    settled = await callers.operator.get("/v1/counts", as_of=now)

    assert (fresh.json()["settled"], settled.json()["settled"]) == (False, True)


async def test_changes_say_who_changed_what_before_and_after_and_why(callers: Callers) -> None:
    city = await callers.city(population=1000)
    path = f"/v1/cities/{city['id']}"
    await callers.coordinator(city["id"]).change("PATCH", path, {"population": 2000}, 1)
    await callers.officer.change("POST", f"{path}/withdraw", {"reason": "left"}, 2)

    page = (await callers.officer.get("/v1/changes", id=city["id"], limit=2)).json()
    rest = (await callers.officer.get("/v1/changes", id=city["id"], cursor=page["next"])).json()[
        "items"
    ]

    corrected = {each["field"]: each for each in page["items"][1]["changed"]}
    change = corrected["facts.population"]
    assert [each["version"] for each in [*page["items"], *rest]] == [1, 2, 3]
    assert (change["before"], change["after"]) == (1000, 2000)
    assert (rest[0]["by"], rest[0]["why"]) == ("usr_1", "left")


async def test_changes_are_for_officers_only(callers: Callers) -> None:
    city = (await callers.city())["id"]
    others = (callers.coordinator(city), callers.partner, callers.operator)

    answers = [code(await who.get("/v1/changes", id=city)) for who in others]

    assert answers == ["access_denied"] * 3


async def test_changes_are_found_by_kind_by_person_and_from_a_time_on(
    callers: Callers, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=1))
    now = clock.now().isoformat()
    comets = await callers.topic("comets")
    body = {"labels": {"en": "Comets"}}
    await callers.officer.change("PUT", "/v1/topics/comets", body, comets["version"])
    topic: dict[str, str | int] = {"aggregate": "topic", "after": now, "limit": 1}

    page = (await callers.officer.get("/v1/changes", **topic)).json()
    rest = (await callers.officer.get("/v1/changes", **topic, cursor=page["next"])).json()
    by_person = (await callers.officer.get("/v1/changes", by="usr_1", after=now)).json()["items"]
    nobody = (await callers.officer.get("/v1/changes", by="usr_9")).json()["items"]
    everything = await callers.officer.get("/v1/changes", after=now)

    by_kind = [*page["items"], *rest["items"]]
    assert [(each["subject"], each["version"]) for each in by_kind] == [
        ("comets", 1),
        ("comets", 2),
    ]
    assert by_person == by_kind
    assert (nobody, code(everything)) == ([], "change_filter_unfit")


async def test_every_event_of_the_register_has_its_step(mongo: Mongo, callers: Callers) -> None:
    """All events are told through the outbox, so what any command ever did shows here."""
    await walk_all_nouns(callers)

    events = {row["_id"]: row async for row in mongo.database["outbox"].find({})}
    steps = {row["_id"]: row async for row in mongo.database["changes"].find({})}

    told = {id_: (row["type"], row["subject"], row["sequence"]) for id_, row in events.items()}
    kept = {id_: (row["event"], row["subject"], row["version"]) for id_, row in steps.items()}
    ours = {id_: row for id_, row in kept.items() if ".registry." in row[0]}
    assert ours == told
    assert all(row["by"] for row in steps.values())


async def walk_all_nouns(callers: Callers) -> None:
    city = (await callers.city())["id"]
    await callers.topic("walks")
    interest = f"/v1/cities/{city}/interests/walks"
    await callers.officer.change("PUT", interest, {"seeks": 3, "offers": 0})
    contact = await callers.officer.create(f"/v1/cities/{city}/contacts", PERSON)
    place = contact.headers["location"]
    await callers.officer.change("PATCH", place, {"email": "other@city.example"}, 1)
    await callers.officer.change("DELETE", place, version=2)
    body = {"title": "W", "topics": ["walks"], "problem": "P", "solution": "S"}
    await callers.officer.create("/v1/practices", {"city_id": city, **body})


async def test_trail_of_an_erased_person_holds_nothing_of_them(
    mongo: Mongo, callers: Callers
) -> None:
    city = (await callers.city())["id"]
    contact = await callers.officer.create(f"/v1/cities/{city}/contacts", PERSON)
    await callers.officer.change("DELETE", contact.headers["location"], version=1)

    rows = [row async for row in mongo.database["changes"].find({"aggregate": "contact"})]

    assert len(rows) >= 2
    assert not any(each in str(rows) for each in PERSON.values() if each != "coordinator")


def test_whatever_a_use_case_saves_has_a_trail() -> None:
    """`Tx.save` is the one way to change an aggregate, so its calls name them all."""
    sources = [path.read_text("utf-8") for path in Path("services/registry").rglob("*.py")]
    saved = {name for source in sources for name in re.findall(r"\.save\(\s*([A-Z_]+),", source)}

    collections: dict[str, Collection[Any]] = {name: getattr(store, name) for name in saved}

    assert saved >= {"CITIES", "TOPICS", "INTERESTS", "CONTACTS", "PRACTICES"}
    assert [name for name, each in collections.items() if each.trail is None] == []
