"""The trail of changes and the counts made of it, pure: the same past gives the same figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import interests as rules
from services.registry.domain.changes import Author
from services.registry.domain.counts import DIMENSIONS, count, require_dimensions
from services.registry.domain.interests import Interest, Levels
from services.registry.domain.manners import CONTACT, INTEREST
from services.registry.domain.trail import Facts, FieldChange, Step, Told, bound_of, steps_of
from services.registry.errors import CountDimensionUnknown
from services.registry.store import INTERESTS
from shared.clock import FixedClock
from shared.collection import Document
from shared.contracts.registry import InterestEvent
from shared.errors import ProblemError
from shared.ids import CityId, EventIds, InterestId, TopicCode

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
TOPICS = ("waste", "noise", "ports")


@dataclass
class Register:
    """Two cities' interests, kept the way the unit of work keeps them."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    documents: dict[str, Document] = field(default_factory=dict)
    told: list[tuple[datetime, InterestEvent]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ids = EventIds(self.clock)

    def say(self, key: tuple[str, str], seeks: int, offers: int) -> None:
        """Declare an interest, or withdraw it with two zeros."""
        author, id_ = Author("usr_1", self.clock.now()), InterestId("/".join(key))
        before = self.documents.get(id_, {})
        begun = rules.begin(id_, CityId(key[0]), TopicCode(key[1]), author)
        known = INTERESTS.read(before) if before else begun
        try:
            if seeks or offers:
                after, events = rules.declare(known, Levels(seeks, offers), author)
            else:
                after, event = rules.withdraw(known, author)
                events = (event,)  # type: ignore[assignment]
        except ProblemError:
            return
        self._keep(after, before, events)

    def _keep(self, after: Interest, before: Document, events: Sequence[InterestEvent]) -> None:
        document, now = INTERESTS.document(after), self.clock.now()
        for event in events:
            last = self.ids.next(before.get("event_id"))
            self.told.append((now, event))
            self.documents[after.id] = document | {"event_id": last}
            told = Told(last, event.TYPE, 1, now)
            self.steps += steps_of(INTEREST, before, document, [told])


SAID = st.tuples(
    st.tuples(st.sampled_from(["cty_1", "cty_2"]), st.sampled_from(TOPICS)),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 90),
)


def replayed(told: list[tuple[datetime, InterestEvent]], at: datetime) -> Counter[tuple[Any, ...]]:
    """Count from the events alone what was declared at a moment."""
    states = {event.state.id: event.state for time, event in told if time <= at}
    declared = [each for each in states.values() if each.seeks or each.offers]
    return Counter((each.topic, each.seeks) for each in declared)


@given(st.lists(SAID, max_size=30), st.integers(0, 60 * 24))
def test_counts_as_of_any_time_are_those_of_the_events_until_then(
    said: list[tuple[tuple[str, str], int, int, int]], minutes: int
) -> None:
    register = Register()
    for key, seeks, offers, pause in said:
        register.clock.advance(timedelta(minutes=pause))
        register.say(key, seeks, offers)
    at = START + timedelta(minutes=minutes)

    until = bound_of(at + timedelta(milliseconds=1))
    kept = sorted((step for step in register.steps if step.counted), key=lambda step: step.id)
    facts = {step.subject: step.facts for step in kept if step.id < until}
    rows = count(facts.values(), ("status", "topic", "seeks"))

    declared = {row.values[1:]: row.count for row in rows if row.values[0] == "declared"}
    assert declared == dict(replayed(register.told, at))


@given(st.datetimes(START.replace(tzinfo=None)), st.integers(-5, 5))
def test_bound_of_a_moment_parts_the_ids_before_it_from_the_others(
    moment: datetime, milliseconds: int
) -> None:
    at = moment.replace(tzinfo=UTC)
    clock = FixedClock(at + timedelta(milliseconds=milliseconds))

    id_ = EventIds(clock).next()

    assert (id_ < bound_of(at)) == (milliseconds < 0)


def test_step_has_each_field_before_and_after_and_the_reason() -> None:
    before = {"_id": "int_1", "levels": {"seeks": 1, "reason": None}, "version": 1}
    after = {"_id": "int_1", "levels": {"seeks": 4, "reason": "New plan"}, "version": 2}

    (step,) = steps_of(INTEREST, before, after, [Told("e", "t", 2, START)])

    assert step.changed == (
        FieldChange("levels.reason", None, "New plan"),
        FieldChange("levels.seeks", 1, 4),
    )
    assert (step.why, step.counted) == ("New plan", True)


def test_step_of_a_person_has_names_of_fields_and_no_value() -> None:
    after = {
        "_id": "con_1",
        "city_id": "cty_1",
        "person": {"name": "Ana", "email": "ana@x.example"},
    }

    (step,) = steps_of(CONTACT, {}, after, [Told("e", "t", 1, START)])

    assert {each.field for each in step.changed} >= {"person.name"}
    assert "Ana" not in str(step)
    assert "x.example" not in str(step)


def test_what_has_several_values_counts_under_each_and_unknown_comes_last() -> None:
    facts: list[Facts] = [{"topic": ["a", "b"]}, {"topic": ["b"]}, {"topic": []}]

    rows = count(facts, ("topic",))

    assert [(row.values, row.count) for row in rows] == [
        (("a",), 1),
        (("b",), 2),
        ((None,), 1),
    ]


def test_country_of_a_practice_is_that_of_its_city() -> None:
    facts: list[Facts] = [{"city_id": "cty_1"}, {"city_id": "cty_1"}, {"city_id": "cty_9"}]

    rows = count(facts, ("country",), {"cty_1": {"country": "LV"}})

    assert [(row.values, row.count) for row in rows] == [(("LV",), 2), ((None,), 1)]


@pytest.mark.parametrize("of", DIMENSIONS)
def test_only_what_is_known_of_something_can_be_asked(of: str) -> None:
    kind: Any = of
    require_dimensions(kind, DIMENSIONS[kind])

    with pytest.raises(CountDimensionUnknown):
        require_dimensions(kind, ["colour"])
