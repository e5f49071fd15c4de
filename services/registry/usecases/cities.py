"""Registering cities and groups, correcting facts, leaving the register and coming back."""

from services.registry.domain import cities as rules
from services.registry.domain.cities import City, Statement
from services.registry.errors import CityNotFound
from services.registry.places import Place
from services.registry.store import CITIES
from services.registry.usecases.groups import (
    recount_groups,
    registered_of,
    require_free,
    require_no_cycle,
    states_of,
)
from services.registry.usecases.name_keys import keep_keys
from services.registry.usecases.turns import CITY_GROUPS, author_of, take_turn
from shared.auth.principal import Principal, Role, require_city, require_role
from shared.ids import CityId, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version


async def register_city(tx: Tx, who: Principal, statement: Statement, place: Place | None) -> City:
    """Enter a city or a group into the register; officers only.

    `place` is what the list of places says of the statement's `geonames_id`: it fills what the
    statement leaves out.

    Raises:
        Forbidden: 403 `access_denied`.
        CityExists: 409 `city_exists`, with the id of the city that has the place.
        CityFactsMissing, CityMembersUnknown, CityPopulationSummed: 422.
    """
    require_role(who, Role.OFFICER)
    whole = rules.completed(statement, place)
    await require_free(tx, whole.facts)
    member_ids = whole.facts.get("members", ())
    if member_ids:
        await take_turn(tx, CITY_GROUPS)
    members = await registered_of(tx, member_ids)
    city_id = CityId(new_id("cty"))
    city, event = rules.register(city_id, whole, members, author_of(tx, who))
    await keep_keys(tx, city)
    return tx.save(CITIES, city, event)


async def update_city(
    tx: Tx, who: Principal, city_id: CityId, version: int, statement: Statement
) -> City:
    """Correct or add facts; groups that count this city are counted anew.

    Raises:
        Forbidden: 403 `access_denied`: not an officer, nor a coordinator of this city.
        CityNotFound: 404. StaleVersion: 412. CityWithdrawn, CityExists: 409.
        CityMembersUnknown, CityMembersCyclic, CityPopulationSummed: 422.
    """
    require_city(who, city_id)
    city = await _load(tx, city_id, version)
    facts = statement.facts
    await require_free(tx, facts, city.facts)
    if "members" in facts or "population" in facts:
        await take_turn(tx, CITY_GROUPS)
    member_ids = facts.get("members", city.facts.members)
    added = [each for each in member_ids if each not in city.facts.members]
    await registered_of(tx, added)
    await require_no_cycle(tx, city_id, added)
    members = [each for each in await states_of(tx, member_ids) if each]
    after, events = rules.update(city, statement, members, author_of(tx, who))
    saved = tx.save(CITIES, after, *events)
    if events:
        await keep_keys(tx, saved)
    if after.facts.population != city.facts.population:
        await recount_groups(tx, who, city_id)
    return saved


async def withdraw_city(tx: Tx, who: Principal, city_id: CityId, version: int, reason: str) -> City:
    """Take a city out of the active register, for a reason; officers only.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityWithdrawn: 409. StaleVersion: 412.
    """
    require_role(who, Role.OFFICER)
    city = await _load(tx, city_id, version)
    after, event = rules.withdraw(city, reason, author_of(tx, who))
    return tx.save(CITIES, after, event)


async def suspend_city(tx: Tx, who: Principal, city_id: CityId, version: int, reason: str) -> City:
    """Let a city take no part for a time, for a reason; officers only.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityWithdrawn, CitySuspended, CityMerged: 409.
        StaleVersion: 412.
    """
    require_role(who, Role.OFFICER)
    city = await _load(tx, city_id, version)
    after, event = rules.suspend(city, reason, author_of(tx, who))
    return tx.save(CITIES, after, event)


async def reinstate_city(tx: Tx, who: Principal, city_id: CityId, version: int) -> City:
    """Take a withdrawn or suspended city back; officers only.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityNotWithdrawn: 409. StaleVersion: 412.
    """
    require_role(who, Role.OFFICER)
    city = await _load(tx, city_id, version)
    after, event = rules.reinstate(city, author_of(tx, who))
    return tx.save(CITIES, after, event)


async def registered_city(tx: Tx, city_id: CityId) -> City:
    """Give a city that is in the active register.

    Raises:
        CityNotFound: 404. CityWithdrawn, CitySuspended, CityMerged: 409.
    """
    city = await tx.get(CITIES, city_id)
    if city is None:
        raise CityNotFound
    rules.require_registered(city)
    return city


async def _load(tx: Tx, city_id: CityId, version: int) -> City:
    city = await tx.get(CITIES, city_id)
    if city is None:
        raise CityNotFound
    require_version(city.version, version)
    return city
