"""The ledger must see what is wrong: each test breaks one thing and looks at the count."""

from dataclasses import replace

from deploy.demo.ledger import (
    Seen,
    Tally,
    Trouble,
    by_letters,
    in_feed,
    in_receipts,
    on_topics,
    percentile,
    unique,
)

CITY, APPLICATION, CONTACT = (
    "registry.city.v1",
    "matching.application.v1",
    "registry.contact.v1",
)


def events(subject: str, *sequences: int, topic: str = CITY) -> list[Seen]:
    return [Seen(f"{subject}-{each}", topic, subject, each) for each in sequences]


def test_complete_topics_have_nothing_to_count() -> None:
    records = events("a", 1, 2, 3) + events("b", 1)

    assert on_topics(records, {"a": 3, "b": 1}) == Tally()


def test_version_without_a_record_is_lost() -> None:
    assert on_topics(events("a", 1, 3), {"a": 3}) == Tally(lost=1)
    assert on_topics(events("a", 2, 3), {"a": 3}) == Tally(lost=1)
    assert on_topics(events("a", 1), {"a": 3}) == Tally(lost=2)


def test_aggregate_without_any_record_is_lost() -> None:
    assert on_topics(events("a", 1), {"a": 1, "silent": 2}) == Tally(lost=2)


def test_later_version_before_an_earlier_one_is_reordered() -> None:
    assert on_topics(events("a", 1, 3, 2), {"a": 3}) == Tally(reordered=1)


def test_two_events_of_one_version_are_doubled() -> None:
    other = replace(events("a", 1)[0], id="another")

    assert on_topics([*events("a", 1), other], {"a": 1}) == Tally(doubled=1)


def test_record_published_again_is_neither_doubled_nor_reordered() -> None:
    first, second = events("a", 1, 2)

    assert on_topics([first, second, first], {"a": 2}) == Tally()
    assert unique([first, second, first]) == [first, second]


def test_draft_has_no_event_for_its_first_version() -> None:
    assert on_topics(events("a", 2, 3, topic=APPLICATION), {"a": 3}) == Tally()
    assert on_topics(events("a", 2, topic=APPLICATION), {"a": 3}) == Tally(lost=1)


def test_compacted_contact_needs_only_its_last_version() -> None:
    assert on_topics(events("a", 3, topic=CONTACT), {"a": 3}) == Tally()
    assert on_topics(events("a", 2, topic=CONTACT), {"a": 3}) == Tally(lost=1)


def test_feed_shows_everything_but_contacts_once_and_in_order() -> None:
    records = events("a", 1, 2) + events("person", 1, topic=CONTACT)

    assert in_feed(records, events("a", 1, 2)) == Tally()
    assert in_feed(records, events("a", 2)) == Tally(lost=1)
    assert in_feed(records, events("a", 1, 2, 2)) == Tally(doubled=1)
    assert in_feed(records, events("a", 2, 1)) == Tally(reordered=1)


def test_webhook_that_is_still_tried_is_not_lost() -> None:
    feed = events("a", 1, 2)

    assert in_receipts(feed, events("a", 1), Trouble()) == Tally(lost=1)
    assert in_receipts(feed, events("a", 1), Trouble(under_way=frozenset({"a-2"}))) == Tally()
    assert in_receipts(feed, events("a", 1, 1, 2), Trouble()) == Tally(doubled=1)


def test_webhook_that_was_tried_again_may_come_late() -> None:
    feed, late = events("a", 1, 2), events("a", 2, 1)

    assert in_receipts(feed, late, Trouble()) == Tally(reordered=1)
    assert in_receipts(feed, late, Trouble(retried=frozenset({"a-1"}))) == Tally()


def test_letters_are_compared_by_what_they_say() -> None:
    assert by_letters(["a", "b"], ["b", "a"]) == Tally()
    assert by_letters(["a", "b"], ["a"]) == Tally(lost=1)
    assert by_letters(["a"], ["a", "a"]) == Tally(doubled=1)
    assert by_letters(["a"], ["a", "unasked"]) == Tally(doubled=1)


def test_percentiles_are_measured_values() -> None:
    values = [float(each) for each in range(1, 101)]

    assert (percentile(values, 0.5), percentile(values, 0.99)) == (50.0, 99.0)
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([], 0.5) is None
