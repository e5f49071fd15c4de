"""A participating body: its facts, where each is from, and its standing in the register.

Promises: the population of a group with members is their sum, and unknown as soon as one of theirs
is; every change says which facts it changed; only a registered body takes changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from services.registry.domain.changes import Audit, Author, continued, started
from services.registry.domain.cities.facts import (
    STATED,
    SUMMED,
    Facts,
    Statement,
    known_facts,
    require_sound,
)
from services.registry.domain.cities.merged import Merge
from services.registry.errors import (
    CityMerged,
    CityNotWithdrawn,
    CityPopulationSummed,
    CitySuspended,
    CityWithdrawn,
)
from services.registry.places import fold_name
from shared.contracts.registry import (
    CityRegisteredV1,
    CityState,
    CitySuspendedV1,
    CityUpdatedV1,
    CityVerifiedV1,
    CityWithdrawnV1,
)
from shared.contracts.registry import Position as PositionPart
from shared.ids import CityId

Status = Literal["registered", "suspended", "withdrawn", "merged"]
"""`registered` is what an officer has verified, and the only one that takes part."""


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
    restated: Mapping[str, Author] = field(default_factory=dict)
    """Who set a fact after the registration, and when; the others came with it."""
    suspended_reason: str | None = None
    merge: Merge | None = None
    """Into which record it was merged, while it is."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact is from, who set it, and when."""

    source: str
    author: Author


def register(
    id_: CityId, statement: Statement, members: Sequence[City], author: Author
) -> tuple[City, CityRegisteredV1]:
    """Enter a body into the register; `members` are the states of the cities that it names.

    Raises:
        CityPopulationSummed: a population beside members (422 `city_population_summed`).
        CityYearAlone, CityCodeMalformed: 422.
    """
    named = Facts(statement.facts["name"], statement.facts["country"])
    facts = _counted(replace(named, **statement.facts), statement, members)
    require_sound(facts)
    city = City(id_, facts, fold_name(facts.name), started(author))
    city = replace(city, sources=_sources(city, statement, known_facts(facts)))
    return city, CityRegisteredV1(state=public(city))


def verified(city: City) -> CityVerifiedV1:
    """Say that an officer has checked what somebody else had drafted."""
    return CityVerifiedV1(state=public(city), changed=("status",))


def update(
    city: City, statement: Statement, members: Sequence[City], author: Author
) -> tuple[City, tuple[CityUpdatedV1, ...]]:
    """Correct or add facts; `members` are the states of the group's members after the change.

    A statement that changes nothing gives the same city and no event. A new population without its
    year has an unknown one.

    Raises:
        CityWithdrawn, CitySuspended, CityMerged: 409.
        CityPopulationSummed: a population beside members (422 `city_population_summed`).
        CityYearAlone, CityCodeMalformed: 422.
    """
    require_registered(city)
    facts = replace(city.facts, **statement.facts)
    if not members and city.facts.members and "population" not in statement.facts:
        facts = replace(facts, population=None)
    if facts.population != city.facts.population and "population_year" not in statement.facts:
        facts = replace(facts, population_year=None)
    facts = _counted(facts, statement, members)
    require_sound(facts)
    return changed(city, facts, statement, author)


def recount(
    group: City, members: Sequence[City], author: Author
) -> tuple[City, tuple[CityUpdatedV1, ...]]:
    """Give the group the sum of its members, after one of them has another population."""
    facts = replace(group.facts, population=sum_of(members))
    return changed(group, facts, Statement({}), author)


def suspend(city: City, reason: str, author: Author) -> tuple[City, CitySuspendedV1]:
    """Let a city take no part for a time, for a reason.

    Raises:
        CityWithdrawn, CitySuspended, CityMerged: 409.
    """
    require_registered(city)
    audit = continued(city.audit, author)
    paused = replace(city, status="suspended", suspended_reason=reason, audit=audit)
    return paused, CitySuspendedV1(state=public(paused), changed=("status",))


