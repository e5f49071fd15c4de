"""What people are told of consent and plans: until when, once more before, what came of it."""

from datetime import UTC, date, datetime

import pytest

from services.notifications.domain.letters import LANGUAGES
from services.notifications.domain.notices import EmailStatus, Kind
from shared.contracts.matching import (
    ActionRemindedV1,
    ActionState,
    PairingDissolvedV1,
    PairingEvent,
    PairingLapsedV1,
    PairingProposedV1,
    PairingRemindedV1,
)
from shared.ids import new_id
from tests.services.notifications import events
from tests.services.notifications.desk import Desk
from tests.services.notifications.mailbox import Mailbox

DUE = datetime(2026, 4, 12, 22, 59, tzinfo=UTC)


async def asked(desk: Desk, mailbox: Mailbox, language: str = "en") -> PairingEvent:
    """Propose a pairing of two cities with a contact each, due on a day in Lisbon."""
    eu, partner = new_id("cty"), new_id("cty")
    known = events.city(eu, "Lyon"), events.city(partner, "Osaka")
    people = events.contact(eu, language=language), events.contact(partner, language=language)
    await desk.tell(*known, *people)
    pairing = events.pairing(eu, partner)
    dated = {"answer_by": DUE, "time_zone": "Europe/Lisbon"}
    state = pairing.state.model_copy(update=dated)
    proposed = PairingProposedV1(state=state)
    await desk.tell(proposed)
    await mailbox.send_due(desk)
    return proposed


def after(pairing: PairingEvent, kind: type[PairingEvent], **facts: object) -> PairingEvent:
    return kind(state=pairing.state.model_copy(update=facts))


async def sent(desk: Desk, pairing: PairingEvent, kind: Kind) -> list[str]:
    """Give what was written of this kind, by city order of the pairing."""
    return [
        f"{each.subject}\n{each.text}"
        for each in await desk.emails(pairing.subject)
        if each.kind is kind and each.status is EmailStatus.SENT
    ]


async def test_proposal_says_until_when_it_awaits_an_answer(desk: Desk, mailbox: Mailbox) -> None:
    pairing = await asked(desk, mailbox)

    letters = await sent(desk, pairing, Kind.PAIRING_PROPOSED)

    assert len(letters) == 2
    for text in letters:
        assert "by the end of April 12, 2026 (Europe/Lisbon)" in text


async def test_only_who_has_not_answered_is_reminded(desk: Desk, mailbox: Mailbox) -> None:
    pairing = await asked(desk, mailbox)

    await desk.tell(after(pairing, PairingRemindedV1, accepted_by=("eu",)))
    await mailbox.send_due(desk)

    (text,) = await sent(desk, pairing, Kind.PAIRING_REMINDED)
    assert text.startswith("Your answer is awaited: Lyon")
    assert "the answer of Osaka is still missing" in text


async def test_reminder_does_not_take_the_question_back(desk: Desk, mailbox: Mailbox) -> None:
    pairing = await asked(desk, mailbox)
    await desk.tell(after(pairing, PairingRemindedV1))

    await desk.tell(events.contact(pairing.state.eu_city_id))
    await mailbox.send_due(desk)

    assert len(await sent(desk, pairing, Kind.PAIRING_PROPOSED)) == 3


async def test_both_cities_are_told_of_a_lapse_and_not_asked_any_more(
    desk: Desk, mailbox: Mailbox
) -> None:
    pairing = await asked(desk, mailbox)

    lapse = after(pairing, PairingLapsedV1, status="dissolved", dissolved_reason="lapsed")
    await desk.tell(lapse)
    await desk.tell(events.contact(pairing.state.eu_city_id))
    await mailbox.send_due(desk)

    assert len(await sent(desk, pairing, Kind.PAIRING_LAPSED)) == 3
    assert len(await sent(desk, pairing, Kind.PAIRING_PROPOSED)) == 2


async def test_both_cities_are_told_of_a_replacement_but_of_no_other_end(
    desk: Desk, mailbox: Mailbox
) -> None:
    replaced, declined = await asked(desk, mailbox), await asked(desk, mailbox)

    gone = {"status": "dissolved", "dissolved_reason": "partner_replaced"}
    place = {"replaced_by": new_id("pai")}
    await desk.tell(after(replaced, PairingDissolvedV1, **gone, **place))
    no = {"status": "dissolved", "dissolved_reason": "no_capacity"}
    await desk.tell(after(declined, PairingDissolvedV1, **no))
    await mailbox.send_due(desk)

    assert len(await sent(desk, replaced, Kind.PAIRING_REPLACED)) == 2
    assert await sent(desk, declined, Kind.PAIRING_REPLACED) == []


async def test_owner_is_told_that_an_action_is_due(desk: Desk, mailbox: Mailbox) -> None:
    owner = new_id("cty")
    await desk.tell(events.city(owner, "Lyon"), events.contact(owner))
    state = ActionState(
        id=new_id("acn"),
        pairing_id=new_id("pai"),
        exchange_id=new_id("exc"),
        owner_city_id=owner,
        title="Send the plan",
        due_on=date(2026, 6, 30),
        status="open",
    )

    await desk.tell(ActionRemindedV1(state=state))
    await mailbox.send_due(desk)

    (email,) = await desk.emails(state.id)
    assert email.subject == "Due soon: Send the plan"
    assert "owned by Lyon and due by the end of June 30, 2026" in (email.text or "")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_has_every_letter(desk: Desk, mailbox: Mailbox, language: str) -> None:
    pairing = await asked(desk, mailbox, language)

    await desk.tell(after(pairing, PairingRemindedV1))
    lapse = after(pairing, PairingLapsedV1, status="dissolved", dissolved_reason="lapsed")
    await mailbox.send_due(desk)
    await desk.tell(lapse)
    await mailbox.send_due(desk)

    for kind in (Kind.PAIRING_PROPOSED, Kind.PAIRING_REMINDED, Kind.PAIRING_LAPSED):
        letters = await sent(desk, pairing, kind)

        assert len(letters) == 2
        assert all("Lyon" in text and "Osaka" in text and "{" not in text for text in letters)
