"""What is open for a contact reaches whoever follows them, once, from the day when they begin."""

from datetime import date, timedelta

from services.notifications.domain.notices import EmailStatus
from shared.contracts.registry import ContactAppointedV1, ContactHandedOverV1
from shared.ids import new_id
from tests.services.notifications import events
from tests.services.notifications.desk import Desk, made
from tests.services.notifications.mailbox import Mailbox

DAY = 24 * 3600


def today(desk: Desk) -> date:
    return desk.clock.now().date()


def handed_over(before: ContactAppointedV1, successor: str, ends_on: date) -> ContactHandedOverV1:
    changes = {"successor_id": successor, "ends_on": ends_on}
    return ContactHandedOverV1(state=before.state.model_copy(update=changes))


def following(before: ContactAppointedV1, starts_on: date) -> ContactAppointedV1:
    changes = {"id": new_id("con"), "name": "Bo Next", "starts_on": starts_on}
    return ContactAppointedV1(state=before.state.model_copy(update=changes))


async def test_an_awaited_answer_is_asked_of_the_successor_when_they_begin(
    desk: Desk, mailbox: Mailbox
) -> None:
    eu, partner = events.city(), events.city()
    before, pairing = events.contact(eu.subject), events.pairing(eu.subject, partner.subject)
    await desk.tell(eu, partner, before, pairing)
    await mailbox.send_due(desk)
    after = following(before, today(desk) + timedelta(days=1))

    await desk.tell(handed_over(before, after.subject, today(desk)))
    await desk.tell(after)
    too_early = await mailbox.send_due(desk)
    desk.advance(DAY)
    asked = await mailbox.send_due(desk)

    assert (too_early, asked) == (0, 1)
    sent = {each.contact_id: each.status for each in await desk.emails(pairing.subject)}
    assert sent[after.subject] is EmailStatus.SENT


async def test_an_answer_ends_what_the_successor_would_have_been_asked(desk: Desk) -> None:
    eu, partner = events.city(), events.city()
    before, pairing = events.contact(eu.subject), events.pairing(eu.subject, partner.subject)
    await desk.tell(eu, partner, before, pairing)
    successor = new_id("con")

    await desk.tell(handed_over(before, successor, today(desk)))
    over = events.pairing(eu.subject, partner.subject, id_=pairing.subject, status="dissolved")
    await desk.tell(over)

    emails = {each.contact_id: each for each in await desk.emails(pairing.subject)}
    assert emails[successor].problem == "no_longer_open"
    assert emails[before.subject].problem == "handed_over"


async def test_news_of_an_activity_goes_to_whoever_followed_the_delegate(
    desk: Desk, mailbox: Mailbox
) -> None:
    city, planned = events.city(), events.activity()
    before = events.contact(city.subject)
    yesterday = today(desk) - timedelta(days=1)
    after = following(before, yesterday)
    await desk.tell(city, before, after, planned)
    await desk.tell(handed_over(before, after.subject, yesterday))

    await desk.tell(events.delegation(planned.subject, city.subject, before.subject))
    await mailbox.send_due(desk)

    assert [each.contact_id for each in await desk.emails(planned.subject)] == [after.subject]


async def test_pages_of_emails_follow_each_other_without_gap_or_repetition(desk: Desk) -> None:
    city, planned = events.city(), events.activity()
    people = [new_id("con") for _ in range(5)]
    await desk.tell(city, planned, events.delegation(planned.subject, city.subject, *people))
    path = f"/v1/emails?about={planned.subject}&limit=2"

    first = made(await desk.ask("GET", path))
    second = made(await desk.ask("GET", f"{path}&cursor={first['next']}"))
    third = made(await desk.ask("GET", f"{path}&cursor={second['next']}"))

    pages = [[each["contact_id"] for each in page["items"]] for page in (first, second, third)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert sorted(each for page in pages for each in page) == sorted(people)
