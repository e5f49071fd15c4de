"""The registry's rules without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import cities, contacts, interests, topics
from services.registry.domain.changes import Author
from services.registry.domain.cities import City, StatedFacts, Statement
from services.registry.domain.contacts import Contact, Person
from services.registry.domain.groups import require_acyclic
from services.registry.domain.interests import MAX_LEVEL, Levels
from services.registry.domain.topics import Meaning
from services.registry.errors import (
    CityFactsMissing,
    CityMembersCyclic,
    CityNotWithdrawn,
    CityPopulationSummed,
    CityWithdrawn,
    ContactDatesReversed,
    ContactEnded,
    ContactHandedOver,
    ContactNotFound,
    InterestEmpty,
    InterestNotFound,
    InterestTopicsRepeated,
    TopicLabelMissing,
    TopicParentCyclic,
)
from services.registry.places import Place
from shared.ids import CityId, ContactId, InterestId, TopicCode

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
ANNA = Author("usr_anna", MONDAY)
BEN = Author("usr_ben", MONDAY + timedelta(days=1))
RIGA = Place(456172, "Riga", "Riga", "LV", "25", 56.946, 24.10589, 742_572, "Europe/Riga", ())
PERSON = Person("Somebody", "somebody@riga.example", "coordinator")


def city(name: str = "Riga", population: int | None = None) -> City:
    facts = StatedFacts(name=name, country="LV", population=population)
    return cities.register(CityId(f"cty_{name}"), Statement(facts), (), ANNA)[0]


def contact(starts_on: date | None = None) -> Contact:
    made = contacts.new_contact(ContactId("con_1"), CityId("cty_1"), PERSON, ANNA)
    return contacts.appoint(replace(made, starts_on=starts_on or made.starts_on))[0]


def test_place_fills_what_is_not_stated_and_is_named_as_the_source() -> None:
    stated = Statement({"name": "Rīga", "geonames_id": 456172}, {"name": "riga.example"})

    whole = cities.completed(stated, RIGA)
    riga, event = cities.register(CityId("cty_1"), whole, (), ANNA)

    assert (riga.facts.name, riga.facts.country) == ("Rīga", "LV")
    assert riga.facts.population == event.state.population == 742_572
    assert riga.sources["name"] == "riga.example"
    assert riga.sources["population"] == riga.sources["time_zone"] == "geonames:456172"
    assert riga.sources["geonames_id"] == "stated"


def test_place_without_a_figure_leaves_the_population_unknown() -> None:
    whole = cities.completed(Statement({}), replace(RIGA, population=0))

    assert whole.facts["population"] is None


def test_city_needs_name_and_country() -> None:
    with pytest.raises(CityFactsMissing) as raised:
        cities.completed(Statement({"country": "LV"}), None)

    assert [error.field for error in raised.value.errors] == ["/name"]


def test_update_names_what_changed_and_keeps_other_sources() -> None:
    before, _ = cities.register(CityId("cty_1"), cities.completed(Statement({}), RIGA), (), ANNA)

    after, events = cities.update(before, Statement({"population": 605_273}), (), BEN)

    assert [event.changed for event in events] == [("population",)]
    assert after.sources["population"] == "stated"
    assert after.sources["position"] == "geonames:456172"
    assert (after.audit.created_by, after.audit.changed_by) == ("usr_anna", "usr_ben")


def test_same_facts_again_give_no_event() -> None:
    riga = city(population=5)

    after, events = cities.update(riga, Statement({"population": 5, "name": "Riga"}), (), BEN)

    assert (after, events) == (riga, ())


def test_null_makes_a_fact_unknown_and_forgets_its_source() -> None:
    after, _ = cities.update(city(population=5), Statement({"population": None}), (), BEN)

    assert after.facts.population is None
    assert "population" not in after.sources


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=20))
def test_population_of_a_group_is_the_sum_of_its_members(populations: list[int]) -> None:
    members = [city(f"m{place}", population) for place, population in enumerate(populations)]
    facts = StatedFacts(name="G", country="LV", members=tuple(each.id for each in members))

    group, _ = cities.register(CityId("cty_g"), Statement(facts), members, ANNA)
    recounted, events = cities.recount(group, [*members[1:], city("m0")], BEN)

    assert group.facts.population == sum(populations)
    assert group.sources["population"] == "sum of members"
    assert recounted.facts.population is None
    assert events[0].changed == ("population",)


def test_group_with_members_takes_no_stated_population() -> None:
    member = city(population=3)
    facts = StatedFacts(name="G", country="LV", members=(member.id,), population=4)

    with pytest.raises(CityPopulationSummed):
        cities.register(CityId("cty_g"), Statement(facts), [member], ANNA)


def test_group_that_loses_its_members_has_an_unknown_population() -> None:
    member = city(population=3)
    facts = StatedFacts(name="G", country="LV", members=(member.id,))
    group, _ = cities.register(CityId("cty_g"), Statement(facts), [member], ANNA)

    after, events = cities.update(group, Statement({"members": ()}), (), BEN)

    assert after.facts.population is None
    assert events[0].changed == ("population", "members")


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30))
def test_groups_accepted_one_by_one_never_contain_themselves(
    edges: list[tuple[int, int]],
) -> None:
    below: dict[CityId, tuple[CityId, ...]] = {}

    for group, member in [(CityId(str(one)), CityId(str(other))) for one, other in edges]:
        try:
            require_acyclic(group, [member], below)
        except CityMembersCyclic:
            assert group == member or group in _all_below(member, below)
        else:
            below[group] = (*below.get(group, ()), member)

    assert all(group not in _all_below(group, below) for group in below)


def _all_below(top: CityId, below: dict[CityId, tuple[CityId, ...]]) -> set[CityId]:
    found: set[CityId] = set()
    level = [top]
    while level:
        level = [one for each in level for one in below.get(each, ()) if one not in found]
        found.update(level)
    return found


def test_withdrawn_city_takes_no_change_until_it_is_reinstated() -> None:
    gone, left = cities.withdraw(city(), "no funding", ANNA)

    with pytest.raises(CityWithdrawn):
        cities.update(gone, Statement({"name": "R"}), (), BEN)
    back, came_back = cities.reinstate(gone, BEN)

    assert (left.state.status, gone.withdrawn_reason) == ("withdrawn", "no funding")
    assert (came_back.state.status, back.withdrawn_reason) == ("registered", None)
    with pytest.raises(CityNotWithdrawn):
        cities.reinstate(back, BEN)


def test_topic_needs_an_english_label() -> None:
    with pytest.raises(TopicLabelMissing):
        topics.define(TopicCode("waste"), Meaning({"fr": "Déchets"}), ANNA)


def test_revision_names_what_changed_and_repetition_says_nothing() -> None:
    meaning = Meaning({"en": "Waste"}, sdgs=(11,))
    waste, _ = topics.define(TopicCode("waste"), meaning, ANNA)

    revised, events = topics.revise(waste, replace(meaning, sdgs=(11, 12)), BEN)

    assert [event.changed for event in events] == [("sdgs",)]
    assert topics.revise(revised, revised.meaning, BEN) == (revised, ())


def test_topic_does_not_stand_below_itself() -> None:
    one, two, three = TopicCode("one"), TopicCode("two"), TopicCode("three")

    topics.require_acyclic(three, two, {two: one, one: None})

    with pytest.raises(TopicParentCyclic):
        topics.require_acyclic(one, three, {three: two, two: one})


levels = st.builds(Levels, st.integers(0, MAX_LEVEL), st.integers(0, MAX_LEVEL))


@given(st.lists(levels, max_size=6))
def test_interest_is_declared_exactly_while_it_has_a_level(said: list[Levels]) -> None:
    interest = interests.begin(InterestId("int_1"), CityId("cty_1"), TopicCode("waste"), ANNA)

    for each in said:
        if each.strength == 0:
            with pytest.raises(InterestEmpty):
                interests.declare(interest, each, BEN)
            continue
        before = interest
        interest, events = interests.declare(before, each, BEN)
        assert len(events) == (before.levels != each)
        assert (interest.strength, interests.is_declared(interest)) == (each.strength, True)


def test_withdrawn_interest_has_no_level_and_is_not_withdrawn_again() -> None:
    begun = interests.begin(InterestId("int_1"), CityId("cty_1"), TopicCode("waste"), ANNA)
    declared, _ = interests.declare(begun, Levels(3, 1, "a plan"), ANNA)

    gone, event = interests.withdraw(declared, BEN)

    assert (event.state.seeks, event.state.offers, gone.levels.evidence) == (0, 0, None)
    with pytest.raises(InterestNotFound):
        interests.withdraw(gone, BEN)


def test_profile_speaks_of_a_topic_once() -> None:
    with pytest.raises(InterestTopicsRepeated) as raised:
        interests.require_distinct(map(TopicCode, ["a", "b", "a", "c", "c"]))

    assert "a, c" in raised.value.errors[0].message


def test_evidence_is_not_told_to_others() -> None:
    begun = interests.begin(InterestId("int_1"), CityId("cty_1"), TopicCode("waste"), ANNA)

    _, events = interests.declare(begun, Levels(3, 1, "as Anna told us"), ANNA)

    assert "Anna" not in events[0].model_dump_json()


def test_role_does_not_end_before_it_starts() -> None:
    with pytest.raises(ContactDatesReversed):
        contacts.end(contact(date(2026, 3, 1)), date(2026, 2, 28), BEN)


def test_role_ends_once() -> None:
    ended, events = contacts.end(contact(), date(2026, 3, 1), BEN)

    assert events[0].state.ends_on == date(2026, 3, 1)
    with pytest.raises(ContactEnded):
        contacts.end(ended, date(2026, 4, 1), BEN)


@given(st.dates(date(2025, 1, 1), date(2027, 1, 1)))
def test_predecessor_ends_the_day_before_but_not_before_the_start(day: date) -> None:
    before = contact(date(2026, 1, 5))

    last_day = contacts.last_day_before(before, day)
    after, event = contacts.hand_over(before, ContactId("con_2"), last_day, BEN)

    assert after.ends_on == max(day - timedelta(days=1), date(2026, 1, 5))
    assert (event.state.ends_on, event.state.successor_id) == (after.ends_on, "con_2")
    with pytest.raises(ContactHandedOver):
        contacts.hand_over(after, ContactId("con_3"), last_day, BEN)


@given(st.dates(date(2026, 1, 5), date(2027, 1, 1)), st.dates(date(2026, 1, 5), date(2027, 1, 1)))
def test_a_hand_over_never_makes_a_role_longer(end: date, asked: date) -> None:
    ended, _ = contacts.end(contact(), end, BEN)

    after, _ = contacts.hand_over(ended, ContactId("con_2"), asked, BEN)

    assert after.ends_on == min(end, asked)


def test_nothing_personal_is_left_of_an_erased_contact() -> None:
    gone, event = contacts.erase(contact(), BEN)

    left = f"{gone}{event.model_dump_json()}"
    assert not any(word in left for word in ("Somebody", "riga.example", "coordinator"))
    assert event.TOMBSTONE
    with pytest.raises(ContactNotFound):
        contacts.revise(gone, {"name": "Back"}, None, BEN)
