from dataclasses import replace
from typing import Any

from pytest_httpserver import HTTPServer

from services.notifications.domain.deliveries import DeliveryStatus
from services.notifications.sealing import Sealer
from tests.services.notifications import events
from tests.services.notifications.desk import Desk
from tests.support.waiting import eventually, running

Endpoint = dict[str, Any]


async def test_a_claim_of_a_dead_process_comes_back_when_its_lease_ends(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    await desk.publish(events.city())
    dead = desk.worker()
    [lane] = await dead.claim(10)

    meanwhile = await desk.send_due()
    desk.advance(desk.settings.webhooks.lease_seconds)
    taken = await desk.send_due()
    await dead.drain(lane)
    await dead.caller.close()

    [delivery] = await desk.deliveries(endpoint["id"])
    assert (meanwhile, taken) == (0, 1)
    assert len(delivery.attempts) == len(receiver.log) == 1


async def test_a_result_after_the_claim_was_lost_is_not_taken(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    await desk.publish(events.city())
    slow = desk.worker()
    [lane] = await slow.claim(10)
    desk.advance(desk.settings.webhooks.lease_seconds)
    await desk.send_due()

    async with running(slow._recorder.run()):
        await slow._deliver(lane, lane.deliveries[0])
    await slow.caller.close()

    assert len(receiver.log) == 2
    assert len((await desk.deliveries(endpoint["id"]))[0].attempts) == 1


async def test_a_secret_that_our_key_no_longer_opens_stops_nobody_else(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    await desk.publish(events.city())
    worker = desk.worker()
    worker.caller = replace(worker.caller, sealer=Sealer(b"another key of 32 bytes, by error"[:32]))

    await worker.work()
    await worker.caller.close()

    [delivery] = await desk.deliveries(endpoint["id"])
    assert delivery.attempts[0].error == "secret_unreadable"


async def test_the_worker_goes_on_by_itself(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")

    async def sent() -> bool:
        found = await desk.deliveries(endpoint["id"])
        return [each.status for each in found] == [DeliveryStatus.DELIVERED] * 11

    async with running(desk.worker().run()):
        await desk.publish(*(events.city() for _ in range(11)))
        await eventually(sent)

    assert len(receiver.log) == 11


async def test_a_worker_that_is_stopped_leaves_its_claims_to_others_at_once(
    desk: Desk, receiver: HTTPServer, endpoint: Endpoint
) -> None:
    receiver.expect_request("/hook").respond_with_data("")
    await desk.publish(events.city(), events.city())
    stopped = desk.worker()
    await stopped.claim(10)

    await stopped.release()
    await stopped.caller.close()

    assert await desk.send_due() == 1
    assert len(receiver.log) == len(await desk.deliveries(endpoint["id"])) == 2
