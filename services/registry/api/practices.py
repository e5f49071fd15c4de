"""Routes about good practices."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.registry import store
from services.registry.api.fields import Day
from services.registry.api.practice_models import (
    NewPractice,
    PracticeChanges,
    PracticeOut,
    PracticeRecheck,
    PracticeWithdrawal,
    PracticeWords,
)
from services.registry.domain.practice_states import Practice, Status
from services.registry.errors import PracticeNotFound
from services.registry.store import PracticeFilter
from services.registry.usecases import practices as usecases
from services.registry.usecases.practices import Key
from shared.auth import Anyone, Officer, OfficerOrCoordinator, Principal, Role, may_act_for
from shared.auth.principal import require_city, require_role
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityRef, PracticeId, PracticeRef, TopicRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import IfMatch

ROUTER = APIRouter(prefix="/v1/practices", tags=["good practices"])


def practice_key(practice_id: PracticeRef, version: IfMatch) -> Key:
    """Read which version of which practice a change is about."""
    return practice_id, version


async def practice_filter(
    who: Anyone,
    mongo: Database,
    city_id: Annotated[CityRef | None, Query()] = None,
    topic: Annotated[TopicRef | None, Query()] = None,
    status: Status = "published",
) -> PracticeFilter:
    """Read the filters of the listing; what is not published is for officers and the own city.

    Of a city that was merged, those of the record that stands for it are meant.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    city_id = await store.standing_id(mongo, city_id) if city_id else None
    if status != "published":
        if city_id is None:
            require_role(who, Role.OFFICER)
        else:
            require_city(who, city_id)
    return PracticeFilter(status, city_id, topic)


@ROUTER.post("", status_code=201, response_model=PracticeOut)
async def draft_practice(
    who: OfficerOrCoordinator, mongo: Database, request: IdempotencyKey, body: NewPractice
) -> Response:
    """Begin to describe a practice: a draft, which officers and its city can see."""
    content, lineage = body.content(), body.lineage()
    return await run_once(
        mongo,
        request,
        lambda tx: usecases.draft_practice(tx, who, body.city_id, content, lineage),
        lambda practice: _answer(who, practice, new=True),
    )


@ROUTER.get("")
async def list_practices(
    who: Anyone,
    mongo: Database,
    which: Annotated[PracticeFilter, Depends(practice_filter)],
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[PracticeOut]:
    """List practices in the order in which they were begun; without `status` the published ones."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await store.list_practices(mongo, which, after, limit + 1)
    return _page(who, rows, limit)


@ROUTER.get("/due")
async def list_due_practices(
    who: Officer,
    mongo: Database,
    until: Annotated[Day | None, Query(description="Today unless given.")] = None,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[PracticeOut]:
    """List published practices whose next check is due, longest due first."""
    day = until or mongo.clock.now().date()
    after = decode_cursor(cursor, str, str) if cursor else None
    rows = await store.list_due(mongo, day, after, limit + 1)
    items, next_ = cut(rows, limit, lambda each: (_due(each).isoformat(), each.id))
    return Page(items=[_shown(who, each) for each in items], next=next_)


@ROUTER.get("/{practice_id}", response_model=PracticeOut)
async def read_practice(who: Anyone, mongo: Database, practice_id: PracticeRef) -> Response:
    """Read a practice."""
    return respond(_answer(who, await _visible(who, mongo, practice_id)))


@ROUTER.get("/{practice_id}/adaptations")
async def list_adaptations(
    who: Anyone,
    mongo: Database,
    practice_id: PracticeRef,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[PracticeOut]:
    """List the published practices that other cities have made after this one."""
    await _visible(who, mongo, practice_id)
    after = decode_cursor(cursor, str)[0] if cursor else None
    which = PracticeFilter(adapted_from=practice_id)
    return _page(who, await store.list_practices(mongo, which, after, limit + 1), limit)


@ROUTER.patch("/{practice_id}", response_model=PracticeOut)
async def revise_practice(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[Key, Depends(practice_key)],
    body: PracticeChanges,
) -> Response:
    """Change the description of a draft or of a returned practice."""
    changes = body.changes()
    practice = await run(mongo, lambda tx: usecases.revise_practice(tx, who, key, changes))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/submit", response_model=PracticeOut)
async def submit_practice(
    who: OfficerOrCoordinator, mongo: Database, key: Annotated[Key, Depends(practice_key)]
) -> Response:
    """Hand it in to be checked."""
    practice = await run(mongo, lambda tx: usecases.submit_practice(tx, who, key))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/check", response_model=PracticeOut)
async def check_practice(
    who: Officer, mongo: Database, key: Annotated[Key, Depends(practice_key)]
) -> Response:
    """Find it formally complete: the first check."""
    practice = await run(mongo, lambda tx: usecases.check_practice(tx, who, key))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/publish", response_model=PracticeOut)
async def publish_practice(
    who: Officer, mongo: Database, key: Annotated[Key, Depends(practice_key)]
) -> Response:
    """Find it good and publish it: the second check, by another officer than the first."""
    practice = await run(mongo, lambda tx: usecases.publish_practice(tx, who, key))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/return", response_model=PracticeOut)
async def return_practice(
    who: Officer, mongo: Database, key: Annotated[Key, Depends(practice_key)], body: PracticeWords
) -> Response:
    """Give it back to its city with a comment; both checks start anew."""
    practice = await run(mongo, lambda tx: usecases.return_practice(tx, who, key, body.text))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/recheck", response_model=PracticeOut)
async def recheck_practice(
    who: Officer, mongo: Database, key: Annotated[Key, Depends(practice_key)], body: PracticeRecheck
) -> Response:
    """Find a published practice still good, and say when to look again."""
    next_on = body.recheck_on
    practice = await run(mongo, lambda tx: usecases.recheck_practice(tx, who, key, next_on))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/withdraw", response_model=PracticeOut)
async def withdraw_practice(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[Key, Depends(practice_key)],
    body: PracticeWithdrawal,
) -> Response:
    """Take it back for good."""
    reason = body.reason
    practice = await run(mongo, lambda tx: usecases.withdraw_practice(tx, who, key, reason))
    return respond(_answer(who, practice))


@ROUTER.post("/{practice_id}/comments", response_model=PracticeOut)
async def comment_practice(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[Key, Depends(practice_key)],
    body: PracticeWords,
) -> Response:
    """Comment on it; officers and its city read that."""
    practice = await run(mongo, lambda tx: usecases.comment_practice(tx, who, key, body.text))
    return respond(_answer(who, practice))


async def _visible(who: Principal, mongo: Database, practice_id: PracticeId) -> Practice:
    practice = await store.practice_of(mongo, practice_id)
    if practice is None or not usecases.may_read(who, practice):
        raise PracticeNotFound
    return practice


def _shown(who: Principal, practice: Practice) -> PracticeOut:
    return PracticeOut.of(practice, inside=may_act_for(who, practice.city_id))


def _page(who: Principal, rows: list[Practice], limit: int) -> Page[PracticeOut]:
    items, next_ = cut(rows, limit, lambda each: (each.id,))
    return Page(items=[_shown(who, each) for each in items], next=next_)


def _due(practice: Practice) -> date:
    return practice.recheck_on or date.max


def _answer(who: Principal, practice: Practice, *, new: bool = False) -> Answer:
    body = _shown(who, practice)
    if new:
        return Answer(body, practice.version, 201, f"/v1/practices/{practice.id}")
    return Answer(body, practice.version)
