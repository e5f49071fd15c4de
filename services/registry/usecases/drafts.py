"""Proposing cities for the register: coordinators draft and submit, officers verify or return.

Promises: a draft is not found (404) by anybody but its author and the officers; each change has its
step in the trail, though no event tells of it.
"""

from collections.abc import Callable
from dataclasses import replace

from services.registry.domain import cities
from services.registry.domain import drafts as rules
from services.registry.domain.changes import Author
from services.registry.domain.cities import City, Statement
from services.registry.domain.drafts import Draft
from services.registry.domain.trail import Told
from services.registry.errors import CityDraftNotFound
from services.registry.places import Place
from services.registry.store import CHANGES, CITIES, DRAFTS, draft_steps
from services.registry.usecases.groups import (
    registered_of,
    require_free,
    require_no_cycle,
    standing_ids,
)
from services.registry.usecases.name_keys import keep_keys
from services.registry.usecases.turns import CITY_GROUPS, author_of, take_turn
from shared.auth.principal import Principal, Role, require_role
from shared.ids import CityId, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version

Step = Callable[[Draft, Author], Draft]


async def begin_draft(tx: Tx, who: Principal, statement: Statement, place: Place | None) -> Draft:
    """Propose a city or a group; officers and coordinators.

    Raises:
        Forbidden: 403. CityExists: 409. CityFactsMissing, CityMembersUnknown, CityPopulationSummed,
        CityYearAlone, CityCodeMalformed: 422.
    """
    require_role(who, Role.OFFICER, Role.COORDINATOR)
    whole = cities.completed(statement, place)
    await require_free(tx, whole.facts)
    members = await registered_of(tx, whole.facts.get("members", ()))
    draft = rules.begin(CityId(new_id("cty")), whole, members, author_of(tx, who))
    return await _kept(tx, draft, "begun")


async def revise_draft(
    tx: Tx, who: Principal, key: tuple[CityId, int], statement: Statement
) -> Draft:
    """Correct or add facts of a draft; `key` is its id and version.

    Raises:
        Forbidden: 403. CityDraftNotFound: 404. CityDraftClosed, CityExists: 409.
        StaleVersion: 412. CityMembersUnknown and as in `begin_draft`: 422.
    """
    draft = await _load(tx, who, key)
    await require_free(tx, statement.facts, draft.city.facts)
    member_ids = statement.facts.get("members", draft.city.facts.members)
    members = await registered_of(tx, member_ids)
    after = rules.revise(draft, statement, members, author_of(tx, who))
    return draft if after == draft else await _kept(tx, after, "revised")


async def step_draft(tx: Tx, who: Principal, key: tuple[CityId, int], step: Step) -> Draft:
    """Submit or discard a draft, as its author or an officer; `key` is its id and version.

    Raises:
        Forbidden: 403. CityDraftNotFound: 404. CityDraftClosed: 409. StaleVersion: 412.
    """
    draft = await _load(tx, who, key)
    after = step(draft, author_of(tx, who))
    return await _kept(tx, after, after.status)


async def return_draft(tx: Tx, who: Principal, key: tuple[CityId, int], reason: str) -> Draft:
    """Give a submitted draft back to its author, for a reason; officers only.

    Raises:
        Forbidden: 403. CityDraftNotFound: 404. CityDraftClosed: 409. StaleVersion: 412.
    """
    require_role(who, Role.OFFICER)
    draft = await _load(tx, who, key)
    return await _kept(tx, rules.give_back(draft, reason, author_of(tx, who)), "returned")


async def verify_draft(tx: Tx, who: Principal, key: tuple[CityId, int]) -> City:
    """Enter a submitted draft into the register, under its id; officers only.

    Raises:
        Forbidden: 403. CityDraftNotFound: 404. CityDraftClosed, CityExists: 409.
        StaleVersion: 412. CityMembersUnknown, CityMembersCyclic: 422.
    """
    require_role(who, Role.OFFICER)
    draft = await _load(tx, who, key)
    facts = draft.city.facts
    await require_free(tx, {"geonames_id": facts.geonames_id, "wikidata_id": facts.wikidata_id})
    if facts.members:
        await take_turn(tx, CITY_GROUPS)
    members = await registered_of(tx, facts.members)
    await require_no_cycle(tx, draft.id, facts.members)
    done, city, events = rules.verify(draft, members, author_of(tx, who))
    await _kept(tx, done, "verified")
    await keep_keys(tx, city)
    return tx.save(CITIES, city, *events)


def may_see(who: Principal, draft: Draft) -> bool:
    """Tell whether somebody may know of a draft."""
    return Role.OFFICER in who.roles or draft.author == who.subject


async def _kept(tx: Tx, after: Draft, what: str) -> Draft:
    before = await tx.get(DRAFTS, after.id)
    id_ = tx.event_id(after.step_id)
    kept = replace(after, version=after.version + 1, step_id=id_)
    tx.put(DRAFTS, kept)
    for step in draft_steps(before, kept, Told(id_, f"city_draft.{what}", kept.version, tx.now)):
        tx.insert_row(CHANGES.name, CHANGES.document(step))
    return kept


async def _load(tx: Tx, who: Principal, key: tuple[CityId, int]) -> Draft:
    draft_id, version = key
    require_role(who, Role.OFFICER, Role.COORDINATOR)
    draft = await tx.get(DRAFTS, draft_id)
    if draft is None or not may_see(who, draft):
        raise CityDraftNotFound
    require_version(draft.version, version)
    return rules.with_members(draft, await standing_ids(tx, draft.city.facts.members))
