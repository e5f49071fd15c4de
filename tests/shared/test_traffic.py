"""Right of way: who is counted, and how long work waits for them."""

import asyncio
from types import SimpleNamespace

import pytest

from shared.traffic import (
    PATIENCE_IN_ALL_SECONDS,
    PATIENCE_SECONDS,
    QUIET_SECONDS,
    Traffic,
    step_aside,
)
from tests.support.waiting import eventually


async def test_work_waits_until_the_last_request_is_answered() -> None:
    traffic, answered = Traffic(), list[str]()

    async def ask(name: str, seconds: float) -> None:
        with traffic.request():
            await asyncio.sleep(seconds)
            answered.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(ask("one", 0.01))
        group.create_task(ask("other", 0.02))
        await eventually(lambda: _is(not traffic.clear))
        await traffic.gaps()()

        assert answered == ["one", "other"]


async def test_work_goes_on_though_requests_never_end() -> None:
    traffic = Traffic()
    loop = asyncio.get_running_loop()

    with traffic.request():
        started = loop.time()
        await traffic.gaps()()

    assert PATIENCE_SECONDS <= loop.time() - started < PATIENCE_SECONDS + 5
    assert traffic.clear


@pytest.mark.parametrize("in_all", [PATIENCE_IN_ALL_SECONDS, 0.1])
async def test_work_of_many_messages_waits_no_longer_in_all_though_requests_never_end(
    in_all: float,
) -> None:
    traffic = Traffic()
    loop, gap = asyncio.get_running_loop(), traffic.gaps(in_all)

    with traffic.request():
        started = loop.time()
        for _ in range(10_000):
            await gap()

    assert in_all <= loop.time() - started < in_all + 5


async def test_others_have_their_turn_even_when_no_patience_is_left() -> None:
    traffic, turns = Traffic(), 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    gap = traffic.gaps(0)
    task = asyncio.create_task(other())
    with traffic.request():
        for _ in range(10):
            await gap()
    task.cancel()

    assert turns >= 9


def test_process_is_quiet_some_time_after_the_last_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    # The module's own name: the time itself is everybody's, servers of other tests included.
    clock = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("shared.traffic.time", clock)
    traffic = Traffic()
    before = traffic.quiet

    with traffic.request():
        meanwhile = traffic.quiet
    now += QUIET_SECONDS
    soon = traffic.quiet
    now += 0.01

    assert [before, meanwhile, soon, traffic.quiet] == [True, False, False, True]


def test_what_nobody_waits_for_leaves_a_process_quiet() -> None:
    traffic = Traffic()

    with traffic.request():
        step_aside()
        assert traffic.quiet

    assert traffic.quiet


async def test_a_request_that_becomes_long_work_does_not_wait_for_itself() -> None:
    traffic = Traffic()

    with traffic.request():
        assert not traffic.clear
        step_aside()

        assert traffic.clear


async def test_each_request_is_counted_once_whatever_ends_first() -> None:
    traffic = Traffic()

    with traffic.request():
        with traffic.request():
            step_aside()
        assert not traffic.clear

    assert traffic.clear


async def test_whoever_listens_hears_when_somebody_begins_to_wait_and_when_nobody_does() -> None:
    traffic, heard = Traffic(), list[bool]()

    with traffic.told(heard.append):
        with traffic.request(), traffic.request():
            pass
        with traffic.request():
            step_aside()
            heard_aside = list(heard)
    with traffic.request():
        pass

    assert heard == heard_aside == [False, True, False, True]


async def test_whoever_listens_hears_of_those_who_wait_already() -> None:
    traffic, heard = Traffic(), list[bool]()

    with traffic.request(), traffic.told(heard.append):
        pass

    assert heard == [False]


async def _is(answer: bool) -> bool:  # noqa: FBT001 - what is looked at
    return answer
