"""Good practices: begun and revised by their city, checked by officers.

Promises: who may not know of a practice gets 404 for it; a step of the checks is for officers.
"""

from datetime import date

from services.registry.domain import practices as rules
from services.registry.domain.practice_states import (
    Content,
    ContentChanges,
    Lineage,
    Practice,
    is_public,
)
from services.registry.domain.topics import is_deprecated
from services.registry.errors import (
    PracticeContactUnknown,
    PracticeNotFound,
    PracticeOriginUnknown,
    PracticeTopicsUnknown,
)
from services.registry.store import CONTACTS, PRACTICES, TOPICS
from services.registry.usecases.cities import registered_city
from services.registry.usecases.turns import author_of, practices_turn, take_turn
from shared.auth.principal import Principal, Role, may_act_for, require_city, require_role
from shared.ids import CityId, ContactId, PracticeId, TopicCode, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version

Key = tuple[PracticeId, int]
"""Which practice, and the version of it that the sender has seen."""


async def draft_practice(
    tx: Tx, who: Principal, city_id: CityId, content: Content, lineage: Lineage | None
) -> Practice:
    """Begin to describe a practice of a city.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityWithdrawn: 409.
        PracticeTopicsUnknown, PracticeContactUnknown, PracticeOriginUnknown: 422.
    """
    require_city(who, city_id)
    await registered_city(tx, city_id)
    await take_turn(tx, practices_turn(city_id))
    await _require_topics(tx, content.topics)
    await _require_contact(tx, city_id, content.contact_id)
    await _require_origin(tx, city_id, lineage)
    key = (PracticeId(new_id("gpr")), city_id)
    practice, event = rules.draft(key, content, lineage, author_of(tx, who))
    return tx.save(PRACTICES, practice, event)


async def revise_practice(tx: Tx, who: Principal, key: Key, changes: ContentChanges) -> Practice:
    """Change the description of a practice that is with its city.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. PracticeStatusUnfit: 409. StaleVersion: 412.
        PracticeTopicsUnknown, PracticeContactUnknown: 422.
    """
    practice = await _own(tx, who, key)
    after, events = rules.revise(practice, changes, author_of(tx, who))
    added = [each for each in after.content.topics if each not in practice.content.topics]
    if added:
        await _require_topics(tx, after.content.topics, known=practice.content.topics)
    if after.content.contact_id != practice.content.contact_id:
        await _require_contact(tx, practice.city_id, after.content.contact_id)
    return tx.save(PRACTICES, after, *events)


async def submit_practice(tx: Tx, who: Principal, key: Key) -> Practice:
    """Hand a practice in.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. PracticeStatusUnfit: 409. StaleVersion: 412.
    """
    practice = await _own(tx, who, key)
    after, event = rules.submit(practice, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


async def withdraw_practice(tx: Tx, who: Principal, key: Key, reason: str) -> Practice:
    """Take a practice back for good.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. PracticeStatusUnfit: 409. StaleVersion: 412.
    """
    practice = await _own(tx, who, key)
    after, event = rules.withdraw(practice, reason, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


async def comment_practice(tx: Tx, who: Principal, key: Key, text: str) -> Practice:
    """Comment on a practice.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. StaleVersion: 412.
        PracticeStatusUnfit, PracticeCommentsFull: 409.
    """
    practice = await _own(tx, who, key)
    after, event = rules.comment(practice, text, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


async def check_practice(tx: Tx, who: Principal, key: Key) -> Practice:
    """Make the first check; officers only.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. PracticeStatusUnfit: 409. StaleVersion: 412.
    """
    practice = await _to_judge(tx, who, key)
    after, event = rules.check(practice, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


async def publish_practice(tx: Tx, who: Principal, key: Key) -> Practice:
    """Make the second check; officers only, and not the one who made the first.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. StaleVersion: 412.
        PracticeStatusUnfit, PracticeCheckerSame: 409.
    """
    practice = await _to_judge(tx, who, key)
    after, event = rules.publish(practice, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


async def return_practice(tx: Tx, who: Principal, key: Key, comment: str) -> Practice:
    """Give a practice back to its city; officers only.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. StaleVersion: 412.
        PracticeStatusUnfit, PracticeCommentsFull: 409.
    """
    practice = await _to_judge(tx, who, key)
    after, event = rules.give_back(practice, comment, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


async def recheck_practice(tx: Tx, who: Principal, key: Key, next_on: date | None) -> Practice:
    """Find a published practice still good; officers only.

    Raises:
        Forbidden: 403. PracticeNotFound: 404. PracticeStatusUnfit: 409. StaleVersion: 412.
        PracticeRecheckPast: 422.
    """
    practice = await _to_judge(tx, who, key)
    after, event = rules.recheck(practice, next_on, author_of(tx, who))
    return tx.save(PRACTICES, after, event)


def may_read(who: Principal, practice: Practice) -> bool:
    """Tell whether somebody may know of a practice."""
    return is_public(practice) or may_act_for(who, practice.city_id)


async def _own(tx: Tx, who: Principal, key: Key) -> Practice:
    practice_id, version = key
    practice = await tx.get(PRACTICES, practice_id)
    if practice is None or not may_read(who, practice):
        raise PracticeNotFound
    require_city(who, practice.city_id)
    require_version(practice.version, version)
    return practice


async def _to_judge(tx: Tx, who: Principal, key: Key) -> Practice:
    require_role(who, Role.OFFICER)
    return await _own(tx, who, key)


async def _require_topics(
    tx: Tx, topics: tuple[TopicCode, ...], known: tuple[TopicCode, ...] = ()
) -> None:
    await tx.prefetch(TOPICS, topics)
    states = [await tx.get(TOPICS, each) for each in topics]
    unfit = [
        place
        for place, each in enumerate(states)
        if each is None or (is_deprecated(each) and each.id not in known)
    ]
    if unfit:
        raise PracticeTopicsUnknown(unfit)


async def _require_contact(tx: Tx, city_id: CityId, contact_id: ContactId | None) -> None:
    if contact_id is None:
        return
    contact = await tx.get(CONTACTS, contact_id)
    if contact is None or contact.erased or contact.city_id != city_id:
        raise PracticeContactUnknown


async def _require_origin(tx: Tx, city_id: CityId, lineage: Lineage | None) -> None:
    if lineage is None:
        return
    origin = await tx.get(PRACTICES, lineage.adapted_from)
    if origin is None or not is_public(origin) or origin.city_id == city_id:
        raise PracticeOriginUnknown
