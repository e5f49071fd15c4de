"""The life of a good practice, pure: whatever people try, what is published was checked twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import practices as rules
from services.registry.domain.changes import Author
from services.registry.domain.practice_states import Content, Practice
from services.registry.errors import PracticeCheckerSame, PracticeStatusUnfit
from shared.contracts.event import Event
from shared.contracts.registry import PracticeState
from shared.errors import ProblemError
from shared.ids import CityId, PracticeId, TopicCode

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
CITY = CityId("cty_1")
CONTENT = Content("Textiles", (TopicCode("waste"),), "Too much of it", "Collect it")
ANNE, BEN = Author("usr_anne", AT), Author("usr_ben", AT)

Step = Callable[[Practice, Author], tuple[Practice, Event | tuple[Event, ...]]]

STEPS: tuple[Step, ...] = (
    lambda practice, who: rules.revise(practice, {"title": f"{practice.content.title}+"}, who),
    rules.submit,
    rules.check,
    rules.publish,
    lambda practice, who: rules.give_back(practice, "More on cost, please", who),
    lambda practice, who: rules.recheck(practice, None, who),
    lambda practice, who: rules.withdraw(practice, "Closed", who),
    lambda practice, who: rules.comment(practice, "Good", who),
)


def drafted() -> Practice:
    return rules.draft((PracticeId("gpr_1"), CITY), CONTENT, None, ANNE)[0]


def published() -> Practice:
    submitted, _ = rules.submit(drafted(), ANNE)
    return rules.publish(rules.check(submitted, ANNE)[0], BEN)[0]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from([ANNE, BEN])), max_size=25))
def test_no_sequence_of_steps_publishes_what_two_have_not_checked(
    steps: list[tuple[Step, Author]],
) -> None:
    practice, checked = drafted(), CONTENT
    for step, who in steps:
        try:
            practice, event = step(practice, who)
        except ProblemError:
            continue
        told = event[0] if isinstance(event, tuple) else event
        state = told.state
        assert isinstance(state, PracticeState)

        if practice.status == "formally_checked" and step is rules.check:
            checked = practice.content
        if practice.status == "published":
            assert practice.formal_check is not None
            assert practice.thematic_check is not None
            assert practice.content == checked
            assert practice.recheck_on is not None
        assert (state.content is not None) == (practice.status == "published")


def test_one_officer_does_not_make_both_checks() -> None:
    submitted, _ = rules.submit(drafted(), ANNE)
    checked, _ = rules.check(submitted, ANNE)

    with pytest.raises(PracticeCheckerSame):
        rules.publish(checked, ANNE)

    assert rules.publish(checked, BEN)[0].status == "published"


def test_a_return_starts_both_checks_anew() -> None:
    returned, _ = rules.give_back(published(), "The link is dead", BEN)

    again, _ = rules.submit(returned, ANNE)

    assert (again.formal_check, again.thematic_check) == (None, None)
    assert [each.text for each in again.comments] == ["The link is dead"]
    with pytest.raises(PracticeStatusUnfit):
        rules.publish(again, BEN)


def test_published_practice_is_due_after_two_years_and_again_after_a_check() -> None:
    practice = published()
    later = Author("usr_anne", AT + timedelta(days=700))

    again, _ = rules.recheck(practice, None, later)

    assert practice.recheck_on == date(2028, 1, 5)
    assert again.recheck_on == date(2029, 12, 6)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_months_end_on_a_day_that_there_is(day: date, months: int, expected: date) -> None:
    assert rules.months_later(day, months) == expected
