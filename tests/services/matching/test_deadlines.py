"""Deadlines at 23:59 in the exchange's zone, around the nights on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.matching.domain.exchanges import (
    Exchange,
    answer_by,
    close_call,
    deadline_of,
    extend_call,
    open_exchange,
)
from services.matching.domain.pairings import accept, lapse, propose
from services.matching.domain.programmes import Stamp
from services.matching.domain.rounds import Proposal
from services.matching.domain.terms import MaxPartners, Terms
from services.matching.errors import (
    ExchangeClosed,
    ExchangeDeadlineUnfit,
    ExchangeRulesInvalid,
    ExchangeTimeZoneUnknown,
    ExchangeWeightsUnbalanced,
    PairingAnswerLate,
)
from services.matching.solver.problem import Quota, Rules, Selection, Shape, Weights
from shared.ids import CityId, ExchangeId, PairingId, ProgrammeId, ProposalId, RoundId

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


PROPOSAL = Proposal(
    id=ProposalId("prp_1"),
    round_id=RoundId("rnd_1"),
    exchange_id=ExchangeId("exc_1"),
    eu_city_id=CityId("cty_1"),
    partner_city_id=CityId("cty_2"),
    score=1,
    parts=(),
    topics=("water",),
    locked=False,
    lock_reason=None,
    chosen_freely=True,
    runner_up_city_id=None,
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


ZONES = [
    # zone, the last day before its clocks change, and 23:59 of it and of the day after, in UTC
    ("Europe/Lisbon", date(2026, 3, 28), "2026-03-28T23:59Z", "2026-03-29T22:59Z"),
    ("America/Vancouver", date(2026, 3, 7), "2026-03-08T07:59Z", "2026-03-09T06:59Z"),
    ("Australia/Melbourne", date(2026, 4, 4), "2026-04-04T12:59Z", "2026-04-05T13:59Z"),
    ("America/Asuncion", date(2024, 10, 5), "2024-10-06T03:59Z", "2024-10-07T02:59Z"),
    (
        "Australia/Lord_Howe",
        date(2026, 4, 4),
        "2026-04-04T12:59Z",
        "2026-04-05T13:29Z",
    ),  # half
    ("Asia/Kolkata", date(2026, 3, 28), "2026-03-28T18:29Z", "2026-03-29T18:29Z"),  # never
]


@pytest.mark.parametrize(("zone", "day", "before", "after"), ZONES)
def test_call_ends_at_2359_on_either_side_of_a_change_of_clocks(
    zone: str, day: date, before: str, after: str
) -> None:
    for last, utc in ((day, before), (day + timedelta(days=1), after)):
        moment = datetime.fromisoformat(utc)
        exchange = opened(time_zone=zone, deadline_date=last)

        assert exchange.deadline_at == moment
        assert exchange.takes_applications(moment + timedelta(seconds=59))
        assert not exchange.takes_applications(moment + timedelta(seconds=60))


@pytest.mark.parametrize(("zone", "day", "before", "after"), ZONES)
def test_answers_are_due_at_2359_on_either_side_of_a_change_of_clocks(
    zone: str, day: date, before: str, after: str
) -> None:
    for last, utc in ((day, before), (day + timedelta(days=1), after)):
        noon = datetime.combine(last - timedelta(days=14), time(12), ZoneInfo(zone))
        now = noon.astimezone(UTC)
        exchange = opened(time_zone=zone, answer_days=14)
        due = answer_by(exchange, now)
        pairing, _ = propose(PROPOSAL, PairingId("pai_1"), due, Stamp("usr_1", now))

        assert (due.at, due.time_zone) == (datetime.fromisoformat(utc), zone)
        in_time = Stamp("usr_1", due.at + timedelta(seconds=59))
        assert accept(pairing, "eu", in_time)[0].status == "accepted_by_one_side"
        assert lapse(pairing, in_time)[1] == ()
        late = Stamp("usr_1", due.at + timedelta(seconds=60))
        assert lapse(pairing, late)[0].dissolved_reason == "lapsed"
        with pytest.raises(PairingAnswerLate):
            accept(pairing, "eu", late)


@pytest.mark.parametrize(("hour", "due"), [(0, 19), (23, 19)])
def test_days_to_answer_are_counted_in_the_zone(hour: int, due: int) -> None:
    exchange = opened(time_zone="Pacific/Auckland", answer_days=14)
    there = datetime(2026, 1, 5, hour, 30, tzinfo=ZoneInfo("Pacific/Auckland"))

    until = answer_by(exchange, there.astimezone(UTC)).at.astimezone(there.tzinfo)

    assert (until.day, until.hour, until.minute) == (due, 23, 59)


def test_weights_that_do_not_sum_to_a_thousand_are_refused() -> None:
    with pytest.raises(ExchangeWeightsUnbalanced):
        opened(weights=Weights(mutual=601))


ALL = Selection()
CANADA = Selection(eu_country="CA")


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (Rules(quotas=(Quota("A", ALL, 1), Quota("A", ALL, 2))), "/rules/quotas/0/name"),
        (Rules(quotas=(Quota("A", ALL),)), "/rules/quotas/0/least"),
        (Rules(quotas=(Quota("A", ALL, 3, 2),)), "/rules/quotas/0/least"),
        (
            Rules(quotas=(Quota("A", Selection(eu_country="CA"), 1),)),
            "/rules/quotas/0/of/eu_country",
        ),
        (
            Rules(quotas=(Quota("A", Selection(partner_country="IN"), 1),)),
            "/rules/quotas/0/of/partner_country",
        ),
    ],
)
def test_rules_that_contradict_themselves_are_pointed_to(rules: Rules, field: str) -> None:
    with pytest.raises(ExchangeRulesInvalid) as caught:
        opened(rules=rules)

    assert field in [each.field for each in caught.value.errors]


def test_shape_of_groups_leaves_no_room_for_several_partners() -> None:
    with pytest.raises(ExchangeRulesInvalid):
        opened(rules=Rules(shape=Shape.TRIOS), max_partners=MaxPartners(eu=2))
