"""A city whose record was merged is told through the record that stands for it, and back again."""

from services.notifications.domain.notices import EmailStatus
from shared.contracts.registry import (
    CityMergedV1,
    CityRegisteredV1,
    CityUnmergedV1,
    ContactAppointedV1,
    ContactUpdatedV1,
)
from tests.services.notifications import events
from tests.services.notifications.desk import Desk
from tests.services.notifications.mailbox import Mailbox


def merged(city: CityRegisteredV1, into: str) -> CityMergedV1:
    gone = {"status": "withdrawn", "standing": "merged", "merged_into": into}
    return CityMergedV1(state=city.state.model_copy(update=gone))


def moved(contact: ContactAppointedV1, to: str) -> ContactUpdatedV1:
    return ContactUpdatedV1(state=contact.state.model_copy(update={"city_id": to}))


async def told(desk: Desk, pairing: str) -> dict[str | None, EmailStatus]:
    return {each.contact_id: each.status for each in await desk.emails(pairing)}


async def test_news_of_the_old_record_reach_those_of_the_new_one(
    desk: Desk, mailbox: Mailbox
) -> None:
    old, new, partner = events.city(name="Lugdunum"), events.city(), events.city(name="Kyoto")
    person = events.contact(new.subject)
    await desk.tell(old, new, partner, person)
    await desk.tell(merged(old, new.subject))

    pairing = events.pairing(old.subject, partner.subject)
    await desk.tell(pairing)
    await mailbox.send_due(desk)

    (email,) = [each for each in await desk.emails(pairing.subject) if each.contact_id]
    assert (email.contact_id, email.status) == (person.subject, EmailStatus.SENT)
    assert "Lyon" in f"{email.text}"
    assert "Lugdunum" not in f"{email.text}"


async def test_whoever_moves_along_is_not_told_twice(desk: Desk, mailbox: Mailbox) -> None:
    old, new, partner = events.city(), events.city(), events.city()
    person, other = events.contact(old.subject), events.contact(new.subject)
    pairing = events.pairing(old.subject, partner.subject)
    await desk.tell(old, new, partner, person, other, pairing)
    await mailbox.send_due(desk)

    await desk.tell(moved(person, new.subject))
    await desk.tell(merged(old, new.subject))
    again = await mailbox.send_due(desk)

    emails = await told(desk, pairing.subject)
    assert again == 1  # the other one, who is asked too from now on
    assert {emails[each.subject] for each in (person, other)} == {EmailStatus.SENT}


async def test_question_that_found_nobody_finds_those_of_the_new_record(desk: Desk) -> None:
    old, new, partner = events.city(), events.city(), events.city()
    person, pairing = events.contact(new.subject), events.pairing(old.subject, partner.subject)
    await desk.tell(old, new, partner, person, pairing)

    await desk.tell(merged(old, new.subject))

    waiting = [each.waits_for for each in await desk.emails(pairing.subject)]
    assert person.subject in await told(desk, pairing.subject)
    assert old.subject not in waiting


async def test_answer_ends_what_was_carried_along(desk: Desk) -> None:
    old, new, partner = events.city(), events.city(), events.city()
    person, pairing = events.contact(new.subject), events.pairing(old.subject, partner.subject)
    await desk.tell(old, new, partner, person, pairing)
    await desk.tell(merged(old, new.subject))

    over = events.pairing(old.subject, partner.subject, id_=pairing.subject, status="dissolved")
    await desk.tell(over)

    emails = {each.contact_id: each for each in await desk.emails(pairing.subject)}
    assert emails[person.subject].problem == "no_longer_open"


async def test_undone_merge_gives_the_notices_back(desk: Desk) -> None:
    old, new, partner = events.city(), events.city(), events.city()
    pairing = events.pairing(old.subject, partner.subject)
    await desk.tell(old, new, partner, pairing)
    await desk.tell(merged(old, new.subject))
    await desk.tell(CityUnmergedV1(state=old.state))

    late, stranger = events.contact(old.subject), events.contact(new.subject)
    await desk.tell(late, stranger)

    emails = await told(desk, pairing.subject)
    assert late.subject in emails
    assert stranger.subject not in emails


async def test_notices_follow_a_chain_of_merges_and_its_undoing(desk: Desk) -> None:
    first, second, third, partner = (events.city() for _ in range(4))
    pairing = events.pairing(first.subject, partner.subject)
    await desk.tell(first, second, third, partner, pairing)
    await desk.tell(merged(first, second.subject))
    await desk.tell(merged(second, third.subject))
    there = events.contact(third.subject)
    await desk.tell(there)

    await desk.tell(CityUnmergedV1(state=second.state))
    back, stranger = events.contact(second.subject), events.contact(third.subject)
    await desk.tell(back, stranger)

    emails = await told(desk, pairing.subject)
    assert {there.subject, back.subject} <= emails.keys()
    assert stranger.subject not in emails
