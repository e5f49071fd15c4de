"""Merging two records of the same city, and undoing it: officers only.

Promises: one transaction moves everything, and nothing is declared, appointed or begun in between:
merges, profiles, appointments and new practices pass the same turnstiles.
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from services.registry.domain import interests
from services.registry.domain import merges as rules
from services.registry.domain.cities import City
from services.registry.domain.interests import Interest
from services.registry.domain.merges import Belongings, Outcome
from services.registry.errors import CityMembersCyclic, CityMergeTargetUnfit, CityNotFound
from services.registry.store import (
    CITIES,
    CONTACTS,
    INTERESTS,
    PRACTICES,
    contact_query,
    groups_query,
    practices_query,
    profile_query,
)
from services.registry.usecases.groups import recount_groups, require_no_cycle, states_of
from services.registry.usecases.turns import (
    CITY_GROUPS,
    author_of,
    contacts_turn,
    practices_turn,
    profile_turn,
    take_turn,
)
from shared.auth.principal import Principal, Role, require_role
from shared.collection import Collection, Stored
from shared.ids import CityId, InterestId, TopicCode, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version

StateT = TypeVar("StateT", bound=Stored)


async def merge_city(
    tx: Tx, who: Principal, key: tuple[CityId, int], into: CityId, reason: str
) -> City:
    """Let one record stand for another one of the same city; `key` is the loser's id and version.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityWithdrawn, CityMerged: 409. StaleVersion: 412.
        CityMergeTargetUnfit: 422.
    """
    require_role(who, Role.OFFICER)
    loser = await _load(tx, key)
    rules.require_mergeable(loser, await tx.get(CITIES, into))
    await _take_turns(tx, (loser.id, into))
    groups = await tx.find(CITIES, groups_query([loser.id]), sort=(("_id", 1),))
    for group in groups:
        try:
            await require_no_cycle(tx, group.id, (into,))
        except CityMembersCyclic as error:
            message = f"is or contains {group.id}, of which the other record is a member"
            raise CityMergeTargetUnfit(message) from error
    people = await tx.find(CONTACTS, contact_query(loser.id, None), sort=(("_id", 1),))
    practices = await tx.find(PRACTICES, practices_query(loser.id), sort=(("_id", 1),))
    wanted = [rules.members_merged(each, loser.id, into) for each in groups]
    lost, kept = await _said(tx, loser.id), await _said(tx, into)
    author = author_of(tx, who)
    begun = {
        topic: interests.begin(InterestId(new_id("int")), into, topic, author)
        for topic in lost.keys() - kept.keys()
    }
    belongings = Belongings(
        lost,
        begun | kept,
        tuple(people),
        tuple(practices),
        tuple(groups),
        await _members(tx, (one for each in wanted for one in each)),
    )
    return await _saved(tx, who, rules.merge(loser, into, reason, belongings, author))


async def unmerge_city(tx: Tx, who: Principal, key: tuple[CityId, int]) -> City:
    """Undo a merge; `key` is the id and version of the record that was merged.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityNotMerged, CityMergeCovered: 409. StaleVersion: 412.
        CityMembersCyclic: it would come back into a group that it contains by now (422).
    """
    require_role(who, Role.OFFICER)
    loser = await _load(tx, key)
    into = await tx.get(CITIES, loser.merge.into) if loser.merge else None
    record = rules.require_uncovered(loser, into)
    await _take_turns(tx, (loser.id, record.into))
    found = await states_of(tx, (each.group for each in record.groups))
    groups = tuple(each for each in found if each is not None)
    members = {each.id: rules.members_unmerged(each, loser.id, record) for each in groups}
    for group, after in members.items():
        await require_no_cycle(tx, group, after)
    belongings = Belongings(
        await _said(tx, loser.id),
        await _said(tx, record.into),
        rules.contacts_to_return(record, await _known(tx, CONTACTS, record.contacts)),
        rules.practices_to_return(record, await _known(tx, PRACTICES, record.practices)),
        groups,
        await _members(tx, (one for each in members.values() for one in each)),
    )
    return await _saved(tx, who, rules.unmerge(loser, record, belongings, author_of(tx, who)))


async def _load(tx: Tx, key: tuple[CityId, int]) -> City:
    city_id, version = key
    city = await tx.get(CITIES, city_id)
    if city is None:
        raise CityNotFound
    require_version(city.version, version)
    return city


async def _take_turns(tx: Tx, cities: Iterable[CityId]) -> None:
    await take_turn(tx, CITY_GROUPS)
    for each in cities:
        await take_turn(tx, profile_turn(each))
        await take_turn(tx, contacts_turn(each))
        await take_turn(tx, practices_turn(each))


async def _said(tx: Tx, city_id: CityId) -> dict[TopicCode, Interest]:
    found = await tx.find(INTERESTS, profile_query(city_id), sort=(("topic", 1),))
    return {each.topic: each for each in found}


async def _known(tx: Tx, collection: Collection[StateT], ids: Sequence[str]) -> list[StateT]:
    await tx.prefetch(collection, ids)
    found = [await tx.get(collection, each) for each in ids]
    return [each for each in found if each is not None]


async def _members(tx: Tx, ids: Iterable[CityId]) -> dict[CityId, City]:
    states = await states_of(tx, dict.fromkeys(ids))
    return {each.id: each for each in states if each is not None}


async def _saved(tx: Tx, who: Principal, outcome: Outcome) -> City:
    for interest, said in outcome.interests:
        tx.save(INTERESTS, interest, *said)
    for contact, told in outcome.contacts:
        tx.save(CONTACTS, contact, *told)
    for practice, moved in outcome.practices:
        tx.save(PRACTICES, practice, *moved)
    for group, counted in outcome.groups:
        tx.save(CITIES, group, *counted)
    city, events = outcome.city
    saved = tx.save(CITIES, city, *events)
    for group, _ in outcome.groups:
        await recount_groups(tx, who, group.id)
    return saved
