import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import orjson
import pytest
from cloudevents.core.formats.json import JSONFormat

from services.notifications.api.feed import Start, follow_feed
from services.notifications.domain.feed import FEED_TYPES
from services.notifications.store.feed import FEED, last_position
from shared.contracts.catalogue import TYPES
from tests.services.notifications import events
from tests.services.notifications.desk import Desk, code, made


async def test_positions_have_no_gaps_even_when_appended_at_once(desk: Desk) -> None:
    before = await last_position(desk.mongo)

    batches = [desk.publish(*(events.city() for _ in range(5))) for _ in range(6)]
    await asyncio.gather(*batches)

    rows = await desk.mongo.find(FEED, {"position": {"$gt": before}}, sort=(("position", 1),))
    assert [row.position for row in rows] == list(range(before + 1, before + 31))


async def test_a_second_delivery_of_an_event_changes_nothing(desk: Desk) -> None:
    key = await desk.partner()
    endpoint = await desk.endpoint(key, "http://127.0.0.1:9/")
    envelope = desk.envelope(events.city())

    for _ in range(2):
        await desk.replay([envelope])

    assert len(await desk.mongo.find(FEED, {"_id": envelope.id})) == 1
    assert [each.event_id for each in await desk.deliveries(endpoint["id"])] == [envelope.id]


async def test_the_feed_is_pulled_from_position_to_position(desk: Desk) -> None:
    key, start = await desk.partner(), await last_position(desk.mongo)
    ids = await desk.publish(*(events.city() for _ in range(5)))

    seen, after, more = [], start, True
    while more:
        page = made(await desk.ask("GET", f"/v1/feed?after={after}&limit=2", key=key))
        seen += [item["id"] for item in page["items"]]
        after, more = page["next"], page["more"]

    assert seen == ids
    assert after == start + 5


async def test_types_choose_and_the_position_moves_on_all_the_same(desk: Desk) -> None:
    key, start = await desk.partner(), await last_position(desk.mongo)
    await desk.publish(events.city(), events.activity(), events.city())
    kind = "eu.worldcities.events.activity.planned.v1"

    page = made(await desk.ask("GET", f"/v1/feed?after={start}&types={kind}", key=key))

    assert [item["type"] for item in page["items"]] == [kind]
    assert page["next"] == start + 3


async def test_items_are_cloud_events_that_others_can_read(desk: Desk) -> None:
    key, start = await desk.partner(), await last_position(desk.mongo)
    city = events.city(name="Šiauliai")
    await desk.publish(city)

    page = made(await desk.ask("GET", f"/v1/feed?after={start}", key=key))
    read = JSONFormat().read(None, orjson.dumps(page["items"][0]))

    assert read.get_subject() == city.subject
    assert isinstance(data := read.get_data(), dict)
    assert data["state"]["name"] == "Šiauliai"
    assert read.get_extension("position") == start + 1


async def test_a_position_before_what_is_kept_is_gone(desk: Desk) -> None:
    key, start = await desk.partner(), await last_position(desk.mongo)
    await desk.publish(events.city(), events.city(), events.city())
    lost = {"position": {"$lte": start + 2}}
    await desk.mongo.database["feed"].delete_many(lost)

    gone = await desk.ask("GET", f"/v1/feed?after={start + 1}", key=key)
    kept = await desk.ask("GET", f"/v1/feed?after={start + 2}", key=key)

    assert (gone.status_code, code(gone)) == (410, "feed_position_expired")
    assert len(made(kept)["items"]) == 1


async def test_an_unknown_type_is_refused(desk: Desk) -> None:
    answer = await desk.ask(
        "GET", "/v1/feed?types=eu.worldcities.none.v1", key=await desk.partner()
    )

    assert code(answer) == "endpoint_type_unknown"


def test_neither_people_nor_other_partners_are_in_the_feed() -> None:
    topics = {TYPES[name].TOPIC.name for name in FEED_TYPES}

    assert "registry.city.v1" in topics
    assert "registry.contact.v1" not in topics
    assert "notifications.subscriber.v1" not in topics


async def test_a_stream_catches_up_and_goes_on_without_loss_or_doubling(desk: Desk) -> None:
    start = await last_position(desk.mongo)
    expected = await desk.publish(*(events.city() for _ in range(150)))
    lines = _stream(desk, start)

    seen = [await anext(lines) for _ in range(150)]
    waiting = asyncio.ensure_future(anext(lines))
    expected += await desk.publish(events.city())
    await desk.tail.look()
    seen.append(await asyncio.wait_for(waiting, 5))
    await lines.aclose()

    assert [id_ for _, id_ in seen] == expected
    assert [position for position, _ in seen] == list(range(start + 1, start + 152))


async def test_a_stream_ends_when_the_server_stops(desk: Desk) -> None:
    shutdown = asyncio.Event()
    lines = _stream(desk, await last_position(desk.mongo), shutdown)
    waiting = asyncio.ensure_future(anext(lines, None))

    shutdown.set()

    assert await asyncio.wait_for(waiting, 5) is None


async def test_a_stream_over_http_goes_on_from_the_last_event_id(desk: Desk) -> None:
    key, start = await desk.partner(), await last_position(desk.mongo)
    ids = await desk.publish(events.city(), events.city())
    headers = {"Authorization": f"Bearer {key}", "Last-Event-ID": str(start + 1)}
    app = desk.client._transport.app  # type: ignore[attr-defined]
    asyncio.get_running_loop().call_later(0.5, app.state.shutdown.set)

    answer = await desk.client.get("/v1/stream?after=0", headers=headers)
    app.state.shutdown.clear()

    data = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [orjson.loads(each)["id"] for each in data] == ids[1:]
    assert f"id: {start + 2}" in answer.text.splitlines()


async def test_a_stream_ends_soon_after_its_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notifications.api.feed.CHECK_SECONDS", 0.05)
    lines = _stream(desk, await last_position(desk.mongo), key=await desk.partner())
    desk.clock.advance(timedelta(days=31))

    assert await asyncio.wait_for(anext(lines, None), 5) is None


async def _stream(
    desk: Desk, position: int, shutdown: asyncio.Event | None = None, key: str = ""
) -> AsyncGenerator[tuple[int, str], None]:
    """Follow the stream in process: the position and the id of each event."""
    app = desk.client._transport.app  # type: ignore[attr-defined]
    request = type("Request", (), {"app": app})()
    start = Start(position, frozenset(), key or desk.issuer.token("officer"))
    async for item in follow_feed(request, start, shutdown or asyncio.Event()):
        if item.raw_data:
            assert item.id is not None
            yield int(item.id), orjson.loads(item.raw_data)["id"]
