"""What changes of cities have in common: who is a member of whom, and the sums that follow."""

from collections.abc import Iterable

from services.registry.domain import cities as rules
from services.registry.domain.cities import City, Facts, StatedFacts
from services.registry.domain.groups import require_acyclic
from services.registry.errors import CityExists, CityMembersUnknown
from services.registry.store import CITIES, groups_query, place_query, wikidata_query
from services.registry.usecases.turns import author_of
from shared.auth.principal import Principal
from shared.ids import CityId
from shared.unit_of_work import Tx


async def require_free(tx: Tx, stated: StatedFacts, now: Facts | None = None) -> None:
    """Let pass a body whose place and Wikidata id no other record has; `now` are its facts so far.

    Raises:
        CityExists: 409 `city_exists`, with the id of the record.
    """
    place, item = stated.get("geonames_id"), stated.get("wikidata_id")
    if place is not None and (now is None or place != now.geonames_id):
        for found in await tx.find(CITIES, place_query(place), limit=1):
            raise CityExists(found.id)
    if item is not None and (now is None or item != now.wikidata_id):
        for found in await tx.find(CITIES, wikidata_query(item), limit=1):
            raise CityExists(found.id)


async def states_of(tx: Tx, ids: Iterable[CityId]) -> list[City | None]:
    """Give the records with these ids in this order."""
    wanted = tuple(ids)
    await tx.prefetch(CITIES, wanted)
    return [await tx.get(CITIES, each) for each in wanted]


async def standing_ids(tx: Tx, ids: Iterable[CityId]) -> tuple[CityId, ...]:
    """Give the ids of the records that stand for these by now, each once, in this order."""
    found: dict[CityId, None] = {}
    for city in await states_of(tx, ids):
        here = city
        while here is not None and here.merge is not None:
            here = await tx.get(CITIES, here.merge.into)
        if here is not None:
            found[here.id] = None
    return tuple(found)


async def registered_of(tx: Tx, ids: Iterable[CityId]) -> list[City]:
    """Give the registered cities with these ids.

    Raises:
        CityMembersUnknown: 422 `city_members_unknown`, with the places of those that are not.
    """
    states = await states_of(tx, ids)
    known = [each for each in states if each is not None and each.status == "registered"]
    if len(known) < len(states):
        raise CityMembersUnknown(
            position
            for position, each in enumerate(states)
            if each is None or each.status != "registered"
        )
    return known


async def require_no_cycle(tx: Tx, group: CityId, members: Iterable[CityId]) -> None:
    """Let pass members that don't contain the group, directly or through others.

    Raises:
        CityMembersCyclic: 422 `city_members_cyclic`.
    """
    below: dict[CityId, tuple[CityId, ...]] = {}
    wanted = tuple(members)
    level = list(wanted)
    while level:
        states = [each for each in await states_of(tx, level) if each is not None]
        below |= {each.id: each.facts.members for each in states}
        level = [one for each in states for one in each.facts.members if one not in below]
    require_acyclic(group, wanted, below)


async def recount_groups(tx: Tx, who: Principal, city_id: CityId) -> None:
    """Count again every group above the city, level by level; there are no cycles."""
    level = [city_id]
    while level:
        changed: list[CityId] = []
        for group in await tx.find(CITIES, groups_query(level)):
            members = [each for each in await states_of(tx, group.facts.members) if each]
            after, events = rules.recount(group, members, author_of(tx, who))
            tx.save(CITIES, after, *events)
            changed += [group.id] if events else []
        level = changed
