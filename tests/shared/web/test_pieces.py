"""Large pages made of small ones: all items, one cursor, and others go before them."""

import asyncio
from typing import Any

import orjson
import pytest

from shared.traffic import TRAFFIC, Gap
from shared.web.pieces import PIECE, SMALL, in_pieces

ALL = 3 * SMALL + 7


async def number_list(limit: int, cursor: str | None, gap: Gap) -> tuple[list[Any], str | None]:
    """Give the next of so many numbers; the cursor is the last one."""
    assert limit <= SMALL
    await gap()
    start = int(cursor or 0)
    end = min(ALL, start + limit)
    return [{"number": each} for each in range(start, end)], str(end) if end < ALL else None


@pytest.mark.parametrize("limit", [1, PIECE, SMALL, SMALL + 1, 2 * SMALL, ALL - 1, ALL, ALL + 50])
async def test_pages_of_any_size_show_each_item_once(limit: int) -> None:
    shown, cursor = list[int](), None
    while True:
        page = orjson.loads((await in_pieces(limit, cursor, number_list)).body)
        assert len(page["items"]) <= limit
        shown += [each["number"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert shown == list(range(ALL))


async def test_large_page_lets_a_request_go_first_and_is_not_waited_for_itself() -> None:
    answered = list[str]()

    async def small() -> None:
        with TRAFFIC.request():
            await asyncio.sleep(0.02)
            answered.append("small")

    async def large() -> None:
        with TRAFFIC.request():
            await in_pieces(ALL, None, number_list)
            assert TRAFFIC.clear, "it counts as a request that others wait for"
            answered.append("large")

    async with asyncio.TaskGroup() as group:
        group.create_task(small())
        group.create_task(large())

    assert answered == ["small", "large"]


async def test_small_page_waits_for_nobody() -> None:
    with TRAFFIC.request():
        started = asyncio.get_running_loop().time()
        for _ in range(20):
            await in_pieces(SMALL, None, number_list)
        spent = asyncio.get_running_loop().time() - started

    assert spent < 20 * 0.06, "each waited for the request that it is part of"
