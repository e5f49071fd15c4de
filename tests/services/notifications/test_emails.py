from datetime import date

from services.notifications.domain.notices import EmailStatus, Kind
from services.notifications.store.people import CONTACT_COPIES
from shared.contracts.matching import PairingEvent
from shared.ids import new_id
from tests.services.notifications import events
from tests.services.notifications.desk import Desk, made
from tests.services.notifications.mailbox import RETRIES, Mailbox

LYON, OSAKA = "Lyon", "Osaka"


async def test_both_cities_are_asked_for_their_answer(desk: Desk, mailbox: Mailbox) -> None:
    eu, partner, pairing = await _pair(desk)
    await desk.tell(events.contact(eu), events.contact(partner, language="fr"))

    await desk.tell(pairing)
    await mailbox.send_due(desk)

    subjects = [letter["Subject"] for letter in mailbox.letters]
    assert sorted(subjects) == ["Proposed partner city: Osaka", "Ville partenaire proposée : Lyon"]
    emails = await desk.emails(pairing.subject)
    assert {each.status for each in emails} == {EmailStatus.SENT}
    assert {each.recipient for each in emails} == {"ana@city.example"}


async def test_whatever_comes_first_everybody_is_told_once(desk: Desk, mailbox: Mailbox) -> None:
    eu, partner = new_id("cty"), new_id("cty")
    pairing = events.pairing(eu, partner)

    await desk.tell(pairing)
    await desk.tell(events.contact(eu), events.contact(eu), events.contact(partner))
    nothing = await mailbox.send_due(desk)
    await desk.tell(events.city(partner, OSAKA))
    await desk.tell(events.city(eu, LYON))
    await mailbox.send_due(desk)

    assert nothing == 0
    assert len(mailbox.letters) == 3
    assert len(await desk.emails(pairing.subject)) == 3


async def test_a_city_without_a_contact_is_shown_to_operators(desk: Desk) -> None:
    eu, _, pairing = await _pair(desk)
    await desk.tell(pairing)
    desk.advance(16 * 60)
    operator = desk.issuer.token("operator")

    listed = made(await desk.ask("GET", f"/v1/emails?about={pairing.subject}", key=operator))

    waiting = {each["waits_for"]: each for each in listed["items"]}
    assert waiting[eu]["status"] == "waiting"
    assert waiting[eu]["problem"] == "city_without_contact"
    assert waiting[eu]["overdue"]


async def test_a_successor_is_asked_while_the_answer_is_awaited(
    desk: Desk, mailbox: Mailbox
) -> None:
    eu, partner, pairing = await _pair(desk)
    await desk.tell(events.contact(eu), events.contact(partner), pairing)
    await mailbox.send_due(desk)

    desk.advance(5 * 24 * 3600)
    await desk.tell(events.contact(eu))
    asked = await mailbox.send_due(desk)
    await desk.tell(events.pairing(eu, partner, id_=pairing.subject, status="dissolved"))
    await desk.tell(events.contact(eu))

    assert asked == 1
    assert await mailbox.send_due(desk) == 0


async def test_nobody_is_written_to_outside_of_their_role(desk: Desk, mailbox: Mailbox) -> None:
    eu, partner, pairing = await _pair(desk)
    former = events.contact(eu, ends_on=date(2025, 12, 31))

    await desk.tell(former, events.contact(partner), pairing)
    await mailbox.send_due(desk)

    contacts = {each.contact_id for each in await desk.emails(pairing.subject)}
    assert former.subject not in contacts
    assert len(mailbox.letters) == 1


async def test_confirmed_delegates_are_invited_with_the_calendar(
    desk: Desk, mailbox: Mailbox
) -> None:
    city, person = events.city(name=LYON), new_id("con")
    activity = events.activity()
    await desk.tell(events.delegation(activity.subject, city.subject, person))

    await desk.tell(activity, city, events.contact(city.subject, id_=person, language="de"))
    await mailbox.send_due(desk)

    [letter] = mailbox.letters
    [calendar] = letter.iter_attachments()
    body = letter.get_body()
    assert body is not None
    text = body.get_content()
    assert letter["Subject"] == "Einladung: Trams & trees"
    assert "Montag, 2. März 2026, 17:00" in text
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["Content-Type"].params["method"] == "PUBLISH"
    assert calendar.get_content().splitlines() == events.CALENDAR.splitlines()


async def test_delegates_hear_of_changes_and_cancellation(desk: Desk, mailbox: Mailbox) -> None:
    city, person, planned = events.city(), new_id("con"), events.activity()
    await desk.tell(city, events.contact(city.subject, id_=person), planned)
    await desk.tell(events.delegation(planned.subject, city.subject, person))
    await mailbox.send_due(desk)

    await desk.tell(events.activity("updated", id_=planned.subject))
    await mailbox.send_due(desk)
    await desk.tell(events.activity("cancelled", id_=planned.subject))
    await mailbox.send_due(desk)

    kinds = [each.kind for each in await desk.emails(planned.subject)]
    assert sorted(kinds) == sorted(
        [Kind.INVITATION, Kind.ACTIVITY_UPDATED, Kind.ACTIVITY_CANCELLED]
    )
    assert [each["Subject"].split(":")[0] for each in mailbox.letters] == [
        "Invitation",
        "Changed",
        "Cancelled",
    ]


