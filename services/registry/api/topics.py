"""Routes about the topics of the taxonomy."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from services.registry import store
from services.registry.api.fields import IfMatchGiven, Times
from services.registry.domain.topics import Meaning, Topic, is_deprecated
from services.registry.errors import TopicNotFound
from services.registry.usecases import topics as usecases
from services.registry.usecases.moves import move_interests as move
from services.registry.usecases.turns import TAXONOMY
from shared.auth import Anyone, Officer
from shared.commands import Answer, Database, respond, run
from shared.ids import TopicCode, TopicRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import IfMatch, Input, Language, Name, Output, Text

ROUTER = APIRouter(prefix="/v1/topics", tags=["topics"])
TAXONOMY_ROUTER = APIRouter(prefix="/v1", tags=["topics"])

_MAX_LABELS = 50
"""All official languages of the European Union and of the partner countries."""

_MAX_VOCABULARIES = 20
_MAX_TERMS = 50
_MAX_REPLACEMENTS = 10

Goal = Annotated[int, Field(ge=1, le=17)]
VocabularyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]


class TopicBody(Input):
    """What a topic means, as a whole."""

    labels: dict[Language, Name] = Field(min_length=1, max_length=_MAX_LABELS)
    """Label by language; `en` must be there."""
    parent: TopicRef | None = None
    """The topic above; it must exist."""
    sdgs: tuple[Goal, ...] = Field(default=(), max_length=17)
    """Sustainable Development Goals that it serves."""
    vocabularies: dict[
        VocabularyName, Annotated[tuple[Name, ...], Field(max_length=_MAX_TERMS)]
    ] = Field(default={}, max_length=_MAX_VOCABULARIES)
    """The terms of other vocabularies that mean it."""

    def meaning(self) -> Meaning:
        """Give it as the domain has it; goals in order, each once."""
        goals = tuple(sorted(set(self.sdgs)))
        return Meaning(dict(self.labels), self.parent, goals, dict(self.vocabularies))


class Deprecation(Input):
    """Why a topic is given up, and for which others."""

    replaced_by: tuple[TopicRef, ...] = Field(min_length=1, max_length=_MAX_REPLACEMENTS)
    """Topics in use; more than one where a topic is split."""
    reason: Text


class Move(Input):
    """Where interests in a deprecated topic go."""

    to: TopicRef
    """A topic in use: mostly, but not necessarily, one that replaces it."""


class MoveOut(Output):
    """What a move did."""

    moved: int
    """Interests that were moved; a city that spoke of both topics has one left."""


class TaxonomyVersionOut(Output):
    """The taxonomy as it is kept now."""

    version: int
    """Rises with every change of any topic; 0 before the first."""


class TopicOut(Output):
    """A topic of the taxonomy."""

    code: TopicCode
    version: int
    labels: dict[str, str]
    parent: TopicCode | None
    sdgs: tuple[int, ...]
    vocabularies: dict[str, tuple[str, ...]]
    deprecated: bool
    """Whether nothing new can be declared on it."""
    replaced_by: tuple[TopicCode, ...]
    """What a deprecated topic has become."""
    deprecation_reason: str | None
    taxonomy: int
    """The version of the taxonomy that its last change made."""
    times: Times

    @classmethod
    def of(cls, topic: Topic) -> Self:
        """Show a topic."""
        meaning = topic.meaning
        return cls(
            code=topic.id,
            version=topic.version,
            labels=dict(meaning.labels),
            parent=meaning.parent,
            sdgs=meaning.sdgs,
            vocabularies=dict(meaning.vocabularies),
            deprecated=is_deprecated(topic),
            replaced_by=topic.replaced_by,
            deprecation_reason=topic.deprecation_reason,
            taxonomy=topic.taxonomy,
            times=Times.of(topic.audit),
        )


@ROUTER.put("/{code}", response_model=TopicOut, responses={201: {"model": TopicOut}})
async def put_topic(
    who: Officer, mongo: Database, code: TopicRef, version: IfMatchGiven, body: TopicBody
) -> Response:
    """Define a topic, or revise it: then `If-Match` is needed, unless nothing changes."""
    topic, new = await run(
        mongo, lambda tx: usecases.put_topic(tx, who, code, version, body.meaning())
    )
    return respond(_answer(topic, new=new))


@ROUTER.get("")
async def list_topics(
    _who: Anyone,
    mongo: Database,
    parent: Annotated[TopicRef | None, Query(description="Only those right below it.")] = None,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[TopicOut]:
    """List topics by code."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await store.list_topics(mongo, parent, after, limit + 1)
    topics, next_ = cut(rows, limit, lambda topic: (topic.id,))
    return Page(items=[TopicOut.of(topic) for topic in topics], next=next_)


@ROUTER.get("/{code}", response_model=TopicOut)
async def read_topic(_who: Anyone, mongo: Database, code: TopicRef) -> Response:
    """Read a topic."""
    topic = await store.topic_of(mongo, code)
    if topic is None:
        raise TopicNotFound
    return respond(_answer(topic))


@ROUTER.post("/{code}/deprecate", response_model=TopicOut)
async def deprecate_topic(
    who: Officer, mongo: Database, code: TopicRef, version: IfMatch, body: Deprecation
) -> Response:
    """Give up a topic for others: what cities say of it stays, and nothing new is said of it."""
    key, codes = (code, version), body.replaced_by
    topic = await run(mongo, lambda tx: usecases.deprecate_topic(tx, who, key, codes, body.reason))
    return respond(_answer(topic))


@ROUTER.post("/{code}/reinstate", response_model=TopicOut)
async def reinstate_topic(
    who: Officer, mongo: Database, code: TopicRef, version: IfMatch
) -> Response:
    """Take a deprecated topic back into use."""
    topic = await run(mongo, lambda tx: usecases.reinstate_topic(tx, who, (code, version)))
    return respond(_answer(topic))


@ROUTER.post("/{code}/move-interests", response_model=MoveOut)
async def move_interests(
    who: Officer, mongo: Database, code: TopicRef, version: IfMatch, body: Move
) -> Response:
    """Move every interest in a deprecated topic to another, with the events of each.

    It goes on in steps of their own, so that a request whose answer was lost, or that was ended in
    the middle, can be sent again. A city that speaks of both keeps the higher of each level.
    """
    moved, key = 0, (code, version)
    while step := await run(mongo, lambda tx: move(tx, who, key, body.to)):
        moved += step
    return respond(Answer(MoveOut(moved=moved), version))


@TAXONOMY_ROUTER.get("/taxonomy/version")
async def read_taxonomy_version(_who: Anyone, mongo: Database) -> TaxonomyVersionOut:
    """Read which version of the taxonomy is kept now; each topic says which made it what it is."""
    return TaxonomyVersionOut(version=await store.turns_of(mongo, TAXONOMY))


def _answer(topic: Topic, *, new: bool = False) -> Answer:
    body = TopicOut.of(topic)
    if new:
        return Answer(body, topic.version, 201, f"/v1/topics/{topic.id}")
    return Answer(body, topic.version)
