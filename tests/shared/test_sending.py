"""Letting go of a producer, whatever has become of it."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer

from shared.sending import discard


async def dies() -> None:
    raise RuntimeError("unable to perform operation on a closed transport")


async def test_producer_whose_task_died_is_let_go() -> None:
    producer = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    producer.client._sync_task = asyncio.create_task(dies())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError):
        await asyncio.shield(producer.client._sync_task)

    await discard(producer)

    assert producer.client._sync_task is None
