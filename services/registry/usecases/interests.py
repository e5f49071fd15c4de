"""What cities say of topics: one at a time, or their whole profile at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.registry.domain import interests as rules
from services.registry.domain.changes import Author
from services.registry.domain.interests import Interest, Levels
from services.registry.domain.practice_states import is_public
from services.registry.domain.topics import is_deprecated, require_in_use
from services.registry.errors import (
    InterestNotFound,
    InterestPracticeUnknown,
    InterestTopicsDeprecated,
    InterestTopicsUnknown,
    TopicNotFound,
)
from services.registry.store import INTERESTS, PRACTICES, TOPICS, profile_query
from services.registry.usecases.cities import registered_city
from services.registry.usecases.turns import author_of, profile_turn, take_turn, turns_taken
from shared.auth.principal import Principal, require_city
from shared.errors import VersionMissing
from shared.ids import CityId, InterestId, TopicCode, new_id
from shared.unit_of_work import Tx
from shared.web.versions import require_version


@dataclass(frozen=True, slots=True)
class Profile:
    """All that a city declares now, by topic; `version` rises with every change of any of it."""

    city_id: CityId
    interests: tuple[Interest, ...]
    version: int


async def put_interest(
    tx: Tx, who: Principal, key: tuple[CityId, TopicCode], version: int | None, levels: Levels
) -> tuple[Interest, bool]:
    """Declare an interest or change it; give it, and whether the city declared none before.

    `key` is the city and the topic. The same again changes nothing and needs no version.

    Raises:
        Forbidden: 403. CityNotFound, TopicNotFound: 404. CityWithdrawn, TopicDeprecated: 409.
        StaleVersion: 412. VersionMissing: 428. InterestEmpty, InterestPracticeUnknown: 422.
    """
    city_id, topic = key
    require_city(who, city_id)
    await registered_city(tx, city_id)
    spoken_of = await tx.get(TOPICS, topic)
    if spoken_of is None:
        raise TopicNotFound
    said = await _said(tx, city_id)
    before = said.get(topic)
    declared = before is not None and rules.is_declared(before)
    if version is not None:
        require_version(before.version if before else 0, version)
    if before is not None and declared and before.levels == levels:
        return before, False
    if declared and version is None:
        raise VersionMissing("The interest is declared: say which version you have seen.")
    if not declared:
        require_in_use(spoken_of)
    if not await _is_evidence(tx, city_id, levels):
        raise InterestPracticeUnknown
    await take_turn(tx, profile_turn(city_id))
    author = author_of(tx, who)
    begun = before or rules.begin(_new_id(), city_id, topic, author)
    after, events = rules.declare(begun, levels, author)
    return tx.save(INTERESTS, after, *events), not declared


async def withdraw_interest(
    tx: Tx, who: Principal, key: tuple[CityId, TopicCode], version: int
) -> Interest:
    """Take back what a city says of a topic.

    Raises:
        Forbidden: 403. InterestNotFound: 404. StaleVersion: 412.
    """
    city_id, topic = key
    require_city(who, city_id)
    before = (await _said(tx, city_id)).get(topic)
    if before is None or not rules.is_declared(before):
        raise InterestNotFound
    require_version(before.version, version)
    await take_turn(tx, profile_turn(city_id))
    after, event = rules.withdraw(before, author_of(tx, who))
    return tx.save(INTERESTS, after, event)


async def put_profile(
    tx: Tx,
    who: Principal,
    city_id: CityId,
    version: int | None,
    wanted: Mapping[TopicCode, Levels],
) -> Profile:
    """Make a city's profile exactly this: declare, change and withdraw in one transaction.

    `version` is the profile's; a city that declares nothing needs none.

    Raises:
        Forbidden: 403. CityNotFound: 404. CityWithdrawn: 409. StaleVersion: 412.
        VersionMissing: 428. InterestEmpty, InterestTopicsUnknown, InterestTopicsDeprecated,
        InterestPracticeUnknown: 422.
    """
    require_city(who, city_id)
    await registered_city(tx, city_id)
    said = await _said(tx, city_id)
    await _require_topics(tx, wanted, said)
    await _require_evidence(tx, city_id, wanted)
    now = {topic: each.levels for topic, each in said.items() if rules.is_declared(each)}
    turn = await turns_taken(tx, profile_turn(city_id))
    if version is not None:
        require_version(turn, version)
    elif now and now != dict(wanted):
        raise VersionMissing("The profile is not empty: say which version you have seen.")
    if now != dict(wanted):
        turn = await take_turn(tx, profile_turn(city_id))
    after = _rewrite(tx, city_id, said, wanted, author_of(tx, who))
    return Profile(city_id, after, turn)


def _rewrite(
    tx: Tx,
    city_id: CityId,
    said: Mapping[TopicCode, Interest],
    wanted: Mapping[TopicCode, Levels],
    author: Author,
) -> tuple[Interest, ...]:
    for topic in said.keys() - wanted.keys():
        if rules.is_declared(said[topic]):
            gone, event = rules.withdraw(said[topic], author)
            tx.save(INTERESTS, gone, event)
    saved: list[Interest] = []
    for topic, levels in sorted(wanted.items()):
        begun = said.get(topic) or rules.begin(_new_id(), city_id, topic, author)
        after, events = rules.declare(begun, levels, author)
        saved.append(tx.save(INTERESTS, after, *events))
    return tuple(saved)


async def _said(tx: Tx, city_id: CityId) -> dict[TopicCode, Interest]:
    found = await tx.find(INTERESTS, profile_query(city_id), sort=(("topic", 1),))
    return {each.topic: each for each in found}


async def _require_topics(
    tx: Tx, topics: Mapping[TopicCode, Levels], said: Mapping[TopicCode, Interest]
) -> None:
    await tx.prefetch(TOPICS, topics)
    known = [await tx.get(TOPICS, each) for each in topics]
    if None in known:
        raise InterestTopicsUnknown(place for place, each in enumerate(known) if each is None)
    kept = {topic for topic, each in said.items() if rules.is_declared(each)}
    given_up = [
        place
        for place, each in enumerate(known)
        if each is not None and is_deprecated(each) and each.id not in kept
    ]
    if given_up:
        raise InterestTopicsDeprecated(given_up)


async def _require_evidence(tx: Tx, city_id: CityId, wanted: Mapping[TopicCode, Levels]) -> None:
    for place, levels in enumerate(wanted.values()):
        if not await _is_evidence(tx, city_id, levels):
            raise InterestPracticeUnknown(f"/interests/{place}/practice_id")


async def _is_evidence(tx: Tx, city_id: CityId, levels: Levels) -> bool:
    if levels.practice_id is None:
        return True
    practice = await tx.get(PRACTICES, levels.practice_id)
    return practice is not None and (is_public(practice) or practice.city_id == city_id)


def _new_id() -> InterestId:
    return InterestId(new_id("int"))
