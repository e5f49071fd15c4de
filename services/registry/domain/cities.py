"""A participating body: its facts, where each is from, its place in groups, its withdrawal.

Promises: what nobody has stated is None, never a guess; the population of a group with members is
their sum, and unknown as soon as one of theirs is; every change says which facts it changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal, TypedDict

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.errors import (
    CityFactsMissing,
    CityNotWithdrawn,
    CityPopulationSummed,
    CityWithdrawn,
)
from services.registry.places import Place, fold_name
from shared.contracts.registry import (
    CityRegisteredV1,
    CityState,
    CityUpdatedV1,
    CityWithdrawnV1,
)
from shared.contracts.registry import Position as PositionPart
from shared.ids import CityId

Kind = Literal["city", "metropolitan_area", "region", "association"]
Status = Literal["registered", "withdrawn"]

STATED = "stated"
"""The source of a fact that came with the request without one."""

SUMMED = "sum of members"
"""The source of the population of a group with members."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the earth in degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a body; None or empty where nobody stated it.

    `country` is ISO 3166-1 alpha-2, `time_zone` an IANA name, `languages` are BCP 47, `members` are
    the cities of a group. `population` counts inhabitants.
    """

    name: str
    country: str
    kind: Kind = "city"
    population: int | None = None
    position: Position | None = None
    time_zone: str | None = None
    languages: tuple[str, ...] = ()
    geonames_id: int | None = None
    members: tuple[CityId, ...] = ()
    illustrative: bool = False


class StatedFacts(TypedDict, total=False):
    """Those facts that somebody states, under the names of `Facts`."""

    name: str
    country: str
    kind: Kind
    population: int | None
    position: Position | None
    time_zone: str | None
    languages: tuple[str, ...]
    geonames_id: int | None
    members: tuple[CityId, ...]
    illustrative: bool


@dataclass(frozen=True, slots=True)
class City:
    """A participating body in the register. `sources` says of each known fact where it is from."""

    id: CityId
    facts: Facts
    folded_name: str
    """The name without case and accents: what listings sort and search by."""
    audit: Audit
    status: Status = "registered"
    sources: Mapping[str, str] = field(default_factory=dict)
    withdrawn_reason: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody states: facts, and where each is from as far as they say."""

    facts: StatedFacts
    sources: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, name: str) -> str:
        """Say where a stated fact is from."""
        return self.sources.get(name, STATED)


def completed(statement: Statement, place: Place | None) -> Statement:
    """Fill what the statement leaves out with what the list of places says, and say so.

    Raises:
        CityFactsMissing: name or country are in neither (422 `city_facts_missing`).
    """
    known = _facts_of(place) if place else StatedFacts()
    if statement.facts.get("members"):
        known.pop("population", None)
    facts: StatedFacts = {**known, **statement.facts}
    missing = [name for name in ("name", "country") if not facts.get(name)]
    if missing:
        raise CityFactsMissing(missing)
    added = known.keys() - statement.facts.keys()
    sources = dict.fromkeys(added, f"geonames:{place.geonames_id}") if place else {}
    return Statement(facts, sources | dict(statement.sources))


def register(
    id_: CityId, statement: Statement, members: Sequence[City], author: Author
) -> tuple[City, CityRegisteredV1]:
    """Enter a body into the register; `members` are the states of the cities that it names.

    Raises:
        CityPopulationSummed: a population beside members (422 `city_population_summed`).
    """
    named = Facts(statement.facts["name"], statement.facts["country"])
    facts = replace(named, **statement.facts)
    if members:
        if facts.population is not None:
            raise CityPopulationSummed
        facts = replace(facts, population=sum_of(members))
    city = City(id_, facts, fold_name(facts.name), started(author))
    city = replace(city, sources=_sources(city, statement, known_facts(facts)))
    return city, CityRegisteredV1(state=public(city))


