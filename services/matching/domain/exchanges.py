"""Exchanges and their calls: rules as data, and a deadline in civil time.

Promises that a call which is open on paper ("23:59 in Lisbon") is open here, whatever clocks do
that night, and that every extension is on record with its reason.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.matching.domain.programmes import Stamp
from services.matching.domain.terms import Changes, Terms, require_sound, revised
from services.matching.errors import (
    ExchangeClosed,
    ExchangeDeadlineUnfit,
    ExchangeTimeZoneUnknown,
)
from shared.clock import whole_milliseconds
from shared.contracts.matching import (
    ExchangeClosedV1,
    ExchangeOpenedV1,
    ExchangeState,
    ExchangeUpdatedV1,
)
from shared.ids import ExchangeId

DEADLINE_TIME = time(23, 59, fold=1)
"""Calls end at 23:59. Where clocks go back at midnight it comes twice: the later one counts."""

LAST_MINUTE = timedelta(minutes=1)
"""The whole of minute 23:59 is still in time: a clock on the wall shows no seconds."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One move of the deadline to a later day."""

    from_date: date
    to_date: date
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """One strand of a programme: EU cities with cities of one partner country."""

    id: ExchangeId
    terms: Terms
    deadline_at: datetime
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    status: Literal["open", "closed"] = "open"
    extensions: tuple[Extension, ...] = ()
    version: int = 0

    def takes_applications(self, now: datetime) -> bool:
        """Tell whether its call is open."""
        return self.status == "open" and now < self.deadline_at + LAST_MINUTE


def open_exchange(id_: ExchangeId, terms: Terms, stamp: Stamp) -> tuple[Exchange, ExchangeOpenedV1]:
    """Set up an exchange whose call is open until its deadline.

    Raises:
        ExchangeTimeZoneUnknown, ExchangeWeightsUnbalanced, ExchangeRulesInvalid: 422.
        ExchangeDeadlineUnfit: the deadline has passed already (422).
    """
    require_sound(terms)
    deadline_at = deadline_of(terms.deadline_date, terms.time_zone)
    if deadline_at < stamp.at:
        raise ExchangeDeadlineUnfit("has passed already")
    audit = (stamp.by, stamp.at, stamp.by, stamp.at)
    exchange = Exchange(id_, terms, deadline_at, *audit)
    return exchange, ExchangeOpenedV1(state=public(exchange))


def revise_exchange(
    exchange: Exchange, changes: Changes, stamp: Stamp
) -> tuple[Exchange, tuple[ExchangeUpdatedV1, ...]]:
    """Change rules of an exchange; changing nothing is no event.

    Rounds that were asked for before keep the rules of their time.

    Raises:
        ExchangeWeightsUnbalanced, ExchangeRulesInvalid: 422.
    """
    terms, changed = revised(exchange.terms, changes)
    if not changed:
        return exchange, ()
    exchange = _stamped(replace(exchange, terms=terms), stamp)
    return exchange, (ExchangeUpdatedV1(state=public(exchange), changed=changed),)


def extend_call(
    exchange: Exchange, to_date: date, reason: str, stamp: Stamp
) -> tuple[Exchange, ExchangeUpdatedV1]:
    """Move the deadline to a later day; what was submitted stays submitted.

    Raises:
        ExchangeClosed: the call was closed (409).
        ExchangeDeadlineUnfit: the day is not later, or has passed (422).
    """
    if exchange.status == "closed":
        raise ExchangeClosed
    terms = exchange.terms
    deadline_at = deadline_of(to_date, terms.time_zone)
    if to_date <= terms.deadline_date:
        raise ExchangeDeadlineUnfit(f"must be later than {terms.deadline_date.isoformat()}")
    if deadline_at < stamp.at:
        raise ExchangeDeadlineUnfit("has passed already")
    extension = Extension(terms.deadline_date, to_date, reason, stamp.by, stamp.at)
    exchange = replace(
        exchange,
        terms=replace(terms, deadline_date=to_date),
        deadline_at=deadline_at,
        extensions=(*exchange.extensions, extension),
    )
    exchange = _stamped(exchange, stamp)
    return exchange, ExchangeUpdatedV1(state=public(exchange), changed=("deadline_at",))


def close_call(exchange: Exchange, stamp: Stamp) -> tuple[Exchange, ExchangeClosedV1]:
    """Close the call for good, before or after its deadline.

    Raises:
        ExchangeClosed: it is closed already (409).
    """
    if exchange.status == "closed":
        raise ExchangeClosed
    exchange = _stamped(replace(exchange, status="closed"), stamp)
    return exchange, ExchangeClosedV1(state=public(exchange), changed=("status",))


def deadline_of(day: date, time_zone: str) -> datetime:
    """Give the moment of 23:59 on that day in that zone, in UTC.

    Raises:
        ExchangeTimeZoneUnknown: 422.

    Source: IANA time zone database; PEP 495 (fold).
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ExchangeTimeZoneUnknown from error
    return whole_milliseconds(datetime.combine(day, DEADLINE_TIME, zone))


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due: the instant in UTC, and the zone in whose civil time it is meant."""

    at: datetime
    time_zone: str


def answer_by(exchange: Exchange, now: datetime) -> Due:
    """Give when the answer to a pairing that is proposed now is due: 23:59 in the zone.

    Source: IANA time zone database; PEP 495 (fold).
    """
    today = now.astimezone(ZoneInfo(exchange.terms.time_zone)).date()
    last = today + timedelta(days=exchange.terms.answer_days)
    zone = exchange.terms.time_zone
    return Due(deadline_of(last, zone), zone)


def public(exchange: Exchange) -> ExchangeState:
    """Give the state that other services may copy."""
    return ExchangeState(
        id=exchange.id,
        programme_id=exchange.terms.programme_id,
        name=exchange.terms.name,
        partner_country=exchange.terms.partner_country,
        status=exchange.status,
        deadline_at=exchange.deadline_at,
        time_zone=exchange.terms.time_zone,
    )


def _stamped(exchange: Exchange, stamp: Stamp) -> Exchange:
    return replace(exchange, changed_by=stamp.by, changed_at=stamp.at)
