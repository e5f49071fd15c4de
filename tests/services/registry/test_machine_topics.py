"""No sequence of commands breaks the taxonomy, or leaves an interest without a topic."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.registry.domain.cities import StatedFacts, Statement
from services.registry.domain.interests import Levels, is_declared
from services.registry.domain.topics import Meaning, Topic
from services.registry.store import INTERESTS, TOPICS
from services.registry.usecases import cities, interests, moves, topics
from shared.auth import Principal, Role
from shared.errors import ProblemError
from shared.ids import CityId, TopicCode
from shared.unit_of_work import Tx
from tests.services.registry.memory import Register

OFFICER = Principal("usr_officer", "user", frozenset({Role.OFFICER}))
CITIES = 3

codes = st.sampled_from([TopicCode(each) for each in "abcde"])
labels = st.dictionaries(st.sampled_from(["en", "fr"]), st.sampled_from(["x", "y"]), min_size=1)
places = st.integers(0, CITIES - 1)


class Taxonomy(RuleBasedStateMachine):
    """Officers keep the taxonomy while cities speak of its topics."""

    def __init__(self) -> None:
        super().__init__()
        self.register = Register()
        self.cities: list[CityId] = []

    @initialize()
    def register_cities(self) -> None:
        for place in range(CITIES):
            said = Statement(StatedFacts(name=f"C{place}", country="LV"))
            city = self.register.run(
                lambda tx, said=said: cities.register_city(tx, OFFICER, said, None)  # type: ignore[misc]
            )
            self.cities.append(city.id)

    @rule(code=codes, parent=st.none() | codes, said=labels)
    def put(self, code: TopicCode, parent: TopicCode | None, said: dict[str, str]) -> None:
        meaning = Meaning(said, parent)
        self._do(lambda tx: topics.put_topic(tx, OFFICER, code, self._seen(code), meaning))

    @rule(code=codes, others=st.lists(codes, max_size=2))
    def deprecate(self, code: TopicCode, others: list[TopicCode]) -> None:
        self._do(lambda tx: topics.deprecate_topic(tx, OFFICER, self._key(code), others, "old"))

    @rule(code=codes)
    def reinstate(self, code: TopicCode) -> None:
        self._do(lambda tx: topics.reinstate_topic(tx, OFFICER, self._key(code)))

    @rule(place=places, code=codes, seeks=st.integers(0, 5), offers=st.integers(0, 5))
    def declare(self, place: int, code: TopicCode, seeks: int, offers: int) -> None:
        key = self.cities[place], code
        said = self.register.all(INTERESTS)
        versions = (each.version for each in said if (each.city_id, each.topic) == key)
        version, levels = next(versions, None), Levels(seeks, offers)
        self._do(lambda tx: interests.put_interest(tx, OFFICER, key, version, levels))

    @rule(place=places, said=st.dictionaries(codes, st.integers(1, 5), max_size=3))
    def declare_all(self, place: int, said: dict[TopicCode, int]) -> None:
        city, wanted = self.cities[place], {code: Levels(each, 0) for code, each in said.items()}
        turn = self.register.states.get(("turnstiles", f"profile:{city}"))
        version = turn.passed if turn else None
        self._do(lambda tx: interests.put_profile(tx, OFFICER, city, version, wanted))

    @rule(code=codes, to=codes)
    def move(self, code: TopicCode, to: TopicCode) -> None:
        before = self._speakers(code) | self._speakers(to)
        if self._do(lambda tx: moves.move_interests(tx, OFFICER, self._key(code), to)):
            assert self._speakers(code) == set()
            assert self._speakers(to) == before, "an interest was lost on its way"

    @invariant()
    def states_are_valid(self) -> None:
        assert list(_faults(self.register)) == []

    def _do(self, work: Callable[[Tx], Awaitable[object]]) -> bool:
        with suppress(ProblemError):
            self.register.run(work)
            return True
        return False

    def _seen(self, code: TopicCode) -> int | None:
        topic: Topic | None = self.register.states.get(("topics", code))
        return topic.version if topic else None

    def _key(self, code: TopicCode) -> tuple[TopicCode, int]:
        return code, self._seen(code) or 0

    def _speakers(self, code: TopicCode) -> set[CityId]:
        said = self.register.all(INTERESTS)
        return {each.city_id for each in said if each.topic == code and is_declared(each)}


def _faults(register: Register) -> Iterator[str]:
    """Name everything about the taxonomy that must not be."""
    known = {each.id: each for each in register.all(TOPICS)}
    for topic in known.values():
        if "en" not in topic.meaning.labels:
            yield f"{topic.id} has no English label"
        if topic.id in topic.replaced_by or not set(topic.replaced_by) <= known.keys():
            yield f"{topic.id} is replaced by {topic.replaced_by}"
        if bool(topic.replaced_by) != (topic.deprecation_reason is not None):
            yield f"{topic.id} is deprecated for {topic.deprecation_reason}"
        step, steps = topic.meaning.parent, 0
        while step is not None and steps <= len(known):
            step, steps = known[step].meaning.parent, steps + 1
        if steps > len(known):
            yield f"{topic.id} stands below itself"
    for interest in register.all(INTERESTS):
        if interest.topic not in known:
            yield f"{interest.id} is of no topic"


TestTaxonomy = Taxonomy.TestCase
TestTaxonomy.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