def withdraw(city: City, reason: str, author: Author) -> tuple[City, CityWithdrawnV1]:
    """Take a city out of the active register; its history stays.

    Raises:
        CityWithdrawn: it is out already (409 `city_withdrawn`). CityMerged: 409.
    """
    if city.status != "suspended":
        require_registered(city)
    left = replace(
        city,
        status="withdrawn",
        withdrawn_reason=reason,
        suspended_reason=None,
        audit=continued(city.audit, author),
    )
    return left, CityWithdrawnV1(state=public(left), changed=("status",))


def reinstate(city: City, author: Author) -> tuple[City, CityUpdatedV1]:
    """Take a withdrawn or suspended city back, with its history.

    Raises:
        CityNotWithdrawn: 409 `city_not_withdrawn`.
    """
    if city.status not in {"withdrawn", "suspended"}:
        raise CityNotWithdrawn
    back = replace(
        city,
        status="registered",
        withdrawn_reason=None,
        suspended_reason=None,
        audit=continued(city.audit, author),
    )
    return back, CityUpdatedV1(state=public(back), changed=("status",))


def require_registered(city: City) -> None:
    """Let pass a city of the active register.

    Raises:
        CityWithdrawn: 409 `city_withdrawn`. CitySuspended: 409 `city_suspended`.
        CityMerged: 409 `city_merged`, with the record that stands for it.
    """
    if city.status == "withdrawn":
        raise CityWithdrawn(f"{city.id} has left the register; reinstate it first.")
    if city.status == "suspended":
        raise CitySuspended(f"{city.id} is suspended; reinstate it first.")
    if city.merge is not None:
        raise CityMerged(f"{city.id} was merged into {city.merge.into}; change that one.")


def sum_of(members: Iterable[City]) -> int | None:
    """Add up the members' inhabitants; None as soon as one is unknown."""
    populations = [city.facts.population for city in members]
    known = [each for each in populations if each is not None]
    return sum(known) if known and len(known) == len(populations) else None


def origins(city: City) -> dict[str, Origin]:
    """Say of each known fact where it is from, who set it and when."""
    first = Author(city.audit.created_by, city.audit.created_at)
    return {
        name: Origin(source, city.restated.get(name, first))
        for name, source in sorted(city.sources.items())
    }


def public(city: City) -> CityState:
    """Give what the other services may know."""
    facts = city.facts
    at = facts.position
    return CityState(
        id=city.id,
        name=facts.name,
        kind=facts.kind,
        country=facts.country,
        status="registered" if city.status == "registered" else "withdrawn",
        population=facts.population,
        position=at and PositionPart(latitude=at.latitude, longitude=at.longitude),
        time_zone=facts.time_zone,
        languages=facts.languages,
        geonames_id=facts.geonames_id,
        members=facts.members,
        illustrative=facts.illustrative,
        standing=city.status,
        merged_into=city.merge and city.merge.into,
        names=dict(facts.names),
        aliases=facts.aliases,
        population_year=facts.population_year,
        wikidata_id=facts.wikidata_id,
        nuts=facts.nuts,
        lau=facts.lau,
    )


def changed(
    city: City, facts: Facts, statement: Statement, author: Author
) -> tuple[City, tuple[CityUpdatedV1, ...]]:
    """Give a city with other facts and the event that names them; no event when all is the same."""
    names = [each.name for each in fields(facts)]
    differ = tuple(name for name in names if getattr(facts, name) != getattr(city.facts, name))
    known = known_facts(facts)
    after = replace(city, facts=facts, folded_name=fold_name(facts.name))
    after = replace(after, sources=_sources(after, statement, known))
    if not differ and after.sources == city.sources:
        return city, ()
    resourced = {name for name in known if after.sources.get(name) != city.sources.get(name)}
    anew = dict.fromkeys((resourced | set(differ)) & after.sources.keys(), author)
    kept = {name: each for name, each in city.restated.items() if name in known}
    after = replace(after, restated=kept | anew, audit=continued(city.audit, author))
    return after, (CityUpdatedV1(state=public(after), changed=differ),)


def _counted(facts: Facts, statement: Statement, members: Sequence[City]) -> Facts:
    """Count a group's inhabitants; a stated figure beside members is refused."""
    if not members:
        return facts
    for name in ("population", "population_year"):
        if statement.facts.get(name) is not None:
            raise CityPopulationSummed(field=f"/{name}")
    return replace(facts, population=sum_of(members), population_year=None)


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
