"""Deadlines at 23:59 in the exchange's zone, around the nights on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.matching.domain.exchanges import (
    Exchange,
    close_call,
    deadline_of,
    extend_call,
    open_exchange,
)
from services.matching.domain.programmes import Stamp
from services.matching.domain.terms import MaxPartners, Terms
from services.matching.errors import (
    ExchangeClosed,
    ExchangeDeadlineUnfit,
    ExchangeTimeZoneUnknown,
    ExchangeWeightsUnbalanced,
)
from services.matching.solver.problem import Weights
from shared.ids import ExchangeId, ProgrammeId

BEFORE = Stamp("usr_1", datetime(2015, 1, 1, tzinfo=UTC))

TERMS = Terms(
    ProgrammeId("prg_1"),
    "Portugal and Canada",
    "CA",
    "Europe/Lisbon",
    date(2015, 3, 29),
    MaxPartners(),
    Weights(),
    (),
)


def opened(**terms: object) -> Exchange:
    exchange, _ = open_exchange(ExchangeId("exc_1"), replace(TERMS, **terms), BEFORE)  # type: ignore[arg-type]
    return exchange


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Lisbon", date(2015, 3, 28), "2015-03-28T23:59Z"),  # the night before summer time
        ("Europe/Lisbon", date(2015, 3, 29), "2015-03-29T22:59Z"),
        ("Europe/Berlin", date(2015, 10, 24), "2015-10-24T21:59Z"),
        ("Europe/Berlin", date(2015, 10, 25), "2015-10-25T22:59Z"),  # a day of 25 hours
        ("America/Vancouver", date(2015, 3, 8), "2015-03-09T06:59Z"),  # a day of 23 hours
        ("Australia/Melbourne", date(2018, 4, 1), "2018-04-01T13:59Z"),  # summer time ends
        ("Asia/Kolkata", date(2015, 3, 29), "2015-03-29T18:29Z"),  # half an hour, never changes
        ("America/Asuncion", date(2015, 3, 21), "2015-03-22T03:59Z"),  # 23:59 comes twice: later
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-30T09:59Z"),  # the next day was left out
    ],
)
def test_deadline_is_2359_on_the_wall(zone: str, day: date, utc: str) -> None:
    assert deadline_of(day, zone) == datetime.fromisoformat(utc)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "Europe", "x" * 300])
def test_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ExchangeTimeZoneUnknown):
        deadline_of(date(2015, 3, 29), name)


def test_call_is_open_through_the_whole_last_minute() -> None:
    exchange = opened()
    last = exchange.deadline_at + timedelta(seconds=59, milliseconds=999)

    assert exchange.takes_applications(last)
    assert not exchange.takes_applications(last + timedelta(milliseconds=1))


def test_extension_moves_the_deadline_and_is_on_record() -> None:
    late = Stamp("usr_2", datetime(2015, 3, 30, tzinfo=UTC))

    exchange, event = extend_call(opened(), date(2015, 10, 25), "Strikes in the ports.", late)

    (extension,) = exchange.extensions
    assert (extension.from_date, extension.to_date) == (date(2015, 3, 29), date(2015, 10, 25))
    assert (extension.by, extension.reason) == ("usr_2", "Strikes in the ports.")
    assert event.state.deadline_at == datetime(2015, 10, 25, 23, 59, tzinfo=UTC)
    assert exchange.takes_applications(late.at)


@pytest.mark.parametrize("day", [date(2015, 3, 29), date(2015, 3, 28)])
def test_extension_to_no_later_day_is_refused(day: date) -> None:
    with pytest.raises(ExchangeDeadlineUnfit):
        extend_call(opened(), day, "No reason.", BEFORE)


def test_extension_into_the_past_is_refused() -> None:
    year_later = Stamp("usr_2", datetime(2016, 3, 30, tzinfo=UTC))

    with pytest.raises(ExchangeDeadlineUnfit):
        extend_call(opened(), date(2015, 12, 1), "Too late.", year_later)


def test_call_with_a_deadline_in_the_past_is_not_opened() -> None:
    with pytest.raises(ExchangeDeadlineUnfit):
        opened(deadline_date=date(2014, 12, 30))


def test_closed_call_takes_nothing_and_is_not_extended() -> None:
    closed, _ = close_call(opened(), BEFORE)

    assert not closed.takes_applications(BEFORE.at)
    with pytest.raises(ExchangeClosed):
        extend_call(closed, date(2015, 12, 1), "Reopened?", BEFORE)
    with pytest.raises(ExchangeClosed):
        close_call(closed, BEFORE)


def test_weights_that_do_not_sum_to_a_thousand_are_refused() -> None:
    with pytest.raises(ExchangeWeightsUnbalanced):
        opened(weights=Weights(mutual=601))
