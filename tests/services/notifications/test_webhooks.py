from datetime import timedelta
from typing import Any

import orjson
import time_machine
from pytest_httpserver import HTTPServer
from standardwebhooks import Webhook
from werkzeug import Request, Response

from services.notifications.domain.deliveries import DeliveryStatus
from services.notifications.store.partners import ENDPOINTS
from tests.services.notifications import events
from tests.services.notifications.conftest import SCHEDULE
from tests.services.notifications.desk import Desk, code, made

Endpoint = dict[str, Any]


async def test_a_message_is_signed_and_a_cloud_event(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    [event_id] = await desk.publish(events.city())

    await desk.send_due()

    request = receiver.log[0][0]
    with time_machine.travel(desk.clock.now(), tick=False):
        read = Webhook(endpoint["secret"]).verify(request.data, dict(request.headers))
    assert read["id"] == request.headers["webhook-id"] == event_id
    assert request.headers["content-type"].startswith("application/cloudevents+json")
    [delivery] = await desk.deliveries(endpoint["id"])
    assert delivery.status is DeliveryStatus.DELIVERED


async def test_first_attempts_go_out_in_the_order_of_the_feed(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    ids = [id_ for _ in range(3) for id_ in await desk.publish(*(events.city() for _ in range(3)))]

    while await desk.send_due():
        pass

    sent = [request.headers["webhook-id"] for request, _ in receiver.log]
    assert sent == ids
    assert len(await desk.deliveries(endpoint["id"])) == 9


async def test_only_chosen_types_are_sent(desk: Desk, receiver: HTTPServer) -> None:
    kind = "eu.worldcities.events.activity.cancelled.v1"
    chosen = await desk.endpoint(await desk.partner(), receiver.url_for("/hook"), kind)

    await desk.publish(events.city(), events.activity("cancelled"))

    assert [each.event_type for each in await desk.deliveries(chosen["id"])] == [kind]


async def test_a_failure_is_tried_again_by_the_schedule_and_then_given_up(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("no " * 1000, status=500)
    await desk.publish(events.city())

    for pause in (0.0, *SCHEDULE):
        desk.advance(pause * 1.25)
        await desk.send_due()

    [delivery] = await desk.deliveries(endpoint["id"])
    disabled = await desk.mongo.get(ENDPOINTS, endpoint["id"])
    assert delivery.status is DeliveryStatus.FAILED
    assert [len(each.answer) for each in delivery.attempts] == [1024] * 3
    assert disabled is not None
    assert disabled.disabled_reason == "failing"


async def test_nothing_is_sent_before_it_is_due(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("", status=503)
    await desk.publish(events.city())
    await desk.send_due()

    desk.advance(SCHEDULE[0] * 0.7)

    assert await desk.send_due() == 0
    assert len((await desk.deliveries(endpoint["id"]))[0].attempts) == 1


async def test_an_endpoint_that_takes_other_messages_stays_enabled(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    bad = events.city(name="bad")
    receiver.expect_request("/hook").respond_with_handler(_refuses("bad"))
    await desk.publish(bad, events.city(name="good"))

    for pause in (0.0, *SCHEDULE):
        desk.advance(pause * 1.25)
        await desk.send_due()

    kept = await desk.mongo.get(ENDPOINTS, endpoint["id"])
    assert {each.status for each in await desk.deliveries(endpoint["id"])} == {
        DeliveryStatus.FAILED,
        DeliveryStatus.DELIVERED,
    }
    assert kept is not None
    assert kept.status == "enabled"


async def test_an_endpoint_that_is_gone_is_disabled_at_once(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("", status=410)
    await desk.publish(events.city())
    await desk.send_due()

    await desk.publish(events.city())

    disabled = await desk.mongo.get(ENDPOINTS, endpoint["id"])
    assert disabled is not None
    assert disabled.disabled_reason == "gone"
    assert len(await desk.deliveries(endpoint["id"])) == 1
    rows = await desk.mongo.database["outbox"].find({"subject": endpoint["id"]}).to_list(None)
    assert {row["type"].split(".")[-2] for row in rows} == {"registered", "updated"}


async def test_a_redirect_is_not_followed(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    elsewhere = {"Location": receiver.url_for("/elsewhere")}
    receiver.expect_request("/hook").respond_with_data("", status=307, headers=elsewhere)
    await desk.publish(events.city())

    await desk.send_due()

    assert [request.path for request, _ in receiver.log] == ["/hook"]
    assert (await desk.deliveries(endpoint["id"]))[0].attempts[0].status_code == 307


async def test_a_finished_delivery_is_sent_again_with_the_same_id(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    await desk.publish(events.city())
    [pending] = await desk.deliveries(endpoint["id"])
    path = f"/v1/deliveries/{pending.id}"
    early = await desk.ask("POST", f"{path}/redeliver", version=1)
    await desk.send_due()

    version = made(await desk.ask("GET", path))["version"]
    again = await desk.ask("POST", f"{path}/redeliver", version=version)
    await desk.send_due()

    assert code(early) == "delivery_pending"
    assert made(again)["status"] == "pending"
    assert [each.headers["webhook-id"] for each, _ in receiver.log] == [pending.event_id] * 2


async def test_a_test_message_says_what_it_is(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")

    asked = await desk.ask("POST", f"/v1/endpoints/{endpoint['id']}/test")
    await desk.send_due()

    delivery = made(await desk.ask("GET", asked.headers["location"]))
    assert asked.status_code == 202
    assert delivery["status"] == "delivered"
    body = orjson.loads(receiver.log[0][0].data)
    assert body["type"] == "eu.worldcities.notifications.endpoint.tested.v1"


async def test_a_replaced_secret_signs_along_for_a_day(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    path = f"/v1/endpoints/{endpoint['id']}"
    new = made(await desk.ask("POST", f"{path}/rotate-secret", version=1))["secret"]

    for pause in (timedelta(0), timedelta(hours=25)):
        desk.clock.advance(pause)
        await desk.publish(events.city())
        await desk.send_due()

    signatures = [request.headers["webhook-signature"].split() for request, _ in receiver.log]
    assert new != endpoint["secret"]
    assert [len(each) for each in signatures] == [2, 1]


async def test_deliveries_are_listed_by_state_in_pages(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    await desk.publish(*(events.city() for _ in range(4)))
    await desk.send_due()
    await desk.publish(events.city())
    path = f"/v1/deliveries?endpoint_id={endpoint['id']}&status=delivered&limit=3"

    first = made(await desk.ask("GET", path))
    second = made(await desk.ask("GET", f"{path}&cursor={first['next']}"))

    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 1, None]
    assert len({each["id"] for each in first["items"] + second["items"]}) == 4


async def test_a_disabled_endpoint_gets_nothing_that_was_still_due(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    await desk.publish(events.city())
    await desk.ask("PATCH", f"/v1/endpoints/{endpoint['id']}", {"enabled": False}, version=1)

    await desk.send_due()

    [delivery] = await desk.deliveries(endpoint["id"])
    assert delivery.status is DeliveryStatus.CANCELLED
    assert receiver.log == []


def _refuses(name: str) -> Any:  # noqa: ANN401 - werkzeug's handler
    def handle(request: Request) -> Response:
        return Response(status=500 if name.encode() in request.data else 200)

    return handle
