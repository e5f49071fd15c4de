"""The partner's receiver: takes what is signed for it, refuses everything else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from standardwebhooks import Webhook

from deploy.demo.keeping import Keeping
from deploy.demo.receiver import Receiver, listening, url_of
from deploy.local.ports import free_port

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
EVENT = {
    "id": "evt_1",
    "type": "eu.worldcities.registry.city.registered.v1",
    "subject": "cty_1",
    "sequence": "0000000001",
    "time": "2026-11-24T07:00:00.000Z",
}


def signed(secret: str, body: str) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("evt_1", now, body),
    }


async def post(receiver: Receiver, headers: dict[str, str], body: str) -> int:
    port = free_port()
    async with listening(receiver, port), httpx2.AsyncClient(trust_env=False) as client:
        return (await client.post(url_of(port), content=body, headers=headers)).status_code


async def test_signed_message_is_taken_and_remembered(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    receiver = Receiver(keeping, lambda _: None, SECRET)
    body = json.dumps(EVENT)

    status = await post(receiver, signed(SECRET, body), body)

    assert status == 204
    assert list(keeping.receipts()) == receiver.receipts
    assert [(each.id, each.sequence) for each in receiver.receipts] == [("evt_1", 1)]


async def test_message_changed_on_its_way_is_refused(tmp_path: Path) -> None:
    receiver = Receiver(Keeping(tmp_path), lambda _: None, SECRET)
    headers = signed(SECRET, json.dumps(EVENT))

    status = await post(receiver, headers, json.dumps({**EVENT, "subject": "cty_2"}))

    assert (status, receiver.refused, receiver.receipts) == (401, 1, [])


async def test_message_of_another_sender_is_refused(tmp_path: Path) -> None:
    receiver = Receiver(Keeping(tmp_path), lambda _: None, SECRET)
    body = json.dumps(EVENT)

    status = await post(receiver, signed("whsec_b3RoZXItb3RoZXItb3RoZXI=", body), body)

    assert (status, receiver.refused) == (401, 1)


async def test_nothing_is_taken_before_there_is_a_secret(tmp_path: Path) -> None:
    receiver = Receiver(Keeping(tmp_path), lambda _: None)
    body = json.dumps(EVENT)

    assert await post(receiver, signed(SECRET, body), body) == 401


async def test_resting_connection_stays_open_and_ends_with_the_receiver(tmp_path: Path) -> None:
    receiver = Receiver(Keeping(tmp_path), lambda _: None, SECRET)
    port, body = free_port(), json.dumps(EVENT)

    async with httpx2.AsyncClient(trust_env=False) as client:
        async with listening(receiver, port):
            for _ in range(2):
                await client.post(url_of(port), content=body, headers=signed(SECRET, body))

        with pytest.raises(httpx2.TransportError):
            await client.post(url_of(port), content=body, headers=signed(SECRET, body))

    assert len(receiver.receipts) == 2
