"""Traces go on through a process, and metrics keep to their naming rule."""

import asyncio
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import telemetry
from shared.telemetry import (
    METRICS,
    child,
    current_correlation_id,
    current_traceparent,
    exposition,
    follow,
    is_correlation_id,
    is_traceparent,
    new_traceparent,
)

_W3C = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
# The example of the W3C recommendation, section 3.2.


def test_new_traceparent_is_well_formed_and_unlike_the_last() -> None:
    assert is_traceparent(new_traceparent())
    assert new_traceparent() != new_traceparent()


def test_child_stays_in_the_trace_with_its_own_span() -> None:
    made = child(_W3C)

    assert made[:35] == _W3C[:35]
    assert made[36:52] != _W3C[36:52]
    assert made.endswith("-01")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        _W3C.upper(),
        _W3C + "-x",
        _W3C + "\n",
        "ff" + _W3C[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_malformed_traceparent_starts_a_new_trace(text: str | None) -> None:
    assert not is_traceparent(text)
    assert is_traceparent(child(text))


@given(st.text(max_size=80))
def test_any_text_makes_a_good_child(text: str) -> None:
    assert is_traceparent(child(text))


def test_later_version_is_answered_with_ours() -> None:
    assert child("01" + _W3C[2:])[:35] == _W3C[:35]


async def test_work_follows_the_trace_it_came_with() -> None:
    follow(_W3C, "cor-1")

    assert current_traceparent()[:35] == _W3C[:35]
    assert current_traceparent() == current_traceparent()
    assert current_correlation_id() == "cor-1"


async def test_pieces_of_work_do_not_mix() -> None:
    async def work(name: str) -> tuple[str, str | None]:
        follow(None, name)
        await asyncio.sleep(0)
        return current_traceparent(), current_correlation_id()

    first, second = await asyncio.gather(work("a"), work("b"))

    assert first[0][3:35] != second[0][3:35]
    assert (first[1], second[1]) == ("a", "b")


@pytest.mark.parametrize("text", [None, "", "a b", "x" * 65, "-a", "a\n", "é"])
def test_harmful_correlation_id_is_none(text: str | None) -> None:
    assert not is_correlation_id(text)


def test_names_of_metrics_end_in_their_unit() -> None:
    units = "total|seconds|rows|records|state|flight|open|bytes|fds|info"
    pattern = re.compile(rf"[a-z]+(_[a-z]+)*_({units})")
    ours = [family.name for family in METRICS.collect() if not family.name.startswith("p")]
    names = {
        name + ("_total" if family.type == "counter" else "")
        for family in METRICS.collect()
        for name in [family.name]
        if name in ours
    }

    assert [name for name in sorted(names) if not pattern.fullmatch(name)] == []


def test_exposition_is_text_that_holds_every_metric() -> None:
    text = exposition().decode()

    assert "# TYPE http_requests_total counter" in text
    assert "# TYPE process_resident_memory_bytes gauge" in text
    assert telemetry.METRICS is METRICS
