"""What must hold of a register at any time, whatever was done to it."""

from collections.abc import Iterator, Mapping

from services.registry.domain import cities as rules
from services.registry.domain.cities import City
from services.registry.domain.interests import is_declared
from services.registry.store import CITIES, CONTACTS, DRAFTS, INTERESTS, PRACTICES
from shared.contracts.registry import CityEvent
from shared.ids import CityId
from tests.services.registry.memory import Register, repeated

Bodies = Mapping[CityId, City]


def faults(register: Register) -> Iterator[str]:
    """Name everything about the register that must not be."""
    bodies: Bodies = {each.id: each for each in register.all(CITIES)}
    for place in repeated(each.facts.geonames_id for each in bodies.values()):
        yield f"two records stand for {place}"
    for city in bodies.values():
        yield from _faults_of_facts(city, bodies)
        yield from _faults_of_standing(city, bodies)
    yield from _faults_of_interests(register, bodies)
    yield from _faults_of_contacts(register, bodies)
    yield from _faults_of_practices(register, bodies)
    for draft in register.all(DRAFTS):
        if (draft.status == "verified") != (draft.id in bodies):
            yield f"{draft.id} is {draft.status}"
    told = {each.state.id: each.state for each in register.events if isinstance(each, CityEvent)}
    for city in bodies.values():
        if told[city.id] != rules.public(city):
            yield f"the last event of {city.id} tells something else"


def _faults_of_facts(city: City, bodies: Bodies) -> Iterator[str]:
    facts = city.facts
    members = [bodies[each] for each in facts.members]
    if members and facts.population != rules.sum_of(members):
        yield f"{city.id} is not the sum of its members"
    if facts.population is None and facts.population_year is not None:
        yield f"{city.id} has a year without a population"
    if city.id in _below(city.id, bodies):
        yield f"{city.id} contains itself"
    if city.sources.keys() != rules.known_facts(facts) - {"illustrative"}:
        yield f"{city.id} has sources {sorted(city.sources)}"
    if not city.restated.keys() <= city.sources.keys():
        yield f"{city.id} knows who set what nobody knows"


def _faults_of_standing(city: City, bodies: Bodies) -> Iterator[str]:
    if (city.status == "merged") != (city.merge is not None):
        yield f"{city.id} is {city.status} with {city.merge}"
    if (city.status == "withdrawn") != (city.withdrawn_reason is not None):
        yield f"{city.id} is {city.status} with {city.withdrawn_reason}"
    former = city.merge.status if city.merge else city.status
    if (former == "suspended") != (city.suspended_reason is not None):
        yield f"{city.id} is {former} with {city.suspended_reason}"
    end, steps = city, 0
    while end.merge is not None and steps <= len(bodies):
        end, steps = bodies[end.merge.into], steps + 1
    if steps > len(bodies):
        yield f"{city.id} leads to itself"


def _faults_of_interests(register: Register, bodies: Bodies) -> Iterator[str]:
    for key in repeated((each.city_id, each.topic) for each in register.all(INTERESTS)):
        yield f"two interests for {key}"
    for interest in register.all(INTERESTS):
        if is_declared(interest) and bodies[interest.city_id].status == "merged":
            yield f"{interest.id} is of a merged record"
        if interest.strength != max(interest.levels.seeks, interest.levels.offers):
            yield f"{interest.id} has another strength than its levels"


def _faults_of_contacts(register: Register, bodies: Bodies) -> Iterator[str]:
    for contact in register.all(CONTACTS):
        if contact.erased != (contact.person is None):
            yield f"{contact.id} is half erased"
        if not contact.erased and bodies[contact.city_id].status == "merged":
            yield f"{contact.id} is of a merged record"
        if contact.starts_on and contact.ends_on and contact.ends_on < contact.starts_on:
            yield f"{contact.id} ends before it starts"


def _faults_of_practices(register: Register, bodies: Bodies) -> Iterator[str]:
    for practice in register.all(PRACTICES):
        if bodies[practice.city_id].status == "merged":
            yield f"{practice.id} is of a merged record"
        if practice.status == "published" and practice.thematic_check is None:
            yield f"{practice.id} is published without a second check"


def _below(top: CityId, bodies: Bodies) -> set[CityId]:
    found: set[CityId] = set()
    level = [top]
    while level:
        level = [one for each in level for one in bodies[each].facts.members if one not in found]
        found.update(level)
    return found
