"""The rules of delegations, without any server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.events import errors
from services.events.domain import activities, delegations
from services.events.domain.activities import ActivityPlan
from services.events.domain.civil import CivilSpan
from services.events.domain.delegations import DelegateEntry
from services.events.domain.states import (
    Activity,
    ActivityKind,
    Change,
    CityCopy,
    ContactCopy,
    Delegation,
    ExternalPerson,
    GuestList,
)
from shared.ids import ActivityId, CityId, ContactId, DelegateId, DelegationId

HOST, GUEST = CityId("cty_host"), CityId("cty_guest")
NOW = Change("usr_1", datetime(2016, 1, 5, 9, tzinfo=UTC))
LATER = Change("usr_2", NOW.at + timedelta(days=1))
ANNA = ExternalPerson("Anna Kowalska", "TU Łódź", "anna@example.org")


def planned(kind: ActivityKind = "working_meeting") -> Activity:
    starts = datetime.fromisoformat("2016-03-21T09:00")
    span = CivilSpan(starts, starts + timedelta(days=4), "Europe/Warsaw")
    plan = ActivityPlan(kind, "Meeting", span, (HOST,))
    return activities.plan(plan, [], NOW, ActivityId("act_1"))[0]


def invited() -> Delegation:
    guests = GuestList(ActivityId("act_1"))
    return delegations.invite(planned(), GUEST, guests, NOW, DelegationId("dlg_1"))[0]


def named(delegation: Delegation, *entries: DelegateEntry) -> Delegation:
    ids = tuple(DelegateId(f"dgt_{number}") for number in range(len(entries)))
    return delegations.name_delegates(delegation, entries, ids, LATER)[0]


def test_a_host_sends_no_delegation() -> None:
    guests = GuestList(ActivityId("act_1"))

    with pytest.raises(errors.DelegationOfHost):
        delegations.invite(planned(), HOST, guests, NOW, DelegationId("dlg_1"))


def test_a_city_sends_one_delegation_and_may_come_back_after_cancelling() -> None:
    empty = GuestList(ActivityId("act_1"))
    first, guests, _ = delegations.invite(planned(), GUEST, empty, NOW, DelegationId("dlg_1"))

    with pytest.raises(errors.DelegationExists):
        delegations.invite(planned(), GUEST, guests, NOW, DelegationId("dlg_2"))
    _, guests, _ = delegations.cancel_delegation(first, None, guests, LATER)
    again, _, _ = delegations.invite(planned(), GUEST, guests, NOW, DelegationId("dlg_2"))

    assert again.id == "dlg_2"


def test_a_guest_becomes_no_host() -> None:
    empty = GuestList(ActivityId("act_1"))
    _, guests, _ = delegations.invite(planned(), GUEST, empty, NOW, DelegationId("dlg_1"))

    with pytest.raises(errors.ActivityHostIsGuest):
        delegations.require_no_guests([GUEST], guests)


def test_an_event_names_no_external_person() -> None:
    entry = DelegateEntry(external=ANNA)

    _, event = delegations.name_delegates(invited(), (entry,), (DelegateId("dgt_1"),), LATER)

    assert event is not None
    text = event.model_dump_json()
    assert "dgt_1" in text
    assert not any(part in text for part in ("Anna", "TU", "example.org"))


def test_who_stays_in_a_delegation_keeps_the_id() -> None:
    contact = DelegateEntry(contact_id=ContactId("con_1"))
    before = named(invited(), contact, DelegateEntry(external=ANNA))

    after = named(before, DelegateEntry(id=DelegateId("dgt_1"), funded=False), contact)

    assert [each.id for each in after.delegates] == ["dgt_1", "dgt_0"]
    assert (after.delegates[0].external, after.delegates[0].funded) == (ANNA, False)


@pytest.mark.parametrize(
    "entries",
    [
        (
            DelegateEntry(contact_id=ContactId("con_1")),
            DelegateEntry(contact_id=ContactId("con_1")),
        ),
        (DelegateEntry(external=ANNA), DelegateEntry(external=replace(ANNA, name="A."))),
        (DelegateEntry(id=DelegateId("dgt_9")),),
    ],
)
def test_nobody_is_named_twice_and_no_foreign_id_counts(
    entries: tuple[DelegateEntry, ...],
) -> None:
    with pytest.raises(errors.DelegateInvalid):
        named(invited(), *entries)


def test_contacts_must_be_the_citys_own_and_not_erased() -> None:
    ours, theirs, gone = (ContactId(f"con_{name}") for name in ("ours", "theirs", "gone"))
    known = {
        ours: ContactCopy(ours, 1, GUEST, "Ours"),
        theirs: ContactCopy(theirs, 1, HOST, "Theirs"),
        gone: ContactCopy(gone, 2, erased=True),
    }
    unheard = DelegateEntry(contact_id=ContactId("con_new"))

    delegations.require_own_contacts(GUEST, (DelegateEntry(contact_id=ours), unheard), known)
    for wrong in (theirs, gone):
        with pytest.raises(errors.DelegateInvalid):
            delegations.require_own_contacts(GUEST, (DelegateEntry(contact_id=wrong),), known)


def test_only_a_delegation_with_delegates_is_confirmed_and_once() -> None:
    with pytest.raises(errors.DelegationEmpty):
        delegations.confirm(invited(), LATER)
    confirmed, _ = delegations.confirm(named(invited(), DelegateEntry(external=ANNA)), LATER)

    with pytest.raises(errors.DelegationConfirmed):
        delegations.confirm(confirmed, LATER)
    with pytest.raises(errors.DelegationEmpty):
        delegations.name_delegates(confirmed, (), (), LATER)


def test_erasure_forgets_the_person_and_keeps_the_place() -> None:
    before = named(invited(), DelegateEntry(external=ANNA))

    after, event = delegations.erase_delegate(before, DelegateId("dgt_0"), LATER)
    again = delegations.erase_delegate(after, DelegateId("dgt_0"), LATER)

    assert event is not None
    assert "Anna" not in repr(after)
    assert [(each.id, each.erased) for each in after.delegates] == [("dgt_0", True)]
    assert again == (after, None)


@pytest.mark.parametrize(
    ("country", "funded", "warned"),
    [("PL", 6, True), ("PL", 5, False), ("GB", 6, True), ("CA", 6, False), (None, 6, False)],
)
def test_more_than_five_funded_delegates_of_an_eu_city_give_a_warning(
    country: str | None, funded: int, *, warned: bool
) -> None:
    entries = [DelegateEntry(contact_id=ContactId(f"con_{n}")) for n in range(funded)]
    selves = DelegateEntry(contact_id=ContactId("con_self"), funded=False)
    delegation = named(invited(), *entries, selves)
    copy = CityCopy(GUEST, 1, "Łódź", country, "registered") if country else None

    assert bool(delegations.warnings(delegation, planned(), copy)) is warned


def test_other_kinds_of_activities_have_no_limit_of_funded_delegates() -> None:
    entries = [DelegateEntry(contact_id=ContactId(f"con_{n}")) for n in range(7)]
    copy = CityCopy(GUEST, 1, "Łódź", "PL", "registered")

    assert not delegations.warnings(named(invited(), *entries), planned(kind="conference"), copy)
