"""The bell: whoever names the last ring that it knows of misses none."""

import asyncio

import pytest

from shared.bell import Bell

SOON_SECONDS = 5
NEVER_SECONDS = 0.05


async def test_all_that_listen_hear_it() -> None:
    bell = Bell()
    listening = [asyncio.create_task(bell.heard(bell.rings)) for _ in range(3)]
    await asyncio.sleep(0)

    bell.ring()

    await asyncio.wait_for(asyncio.gather(*listening), SOON_SECONDS)


async def test_a_ring_before_listening_is_heard_though_another_has_heard_it() -> None:
    bell = Bell()
    known = bell.rings
    bell.ring()

    await asyncio.wait_for(bell.heard(known), SOON_SECONDS)
    await asyncio.wait_for(bell.heard(known), SOON_SECONDS)


async def test_what_was_heard_is_not_heard_again() -> None:
    bell = Bell()
    bell.ring()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bell.heard(bell.rings), NEVER_SECONDS)


async def test_who_no_longer_listens_leaves_nothing_behind() -> None:
    bell = Bell()

    for _ in range(3):  # as loops do that look now and then
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bell.heard(bell.rings), 0.001)

    assert not bell._waiting
    bell.ring()
