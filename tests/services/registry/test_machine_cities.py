"""No sequence of commands leads the register into a state that must not be."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from services.registry.domain import drafts as draft_rules
from services.registry.domain.cities import StatedFacts, Statement
from services.registry.domain.contacts import Person, PersonChanges
from services.registry.domain.interests import Levels, is_declared
from services.registry.domain.practice_states import Content
from services.registry.domain.topics import Meaning
from services.registry.store import CITIES, CONTACTS, INTERESTS, PRACTICES
from services.registry.usecases import (
    cities,
    contacts,
    drafts,
    interests,
    merges,
    practices,
    topics,
)
from services.registry.usecases.contacts import Appointment
from shared.auth import Principal, Role
from shared.errors import ProblemError
from shared.ids import CityId, ContactId, PracticeId, TopicCode
from shared.unit_of_work import Tx
from tests.services.registry.memory import Register
from tests.services.registry.soundness import faults

Made = Any
"""What Hypothesis puts into a bundle: an id, or nothing where the command was refused."""

OFFICER = Principal("usr_officer", "user", frozenset({Role.OFFICER}))
SECOND = Principal("usr_second", "user", frozenset({Role.OFFICER}))
MARA = Principal("usr_mara", "user", frozenset({Role.COORDINATOR}))
TOPIC_CODES = (TopicCode("waste"), TopicCode("noise"))
CONTENT = Content("A bus lane", TOPIC_CODES[:1], "Jams", "A lane")
STEPS: tuple[Callable[[Tx, Principal, practices.Key], Awaitable[object]], ...] = (
    practices.submit_practice,
    practices.check_practice,
    practices.publish_practice,
    lambda tx, who, key: practices.return_practice(tx, who, key, "More, please"),
    lambda tx, who, key: practices.withdraw_practice(tx, who, key, "Closed"),
)
PERSON = Person("Somebody", "somebody@riga.example", "coordinator")

populations = st.none() | st.integers(0, 1000)
years = st.none() | st.integers(2000, 2026)
places = st.none() | st.integers(1, 5)
days = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9))
levels = st.builds(Levels, st.integers(0, 5), st.integers(0, 5), st.none() | st.just("a plan"))


class Commands(RuleBasedStateMachine):
    """Officers and a coordinator do what comes to their minds, in any order."""

    known = Bundle("known")
    proposed = Bundle("proposed")
    people = Bundle("people")
    described = Bundle("described")

    def __init__(self) -> None:
        super().__init__()
        self.register = Register()
        for code in TOPIC_CODES:
            self._do(
                lambda tx, code=code: topics.put_topic(  # type: ignore[misc]
                    tx, OFFICER, code, None, Meaning({"en": code})
                )
            )

    @rule(target=known, population=populations, year=years, place=places)
    def register_city(self, population: int | None, year: int | None, place: int | None) -> Made:
        facts = StatedFacts(name="R", country="LV", population=population, geonames_id=place)
        facts |= {"population_year": year} if year else {}
        return self._made(lambda tx: cities.register_city(tx, OFFICER, Statement(facts), None))

    @rule(target=known, members=st.lists(known, min_size=1, max_size=3, unique=True))
    def register_group(self, members: list[CityId]) -> Made:
        facts = StatedFacts(name="G", country="LV", kind="region", members=tuple(members))
        return self._made(lambda tx: cities.register_city(tx, OFFICER, Statement(facts), None))

    @rule(city=known, members=st.lists(known, max_size=3, unique=True))
    def change_members(self, city: CityId, members: list[CityId]) -> None:
        self._update(city, StatedFacts(members=tuple(members)))

    @rule(city=known, population=populations, year=years)
    def change_population(self, city: CityId, population: int | None, year: int | None) -> None:
        self._update(city, StatedFacts(population=population, population_year=year))

    @rule(city=known, population=populations)
    def count_again_without_a_year(self, city: CityId, population: int | None) -> None:
        self._update(city, StatedFacts(population=population))

    @rule(city=known, names=st.dictionaries(st.sampled_from(["lv", "ru"]), st.text(max_size=3)))
    def rename(self, city: CityId, names: dict[str, str]) -> None:
        self._update(city, StatedFacts(names=names, name=names.get("lv") or "R"))

    @rule(city=known)
    def suspend(self, city: CityId) -> None:
        self._do(lambda tx: cities.suspend_city(tx, OFFICER, city, self._seen(city), "quiet"))

    @rule(city=known)
    def withdraw(self, city: CityId) -> None:
        self._do(lambda tx: cities.withdraw_city(tx, OFFICER, city, self._seen(city), "left"))

    @rule(city=known)
    def reinstate(self, city: CityId) -> None:
        self._do(lambda tx: cities.reinstate_city(tx, OFFICER, city, self._seen(city)))

    @rule(loser=known, into=known)
    def merge(self, loser: CityId, into: CityId) -> None:
        before = _view(self.register)
        if self._merge(self.register, loser, into):
            other = self.register.fork()
            other.run(lambda tx: merges.unmerge_city(tx, OFFICER, _key(other, loser)))
            assert _view(other) == before, "un-merging is not the inverse"

    @rule(loser=known)
    def unmerge(self, loser: CityId) -> None:
        self._do(lambda tx: merges.unmerge_city(tx, OFFICER, _key(self.register, loser)))

    @rule(city=known, topic=st.sampled_from(TOPIC_CODES), said=levels)
    def declare(self, city: CityId, topic: TopicCode, said: Levels) -> None:
        version = self._interest_version(city, topic)
        self._do(lambda tx: interests.put_interest(tx, OFFICER, (city, topic), version, said))

    @rule(city=known, topic=st.sampled_from(TOPIC_CODES))
    def take_back(self, city: CityId, topic: TopicCode) -> None:
        version = self._interest_version(city, topic) or 0
        self._do(lambda tx: interests.withdraw_interest(tx, OFFICER, (city, topic), version))

    @rule(target=people, city=known)
    def appoint(self, city: CityId) -> Made:
        return self._made(
            lambda tx: contacts.appoint_contact(tx, OFFICER, city, Appointment(PERSON))
        )

    @rule(target=people, before=people)
    def succeed(self, before: ContactId) -> Made:
        city = self.register.states["contacts", before].city_id
        after = Appointment(PERSON, predecessor_id=before)
        return self._made(lambda tx: contacts.appoint_contact(tx, OFFICER, city, after))

    @rule(contact=people, last_day=days)
    def end(self, contact: ContactId, last_day: date | None) -> None:
        key = self._contact_key(contact)
        self._do(lambda tx: contacts.end_contact(tx, OFFICER, key, last_day))

    @rule(contact=people, first_day=days)
    def correct(self, contact: ContactId, first_day: date | None) -> None:
        key = self._contact_key(contact)
        said = PersonChanges(role="expert")
        self._do(lambda tx: contacts.update_contact(tx, OFFICER, key, said, first_day))

    @rule(contact=people)
    def erase(self, contact: ContactId) -> None:
        key = self._contact_key(contact)
        self._do(lambda tx: contacts.erase_contact(tx, OFFICER, key))

    @rule(target=described, city=known)
    def describe(self, city: CityId) -> Made:
        people = [each.id for each in self.register.all(CONTACTS) if each.city_id == city]
        content = replace(CONTENT, contact_id=next(iter(people), None))
        return self._made(lambda tx: practices.draft_practice(tx, OFFICER, city, content, None))

    @rule(practice=described, who=st.sampled_from([OFFICER, SECOND]), do=st.sampled_from(STEPS))
    def judge(self, practice: PracticeId, who: Principal, do: Any) -> None:  # noqa: ANN401 - a step
        version = self.register.states["practices", practice].version
        self._do(lambda tx: do(tx, who, (practice, version)))

    @rule(target=proposed, place=places, members=st.lists(known, max_size=2, unique=True))
    def propose(self, place: int | None, members: list[CityId]) -> Made:
        facts = StatedFacts(name="D", country="LV", geonames_id=place, members=tuple(members))
        return self._made(lambda tx: drafts.begin_draft(tx, MARA, Statement(facts), None))

    @rule(draft=proposed, population=populations)
    def revise(self, draft: CityId, population: int | None) -> None:
        said = Statement(StatedFacts(population=population))
        self._do(lambda tx: drafts.revise_draft(tx, MARA, self._draft_key(draft), said))

    @rule(draft=proposed, step=st.sampled_from([draft_rules.submit, draft_rules.discard]))
    def step(self, draft: CityId, step: drafts.Step) -> None:
        self._do(lambda tx: drafts.step_draft(tx, MARA, self._draft_key(draft), step))

    @rule(draft=proposed)
    def give_back(self, draft: CityId) -> None:
        self._do(lambda tx: drafts.return_draft(tx, OFFICER, self._draft_key(draft), "why"))

    @rule(target=known, draft=proposed)
    def verify(self, draft: CityId) -> Made:
        return self._made(lambda tx: drafts.verify_draft(tx, OFFICER, self._draft_key(draft)))

    @invariant()
    def states_are_valid(self) -> None:
        assert list(faults(self.register)) == []

    def _made(self, work: Callable[[Tx], Awaitable[Any]]) -> Made:
        made: list[str] = []
        with suppress(ProblemError):
            made.append(self.register.run(work).id)
        return multiple(*made)

    def _do(self, work: Callable[[Tx], Awaitable[object]]) -> None:
        """Run a command; one that is refused must not change anything, which `Register` sees to."""
        with suppress(ProblemError):
            self.register.run(work)

    def _update(self, city: CityId, facts: StatedFacts) -> None:
        self._do(
            lambda tx: cities.update_city(tx, OFFICER, city, self._seen(city), Statement(facts))
        )

    def _merge(self, register: Register, loser: CityId, into: CityId) -> bool:
        key = _key(register, loser)
        with suppress(ProblemError):
            register.run(lambda tx: merges.merge_city(tx, OFFICER, key, into, "the same"))
            return True
        return False

    def _seen(self, city: CityId) -> int:
        return _key(self.register, city)[1]

    def _contact_key(self, contact: ContactId) -> tuple[CityId, ContactId, int]:
        state = self.register.states["contacts", contact]
        return state.city_id, contact, state.version

    def _draft_key(self, draft: CityId) -> tuple[CityId, int]:
        return draft, self.register.states["city_drafts", draft].version

    def _interest_version(self, city: CityId, topic: TopicCode) -> int | None:
        said = self.register.all(INTERESTS)
        found = (each for each in said if (each.city_id, each.topic) == (city, topic))
        return next((each.version for each in found), None)


def _key(register: Register, city: CityId) -> tuple[CityId, int]:
    return city, register.states["cities", city].version


def _view(register: Register) -> dict[object, object]:
    """What a merge must not lose: all but versions and who changed what when."""
    bodies: dict[object, object] = {
        each.id: replace(each, audit=None, version=0, restated={})  # type: ignore[arg-type]
        for each in register.all(CITIES)
    }
    said: dict[object, object] = {
        (each.city_id, each.topic): each.levels
        for each in register.all(INTERESTS)
        if is_declared(each)
    }
    people: dict[object, object] = {
        each.id: replace(each, audit=None, version=0)  # type: ignore[arg-type]
        for each in register.all(CONTACTS)
    }
    described: dict[object, object] = {
        each.id: replace(each, audit=None, version=0)  # type: ignore[arg-type]
        for each in register.all(PRACTICES)
    }
    return bodies | said | people | described


TestCommands = Commands.TestCase
TestCommands.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,  # an empty bundle has nothing to choose from
    ],
)