def update(
    city: City, statement: Statement, members: Sequence[City], author: Author
) -> tuple[City, tuple[CityUpdatedV1, ...]]:
    """Correct or add facts; `members` are the states of the group's members after the change.

    A statement that changes nothing gives the same city and no event.

    Raises:
        CityWithdrawn: 409 `city_withdrawn`.
        CityPopulationSummed: a population beside members (422 `city_population_summed`).
    """
    require_registered(city)
    if members and statement.facts.get("population") is not None:
        raise CityPopulationSummed
    facts = replace(city.facts, **statement.facts)
    if members:
        facts = replace(facts, population=sum_of(members))
    elif city.facts.members and "population" not in statement.facts:
        facts = replace(facts, population=None)
    return _changed(city, facts, statement, author)


def recount(
    group: City, members: Sequence[City], author: Author
) -> tuple[City, tuple[CityUpdatedV1, ...]]:
    """Give the group the sum of its members, after one of them has another population."""
    facts = replace(group.facts, population=sum_of(members))
    return _changed(group, facts, Statement({}), author)


def withdraw(city: City, reason: str, author: Author) -> tuple[City, CityWithdrawnV1]:
    """Take a city out of the active register; its history stays.

    Raises:
        CityWithdrawn: it is out already (409 `city_withdrawn`).
    """
    require_registered(city)
    left = replace(
        city,
        status="withdrawn",
        withdrawn_reason=reason,
        audit=continued(city.audit, author),
    )
    return left, CityWithdrawnV1(state=public(left), changed=("status",))


def reinstate(city: City, author: Author) -> tuple[City, CityUpdatedV1]:
    """Take a withdrawn city back, with its history.

    Raises:
        CityNotWithdrawn: 409 `city_not_withdrawn`.
    """
    if city.status != "withdrawn":
        raise CityNotWithdrawn
    back = replace(
        city, status="registered", withdrawn_reason=None, audit=continued(city.audit, author)
    )
    return back, CityUpdatedV1(state=public(back), changed=("status",))


def require_registered(city: City) -> None:
    """Let pass a city of the active register.

    Raises:
        CityWithdrawn: 409 `city_withdrawn`.
    """
    if city.status == "withdrawn":
        raise CityWithdrawn(f"{city.id} has left the register; reinstate it first.")


def sum_of(members: Iterable[City]) -> int | None:
    """Add up the members' inhabitants; None as soon as one is unknown."""
    populations = [city.facts.population for city in members]
    known = [each for each in populations if each is not None]
    return sum(known) if known and len(known) == len(populations) else None


def known_facts(facts: Facts) -> frozenset[str]:
    """Name the facts that somebody stated or that can be counted."""
    held = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return frozenset(name for name, value in held.items() if value is not None and value != ())


def public(city: City) -> CityState:
    """Give what the other services may know."""
    facts = city.facts
    at = facts.position
    return CityState(
        id=city.id,
        name=facts.name,
        kind=facts.kind,
        country=facts.country,
        status=city.status,
        population=facts.population,
        position=at and PositionPart(latitude=at.latitude, longitude=at.longitude),
        time_zone=facts.time_zone,
        languages=facts.languages,
        geonames_id=facts.geonames_id,
        members=facts.members,
        illustrative=facts.illustrative,
    )


def _changed(
    city: City, facts: Facts, statement: Statement, author: Author
) -> tuple[City, tuple[CityUpdatedV1, ...]]:
    names = [each.name for each in fields(facts)]
    changed = tuple(name for name in names if getattr(facts, name) != getattr(city.facts, name))
    after = replace(city, facts=facts, folded_name=fold_name(facts.name))
    after = replace(after, sources=_sources(after, statement, known_facts(facts)))
    if not changed and after.sources == city.sources:
        return city, ()
    after = replace(after, audit=continued(city.audit, author))
    return after, (CityUpdatedV1(state=public(after), changed=changed),)


def _sources(city: City, statement: Statement, known: frozenset[str]) -> dict[str, str]:
    """Say where each known fact is from: a new one from the statement, another as before."""
    named = statement.facts.keys() | statement.sources.keys()
    sources = {
        name: statement.source_of(name) if name in named else city.sources.get(name, STATED)
        for name in sorted(known - {"illustrative"})
    }
    if city.facts.members and "population" in sources:
        sources["population"] = SUMMED
    return sources


def _facts_of(place: Place) -> StatedFacts:
    return {
        "name": place.name,
        "country": place.country,
        "population": place.population or None,
        "position": Position(place.latitude, place.longitude),
        "time_zone": place.time_zone,
    }