async def test_nobody_is_invited_to_what_is_cancelled(desk: Desk, mailbox: Mailbox) -> None:
    city, person = events.city(), new_id("con")
    cancelled = events.activity("cancelled")
    await desk.tell(city, cancelled, events.contact(city.subject, id_=person))

    await desk.tell(events.delegation(cancelled.subject, city.subject, person))
    await mailbox.send_due(desk)

    [email] = await desk.emails(cancelled.subject)
    assert (email.status, email.problem) == (EmailStatus.CANCELLED, "activity_cancelled")
    assert mailbox.letters == []


async def test_an_erased_person_is_forgotten_everywhere(desk: Desk, mailbox: Mailbox) -> None:
    eu, partner, pairing = await _pair(desk)
    person = events.contact(eu)
    await desk.tell(person, events.contact(partner), pairing)
    await mailbox.send_due(desk)

    await desk.tell(events.erasure(person.subject))

    copy = await desk.mongo.get(CONTACT_COPIES, person.subject)
    [email] = [
        each
        for each in await desk.emails(pairing.subject)
        if each.city_ids[0] == eu and each.contact_id == person.subject
    ]
    assert copy is not None
    assert (copy.name, copy.email) == ("", "")
    assert (email.recipient, email.text, email.status) == (None, None, EmailStatus.SENT)


async def test_an_erasure_that_comes_first_is_not_undone(desk: Desk) -> None:
    person = events.contact(new_id("cty"))
    late, erasure = desk.envelope(person), desk.envelope(events.erasure(person.subject))

    await desk.replay([erasure], group="notifications")
    await desk.replay([late], group="notifications")

    copy = await desk.mongo.get(CONTACT_COPIES, person.subject)
    assert copy is not None
    assert copy.erased
    assert copy.email == ""


async def test_a_repeated_event_writes_to_nobody_again(desk: Desk, mailbox: Mailbox) -> None:
    eu, partner, pairing = await _pair(desk)
    await desk.tell(events.contact(eu), events.contact(partner))
    envelope = desk.envelope(pairing)

    for _ in range(2):
        await desk.replay([envelope], group="notifications")
        await mailbox.send_due(desk)

    assert len(mailbox.letters) == 2


async def test_a_busy_mail_server_is_asked_again(desk: Desk, mailbox: Mailbox) -> None:
    pairing = await _asked(desk)
    mailbox.reply = "451 try later"
    await mailbox.send_due(desk)

    mailbox.reply = ""
    early = await mailbox.send_due(desk)
    desk.advance(RETRIES[0])
    await mailbox.send_due(desk)

    assert early == 0
    assert {each.tries for each in await desk.emails(pairing)} == {2}
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 2


async def test_what_the_mail_server_refuses_for_good_is_failed(
    desk: Desk, mailbox: Mailbox
) -> None:
    pairing = await _asked(desk)
    mailbox.reply = "554 no"

    await mailbox.send_due(desk)

    outcomes = {(each.status, each.problem) for each in await desk.emails(pairing)}
    assert outcomes == {(EmailStatus.FAILED, "smtp_554")}


async def test_a_mail_server_that_is_away_is_given_up_after_the_schedule(
    desk: Desk, mailbox: Mailbox
) -> None:
    pairing = await _asked(desk)
    mailbox.stop()

    for pause in (0.0, *RETRIES):
        desk.advance(pause)
        await mailbox.send_due(desk)

    outcomes = {(each.status, each.problem) for each in await desk.emails(pairing)}
    assert outcomes == {(EmailStatus.FAILED, "server_unreachable")}


async def test_only_officers_see_to_whom_and_what(desk: Desk, mailbox: Mailbox) -> None:
    pairing = await _asked(desk)
    await mailbox.send_due(desk)
    path = f"/v1/emails?about={pairing}"

    officer = made(await desk.ask("GET", path))["items"][0]
    operator = made(await desk.ask("GET", path, key=desk.issuer.token("operator")))["items"][0]

    assert officer["recipient"] == "ana@city.example"
    assert officer["text"].startswith("Dear Ana Ruiz")
    assert [operator[name] for name in ("recipient", "subject", "text")] == [None] * 3
    assert operator["status"] == "sent"


async def test_old_news_is_not_written_about(desk: Desk) -> None:
    eu, partner, pairing = await _pair(desk)
    await desk.tell(events.contact(eu), events.contact(partner))
    envelope = desk.envelope(pairing)

    desk.advance(8 * 24 * 3600)
    await desk.replay([envelope], group="notifications")

    assert await desk.emails(pairing.subject) == []


async def _pair(desk: Desk) -> tuple[str, str, PairingEvent]:
    """Two cities, and the event of their proposed pairing, not told yet."""
    eu, partner = events.city(name=LYON), events.city(name=OSAKA)
    await desk.tell(eu, partner)
    return eu.subject, partner.subject, events.pairing(eu.subject, partner.subject)


async def _asked(desk: Desk) -> str:
    """A pairing whose two contacts have e-mails that are due; its id."""
    eu, partner, pairing = await _pair(desk)
    await desk.tell(events.contact(eu), events.contact(partner), pairing)
    return pairing.subject
