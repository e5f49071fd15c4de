"""Routes about proposed cities: coordinators draft and submit them, officers verify or return."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response

from services.registry import store
from services.registry.api.cities import ShippedPlaces
from services.registry.api.city_models import CityChanges, FactsOut, NewCity, facts_shown
from services.registry.api.duplicates import Confirmed, NewCityOut, registered_answer
from services.registry.api.fields import Times
from services.registry.domain import drafts as rules
from services.registry.domain.drafts import Draft, DraftStatus
from services.registry.errors import CityDraftNotFound
from services.registry.usecases import drafts as usecases
from services.registry.usecases.duplicates import verify_unless_known
from shared.auth import Officer, OfficerOrCoordinator, Role
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityId, CityRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.web import IfMatch, Input, Output, Text

ROUTER = APIRouter(prefix="/v1/city-drafts", tags=["city drafts"])


class Returning(Input):
    """Why a draft goes back to its author."""

    reason: Text


class DraftOut(Output):
    """A proposed city."""

    id: CityId
    """That of the city, once the draft is verified."""
    version: int
    status: DraftStatus
    returned_reason: str | None
    """Why an officer gave it back."""
    facts: FactsOut
    """As they would be registered."""
    times: Times

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Show a draft."""
        return cls(
            id=draft.id,
            version=draft.version,
            status=draft.status,
            returned_reason=draft.returned_reason,
            facts=FactsOut(**facts_shown(draft.city)),
            times=Times.of(draft.audit),
        )


def draft_key(draft_id: CityRef, version: IfMatch) -> tuple[CityId, int]:
    """Read which version of which draft a change is about."""
    return draft_id, version


@ROUTER.post("", status_code=201, response_model=DraftOut)
async def draft_city(
    who: OfficerOrCoordinator,
    mongo: Database,
    request: IdempotencyKey,
    body: NewCity,
    places: ShippedPlaces,
) -> Response:
    """Propose a city or a group; nobody but you and the officers sees it."""
    place = places.by_id(body.geonames_id) if body.geonames_id else None
    return await run_once(
        mongo,
        request,
        lambda tx: usecases.begin_draft(tx, who, body.statement(), place),
        lambda draft: Answer(DraftOut.of(draft), draft.version, 201, f"/v1/city-drafts/{draft.id}"),
    )


@ROUTER.get("")
async def list_drafts(
    who: OfficerOrCoordinator,
    mongo: Database,
    status: DraftStatus = "submitted",
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[DraftOut]:
    """List drafts in the order of their creation: officers all, coordinators their own."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    author = None if Role.OFFICER in who.roles else who.subject
    rows = await store.list_drafts(mongo, status, author, after, limit + 1)
    drafts, next_ = cut(rows, limit, lambda draft: (draft.id,))
    return Page(items=[DraftOut.of(draft) for draft in drafts], next=next_)


@ROUTER.get("/{draft_id}", response_model=DraftOut)
async def read_draft(who: OfficerOrCoordinator, mongo: Database, draft_id: CityRef) -> Response:
    """Read a draft; somebody else's is not found."""
    draft = await store.draft_of(mongo, draft_id)
    if draft is None or not usecases.may_see(who, draft):
        raise CityDraftNotFound
    return respond(_answer(draft))


@ROUTER.patch("/{draft_id}", response_model=DraftOut)
async def revise_draft(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, int], Depends(draft_key)],
    body: CityChanges,
) -> Response:
    """Correct or add facts; what the body leaves out stays, null makes a fact unknown."""
    draft = await run(mongo, lambda tx: usecases.revise_draft(tx, who, key, body.statement()))
    return respond(_answer(draft))


@ROUTER.post("/{draft_id}/submit", response_model=DraftOut)
async def submit_draft(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, int], Depends(draft_key)],
) -> Response:
    """Hand a draft to the officers."""
    draft = await run(mongo, lambda tx: usecases.step_draft(tx, who, key, rules.submit))
    return respond(_answer(draft))


@ROUTER.post("/{draft_id}/discard", response_model=DraftOut)
async def discard_draft(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[tuple[CityId, int], Depends(draft_key)],
) -> Response:
    """Take a draft back; its record stays."""
    draft = await run(mongo, lambda tx: usecases.step_draft(tx, who, key, rules.discard))
    return respond(_answer(draft))


@ROUTER.post("/{draft_id}/return", response_model=DraftOut)
async def return_draft(
    who: Officer,
    mongo: Database,
    key: Annotated[tuple[CityId, int], Depends(draft_key)],
    body: Returning,
) -> Response:
    """Give a submitted draft back to its author, who can correct and submit it again."""
    draft = await run(mongo, lambda tx: usecases.return_draft(tx, who, key, body.reason))
    return respond(_answer(draft))


@ROUTER.post("/{draft_id}/verify", response_model=NewCityOut)
async def verify_draft(
    who: Officer,
    mongo: Database,
    key: Annotated[tuple[CityId, int], Depends(draft_key)],
    confirmed_different_from: Annotated[
        Confirmed, Query(description="Records that you have looked at: they are of other cities.")
    ] = (),
) -> Response:
    """Enter a submitted draft into the register, under its id; answers with the city.

    409 `city_exists` names a record that certainly is of the same city; `possible_duplicates` are
    those that may be.
    """
    other = confirmed_different_from
    registered = await run(mongo, lambda tx: verify_unless_known(tx, who, key, other))
    return respond(registered_answer(registered, new=False))


def _answer(draft: Draft) -> Answer:
    return Answer(DraftOut.of(draft), draft.version)
