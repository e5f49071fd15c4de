from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain import deliveries, endpoints, notices, subscribers
from services.notifications.domain.copies import ContactCopy
from services.notifications.domain.deliveries import Attempt, Delivery, DeliveryStatus
from services.notifications.domain.endpoints import Change, Endpoint, Stamp
from services.notifications.domain.feed import feed_row
from services.notifications.domain.notices import Email, EmailStatus, Kind, Notice
from services.notifications.errors import DeliveryPending, EndpointTypeUnknown, SubscriberSuspended
from shared.envelope import Envelope
from shared.ids import EndpointId, SubscriberId, new_id

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
STAMP = Stamp("usr_1", NOW)
CITY_TYPE = "eu.worldcities.registry.city.registered.v1"
SCHEDULE = (5.0, 60.0, 600.0)


def _endpoint(**changes: object) -> Endpoint:
    endpoint = Endpoint(
        id=EndpointId(new_id("end")),
        subscriber_id=SubscriberId(new_id("sub")),
        url="https://partner.example/",
        event_types=(),
        secret="sealed",
        created_by="usr_1",
        created_at=NOW,
        changed_by="usr_1",
        changed_at=NOW,
        version=1,
    )
    return replace(endpoint, **changes)  # type: ignore[arg-type]


def _delivery() -> Delivery:
    envelope = Envelope("evt", CITY_TYPE, "/services/registry", "cty", NOW, 1, b"{}")
    return deliveries.new_delivery(feed_row(envelope, 7, NOW), "end_1", "sub_1", NOW)


def _tried(delivery: Delivery, status: int | None, times: int = 1) -> Delivery:
    for _ in range(times):
        attempt = Attempt(delivery.next_attempt_at, 12, status)
        delivery = deliveries.attempted(delivery, attempt, SCHEDULE, 1.0)
    return delivery


@given(st.integers(200, 299), st.integers(0, len(SCHEDULE)))
def test_any_2xx_ends_a_delivery_well(status: int, failures: int) -> None:
    delivery = _tried(_tried(_delivery(), 500, failures), status)

    assert delivery.status is DeliveryStatus.DELIVERED
    assert len(delivery.attempts) == failures + 1


@given(st.one_of(st.none(), st.integers(100, 199), st.integers(300, 409), st.integers(411, 599)))
def test_anything_else_is_tried_once_per_pause_and_then_given_up(status: int | None) -> None:
    dues = [_tried(_delivery(), status, times).next_attempt_at for times in range(4)]
    last = _tried(_delivery(), status, len(SCHEDULE) + 1)

    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(dues)]
    assert pauses == list(SCHEDULE)
    assert last.status is DeliveryStatus.FAILED


def test_gone_is_not_tried_again() -> None:
    assert _tried(_delivery(), 410).status is DeliveryStatus.FAILED


def test_sending_again_begins_the_schedule_anew() -> None:
    failed = _tried(_delivery(), 500, 4)

    again = deliveries.again(failed, NOW)

    assert (again.status, again.tries, again.finished_at) == (DeliveryStatus.PENDING, 0, None)
    assert len(again.attempts) == 4
    with pytest.raises(DeliveryPending):
        deliveries.again(again, NOW)


def test_attempts_that_are_kept_are_bounded() -> None:
    delivery = _delivery()
    for _ in range(10):
        delivery = deliveries.again(_tried(delivery, 500, 4), delivery.next_attempt_at)

    assert len(delivery.attempts) == deliveries.KEPT_ATTEMPTS


@given(st.text(), st.text())
def test_a_delivery_has_one_id(endpoint_id: str, event_id: str) -> None:
    first = endpoints.delivery_id(endpoint_id, event_id)

    assert first == endpoints.delivery_id(endpoint_id, event_id)
    assert first != endpoints.delivery_id(endpoint_id, event_id + "x")


def test_a_change_of_nothing_has_no_event() -> None:
    endpoint = _endpoint()

    assert endpoints.change(endpoint, Change(enabled=True), STAMP) == (endpoint, ())


def test_the_event_of_a_change_names_what_changed_and_never_the_url() -> None:
    _, [event] = endpoints.change(
        _endpoint(), Change(url="https://new.example/", event_types=(CITY_TYPE,)), STAMP
    )

    assert event.changed == ("event_types",)
    assert "example" not in event.model_dump_json()


def test_a_disabled_endpoint_has_no_route() -> None:
    disabled, _ = endpoints.disable(_endpoint(), "gone", STAMP)
    chosen = _endpoint(event_types=(CITY_TYPE,))

    assert endpoints.routes_of(_endpoint()) == {"*"}
    assert endpoints.routes_of(chosen) == {CITY_TYPE}
    assert endpoints.routes_of(disabled) == frozenset()


def test_unknown_types_are_refused() -> None:
    with pytest.raises(EndpointTypeUnknown):
        endpoints.register(_endpoint(event_types=(CITY_TYPE, "nothing")))


def test_a_subscriber_is_suspended_once() -> None:
    subscriber, _ = subscribers.register(SubscriberId("sub_1"), "Portal", "usr_1", NOW)
    suspended, event = subscribers.suspend(subscriber, "Misuse", "usr_2", NOW)

    assert event.state.status == "suspended"
    with pytest.raises(SubscriberSuspended):
        subscribers.suspend(suspended, "Again", "usr_2", NOW)


@given(st.text(max_size=100))
def test_what_is_no_credential_names_no_key(text: str) -> None:
    assert subscribers.key_id_of("wck_" + text) is None


@given(st.dates(), st.dates(), st.dates())
def test_a_role_includes_its_first_and_last_day(on: date, starts: date, ends: date) -> None:
    contact = ContactCopy("con_1", 1, starts_on=starts, ends_on=ends)

    assert contact.in_role(on) == (starts <= on <= ends)
    assert not replace(contact, erased=True).in_role(on)
    assert not replace(contact, version=0).in_role(on)


def test_notices_stay_open_until_somebody_was_told_in_time() -> None:
    closing = Notice("e1", Kind.PAIRING_ACTIVATED, "pai_1", ("cty_1",), NOW, told=True)
    awaiting = replace(closing, closes_at=None)
    untold = replace(closing, told=False)
    later = NOW + timedelta(seconds=1)

    assert notices.open_notices([closing, awaiting, untold], later) == (awaiting, untold)
    assert notices.open_notices([closing], NOW) == (closing,)


def test_a_sent_email_is_not_cancelled() -> None:
    notice = Notice("e1", Kind.PAIRING_PROPOSED, "pai_1", ("cty_1",), None)
    email = notices.email_of(notice, "con_1", NOW)
    sent = replace(email, status=EmailStatus.SENT)

    assert notices.cancelled(sent, "no_longer_open") == sent
    assert notices.cancelled(email, "no_longer_open").status is EmailStatus.CANCELLED


def test_an_erased_email_says_nothing_of_the_person() -> None:
    email = Email(
        id=notices.email_id("e1", "con_1"),
        kind=Kind.INVITATION,
        event_id="e1",
        about="act_1",
        city_ids=(),
        contact_id="con_1",
        created_at=NOW,
        next_attempt_at=NOW,
        recipient="ana@city.example",
        subject="Hello",
        text="Dear Ana",
    )

    blank = notices.erased(email)

    assert "ana" not in str(blank).lower()
    assert blank.status is EmailStatus.CANCELLED
