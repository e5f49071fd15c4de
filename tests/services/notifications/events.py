"""Other services' events, as small as they may be."""

from datetime import UTC, date, datetime

from shared.contracts.events import (
    ActivityCancelledV1,
    ActivityEvent,
    ActivityPlannedV1,
    ActivityState,
    ActivityUpdatedV1,
    Delegate,
    DelegationConfirmedV1,
    DelegationState,
)
from shared.contracts.matching import (
    PairingActivatedV1,
    PairingDissolvedV1,
    PairingEvent,
    PairingProposedV1,
    PairingState,
)
from shared.contracts.registry import (
    CityRegisteredV1,
    CityState,
    ContactAppointedV1,
    ContactErasedV1,
    ContactState,
)
from shared.ids import new_id

CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
_PAIRINGS = {
    "proposed": PairingProposedV1,
    "active": PairingActivatedV1,
    "dissolved": PairingDissolvedV1,
}
_ACTIVITIES = {
    "planned": ActivityPlannedV1,
    "updated": ActivityUpdatedV1,
    "cancelled": ActivityCancelledV1,
}


def city(id_: str = "", name: str = "Lyon") -> CityRegisteredV1:
    state = CityState(id=id_ or new_id("cty"), name=name, kind="city", country="FR")
    return CityRegisteredV1(state=state)


def contact(
    city_id: str, *, id_: str = "", language: str = "en", ends_on: date | None = None
) -> ContactAppointedV1:
    state = ContactState(
        id=id_ or new_id("con"),
        city_id=city_id,
        name="Ana Ruiz",
        email="ana@city.example",
        role="coordinator",
        language=language,
        starts_on=date(2025, 1, 1),
        ends_on=ends_on,
    )
    return ContactAppointedV1(state=state)


def erasure(contact_id: str) -> ContactErasedV1:
    return ContactErasedV1(state=ContactState(id=contact_id))


def pairing(eu: str, partner: str, *, id_: str = "", status: str = "proposed") -> PairingEvent:
    state = PairingState.model_validate(
        {
            "id": id_ or new_id("pai"),
            "exchange_id": new_id("exc"),
            "proposal_id": new_id("prp"),
            "eu_city_id": eu,
            "partner_city_id": partner,
            "topics": ("urban-mobility",),
            "status": status,
        }
    )
    return _PAIRINGS[status](state=state)


def activity(what: str = "planned", *, id_: str = "") -> ActivityEvent:
    state = ActivityState(
        id=id_ or new_id("act"),
        kind="study_visit",
        title="Trams & trees",
        status="cancelled" if what == "cancelled" else "planned",
        starts_at=datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        ends_at=datetime(2026, 3, 4, 15, 30, tzinfo=UTC),
        time_zone="Asia/Tokyo",
        host_city_ids=(new_id("cty"),),
        place="City Hall",
        calendar=CALENDAR,
    )
    return _ACTIVITIES[what](state=state)


def delegation(activity_id: str, city_id: str, *contact_ids: str) -> DelegationConfirmedV1:
    delegates = tuple(Delegate(id=new_id("dgt"), contact_id=each) for each in contact_ids)
    state = DelegationState(
        id=new_id("dlg"),
        activity_id=activity_id,
        city_id=city_id,
        status="confirmed",
        delegates=delegates,
    )
    return DelegationConfirmedV1(state=state)
