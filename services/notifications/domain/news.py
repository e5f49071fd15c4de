"""Who is told what of which event: the rules from events to notices."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.notifications.domain.notices import NOTICE_OPEN, Due, Kind, Notice
from shared.contracts.event import Event
from shared.contracts.events import ActivityCancelledV1, ActivityUpdatedV1
from shared.contracts.matching import (
    ActionRemindedV1,
    PairingActivatedV1,
    PairingDissolvedV1,
    PairingEvent,
    PairingLapsedV1,
    PairingProposedV1,
    PairingRemindedV1,
    PairingState,
    Side,
)

_WORTH_TELLING = frozenset({"title", "starts_at", "ends_at", "time_zone", "place", "agenda"})


def city_notice(event: Event, event_id: str, now: datetime) -> Notice | None:
    """Give what cities' contacts are to be told of an event of a pairing or an action, or None."""
    if isinstance(event, ActionRemindedV1):
        state = event.state
        due = Due(state.due_on) if state.due_on else None
        cities = (state.owner_city_id,)
        notice = Notice(event_id, Kind.ACTION_REMINDED, state.id, cities, now + NOTICE_OPEN)
        return replace(notice, due=due, title=state.title)
    if not isinstance(event, PairingEvent):
        return None
    kind = _kind_of(event)
    if kind is None:
        return None
    closes_at = None if kind is Kind.PAIRING_PROPOSED else now + NOTICE_OPEN
    pair = (event.state.eu_city_id, event.state.partner_city_id)
    notice = Notice(event_id, kind, event.state.id, pair, closes_at)
    return replace(notice, due=_due(event.state))


def told_cities(event: PairingEvent) -> tuple[str, ...]:
    """Give the cities that are told of an event: reminded is who has not answered."""
    state = event.state
    sides: dict[Side, str] = {"eu": state.eu_city_id, "partner": state.partner_city_id}
    reminded = isinstance(event, PairingRemindedV1)
    return tuple(
        city_id for side, city_id in sides.items() if not reminded or side not in state.accepted_by
    )


def _kind_of(event: PairingEvent) -> Kind | None:
    if isinstance(event, PairingDissolvedV1):
        replaced = event.state.replaced_by is not None
        return Kind.PAIRING_REPLACED if replaced else None
    return _KINDS.get(type(event))


_KINDS: dict[type[PairingEvent], Kind] = {
    PairingProposedV1: Kind.PAIRING_PROPOSED,
    PairingActivatedV1: Kind.PAIRING_ACTIVATED,
    PairingRemindedV1: Kind.PAIRING_REMINDED,
    PairingLapsedV1: Kind.PAIRING_LAPSED,
}


def _due(state: PairingState) -> Due | None:
    """Give the last day for the answers as people in the exchange's zone call it."""
    if state.answer_by is None or state.time_zone is None:
        return None
    try:
        zone = ZoneInfo(state.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return Due(state.answer_by.astimezone(zone).date(), state.time_zone)


def delegate_kind(event: Event) -> Kind | None:
    """Give what confirmed delegates are told of an event of an activity; None: nothing."""
    if isinstance(event, ActivityCancelledV1):
        return Kind.ACTIVITY_CANCELLED
    if isinstance(event, ActivityUpdatedV1):
        told = not event.changed or not _WORTH_TELLING.isdisjoint(event.changed)
        return Kind.ACTIVITY_UPDATED if told else None
    return None
