"""Routes about what cities seek and offer, by city and by topic."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.registry import store
from services.registry.api.fields import IfMatchGiven, Times
from services.registry.api.redirects import MOVED, redirect
from services.registry.domain.interests import (
    MAX_LEVEL,
    Interest,
    Levels,
    is_declared,
    require_distinct,
)
from services.registry.errors import CityNotFound, InterestNotFound
from services.registry.store import InterestFilter
from services.registry.usecases import interests as usecases
from services.registry.usecases.turns import profile_turn
from shared.auth import Anyone, OfficerOrCoordinator
from shared.commands import Answer, Database, respond, run
from shared.ids import CityId, CityRef, InterestId, PracticeId, PracticeRef, TopicCode, TopicRef
from shared.mongo import Mongo
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import IfMatch, Input, Output, Text

ROUTER = APIRouter(prefix="/v1", tags=["interests"])

MAX_PROFILE = 50
"""Interests in one profile: a city that seeks everything seeks nothing, and one transaction
stays short."""

Replacements = Mapping[TopicCode, tuple[TopicCode, ...]]
NONE_REPLACED: Replacements = MappingProxyType({})

Level = Annotated[int, Field(ge=0, le=MAX_LEVEL)]


class InterestBody(Input):
    """What a city says of a topic; one of the levels must be above 0."""

    seeks: Level
    """0 to 5: how much help it needs."""
    offers: Level
    """0 to 5: how much experience it has to give."""
    evidence: Text | None = None
    """What it builds on: projects, plans, results. No names of people."""
    practice_id: PracticeRef | None = None
    """The good practice that shows it: a published one, or one of the city."""
    reason: Text | None = None
    """Why the city says this now; the history keeps it."""
    illustrative: bool = False

    def levels(self) -> Levels:
        """Give it as the domain has it."""
        return Levels(
            self.seeks,
            self.offers,
            self.evidence,
            self.illustrative,
            self.practice_id,
            self.reason,
        )


class TopicInterestBody(InterestBody):
    """An interest within a profile."""

    topic: TopicRef


class ProfileBody(Input):
    """All interests of a city; what is not in it is withdrawn."""

    interests: tuple[TopicInterestBody, ...] = Field(max_length=MAX_PROFILE)


class InterestOut(Output):
    """What a city says of a topic."""

    id: InterestId
    version: int
    city_id: CityId
    topic: TopicCode
    seeks: int
    offers: int
    evidence: str | None
    practice_id: PracticeId | None
    reason: str | None
    illustrative: bool
    replaced_by: tuple[TopicCode, ...]
    """What the topic has become, if it is deprecated: the interest can be moved there."""
    times: Times

    @classmethod
    def of(cls, interest: Interest, replaced_by: Replacements = NONE_REPLACED) -> Self:
        """Show an interest; `replaced_by` has the deprecated topics."""
        levels = interest.levels
        return cls(
            id=interest.id,
            version=interest.version,
            city_id=interest.city_id,
            topic=interest.topic,
            seeks=levels.seeks,
            offers=levels.offers,
            evidence=levels.evidence,
            practice_id=levels.practice_id,
            reason=levels.reason,
            illustrative=levels.illustrative,
            replaced_by=replaced_by.get(interest.topic, ()),
            times=Times.of(interest.audit),
        )


class ProfileOut(Output):
    """All interests of a city, by topic. The ETag is that of the profile as a whole."""

    items: tuple[InterestOut, ...]
    next: None = None
    """There is one page only."""


def interest_filter(
    topic: Annotated[TopicRef, Query()],
    min_seeks: Annotated[int, Query(ge=0, le=MAX_LEVEL)] = 0,
    min_offers: Annotated[int, Query(ge=0, le=MAX_LEVEL)] = 0,
) -> InterestFilter:
    """Read the filters of the listing."""
    return InterestFilter(topic, min_seeks, min_offers)


def interest_key(city_id: CityRef, topic: TopicRef) -> tuple[CityId, TopicCode]:
    """Read what names an interest."""
    return city_id, topic


@ROUTER.put(
    "/cities/{city_id}/interests/{topic}",
    response_model=InterestOut,
    responses={201: {"model": InterestOut}},
)
async def put_interest(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, TopicCode], Depends(interest_key)],
    version: IfMatchGiven,
    body: InterestBody,
) -> Response:
    """Declare an interest, or change it: then `If-Match` is needed, unless nothing changes."""
    interest, new = await run(
        mongo, lambda tx: usecases.put_interest(tx, who, key, version, body.levels())
    )
    replaced = await store.replacements_of(mongo, [interest.topic])
    return respond(_answer(interest, replaced, new=new))


@ROUTER.get("/cities/{city_id}/interests/{topic}", response_model=InterestOut, responses=MOVED)
async def read_interest(
    _who: Anyone, mongo: Database, key: Annotated[tuple[CityId, TopicCode], Depends(interest_key)]
) -> Response:
    """Read what a city says of a topic."""
    interest = await store.interest_in(mongo, *key)
    if interest is None or not is_declared(interest):
        city_id, topic = key
        moved = await redirect(mongo, await store.city_of(mongo, city_id), f"/interests/{topic}")
        if moved is None:
            raise InterestNotFound
        return moved
    replaced = await store.replacements_of(mongo, [interest.topic])
    return respond(_answer(interest, replaced))


@ROUTER.delete("/cities/{city_id}/interests/{topic}", status_code=204)
async def withdraw_interest(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, TopicCode], Depends(interest_key)],
    version: IfMatch,
) -> None:
    """Take back what a city says of a topic."""
    await run(mongo, lambda tx: usecases.withdraw_interest(tx, who, key, version))


@ROUTER.put("/cities/{city_id}/interests", response_model=ProfileOut)
async def put_profile(
    who: OfficerOrCoordinator,
    mongo: Database,
    city_id: CityRef,
    version: IfMatchGiven,
    body: ProfileBody,
) -> Response:
    """Make the whole profile of a city this one, in one step; what is not in it is withdrawn.

    `If-Match` is needed as soon as the city has declared something, unless nothing changes.
    """
    require_distinct(each.topic for each in body.interests)
    wanted = {each.topic: each.levels() for each in body.interests}
    profile = await run(mongo, lambda tx: usecases.put_profile(tx, who, city_id, version, wanted))
    return respond(await _profile(mongo, profile.interests, profile.version))


@ROUTER.get("/cities/{city_id}/interests", response_model=ProfileOut, responses=MOVED)
async def read_profile(_who: Anyone, mongo: Database, city_id: CityRef) -> Response:
    """Read the whole profile of a city, by topic."""
    city = await store.city_of(mongo, city_id)
    if city is None:
        raise CityNotFound
    if moved := await redirect(mongo, city, "/interests"):
        return moved
    # The version first: a change in between makes it old, and a later write is refused (412).
    version = await store.turns_of(mongo, profile_turn(city_id))
    said = await store.profile_of(mongo, city_id)
    return respond(await _profile(mongo, [each for each in said if is_declared(each)], version))


@ROUTER.get("/interests")
async def list_interests(
    _who: Anyone,
    mongo: Database,
    which: Annotated[InterestFilter, Depends(interest_filter)],
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[InterestOut]:
    """List which cities seek or offer something on a topic, strongest first.

    The order is by `seeks` and `offers` as far as they are asked for, else by the higher of the
    two; what is equal comes in the order of its declaration.
    """
    after = decode_cursor(cursor, int, str) if cursor else None
    rows = await store.list_interests(mongo, which, after, limit + 1)
    interests, next_ = cut(rows, limit, lambda each: (which.group_of(each), each.id))
    replaced = await store.replacements_of(mongo, [which.topic])
    return Page(items=[InterestOut.of(each, replaced) for each in interests], next=next_)


def _answer(interest: Interest, replaced: Replacements, *, new: bool = False) -> Answer:
    body = InterestOut.of(interest, replaced)
    if new:
        location = f"/v1/cities/{interest.city_id}/interests/{interest.topic}"
        return Answer(body, interest.version, 201, location)
    return Answer(body, interest.version)


async def _profile(mongo: Mongo, interests: Sequence[Interest], version: int) -> Answer:
    replaced = await store.replacements_of(mongo, (each.topic for each in interests))
    items = tuple(InterestOut.of(each, replaced) for each in interests)
    return Answer(ProfileOut(items=items), version or None)
