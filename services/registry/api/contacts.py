"""Routes about the people in roles for cities: personal data, for officers and the city's own.

Promises: no partner and no operator reads any of it, and no answer that is stored holds any.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.registry import store
from services.registry.api.contact_models import (
    ELSEWHERE,
    ContactChanges,
    ContactOut,
    ContactRefOut,
    Ending,
    ExportOut,
    HandOverIn,
    NewContact,
)
from services.registry.api.counts import ChangeOut
from services.registry.api.redirects import MOVED, or_moved, redirect
from services.registry.domain.contacts import Contact
from services.registry.errors import CityNotFound, ContactNotFound
from services.registry.usecases import contacts as usecases
from shared.auth import OfficerOrCoordinator, Principal, require_city
from shared.commands import Answer, Database, respond, run, run_once
from shared.idempotency import IdempotencyKey
from shared.ids import CityId, CityRef, ContactId, ContactRef
from shared.mongo import Mongo
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, Page, cut, decode_cursor
from shared.unit_of_work import Tx
from shared.web import IfMatch

ROUTER = APIRouter(prefix="/v1/cities/{city_id}/contacts", tags=["contacts"])

Key = tuple[CityId, ContactId, int]
"""Which contact of which city, and the version of it that the sender has seen."""


def contact_key(city_id: CityRef, contact_id: ContactRef, version: IfMatch) -> Key:
    """Read which version of which contact a change is about."""
    return city_id, contact_id, version


@ROUTER.post("", status_code=201, response_model=ContactRefOut)
async def appoint_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    request: IdempotencyKey,
    city_id: CityRef,
    body: NewContact,
) -> Response:
    """Appoint a person. With `predecessor_id` that person's role ends the day before."""
    return await run_once(
        mongo,
        request,
        lambda tx: usecases.appoint_contact(tx, who, city_id, body.appointment()),
        _reference,
    )


@ROUTER.get("", response_model=Page[ContactOut], responses=MOVED)
async def list_contacts(
    who: OfficerOrCoordinator,
    mongo: Database,
    city_id: CityRef,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Page[ContactOut] | Response:
    """List the people of a city in the order of their appointment, former ones too."""
    city = await store.city_of(mongo, city_id)
    if moved := await redirect(mongo, city, "/contacts"):
        return moved
    require_city(who, city_id)
    if city is None:
        raise CityNotFound
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await store.list_contacts(mongo, city_id, after, limit + 1)
    contacts, next_ = cut(rows, limit, lambda contact: (contact.id,))
    return Page(items=[ContactOut.of(contact) for contact in contacts], next=next_)


@ROUTER.get("/{contact_id}", response_model=ContactOut, responses=MOVED)
async def read_contact(
    who: OfficerOrCoordinator, mongo: Database, city_id: CityRef, contact_id: ContactRef
) -> Response:
    """Read a contact."""

    async def read() -> Response:
        return respond(_answer(await _known(mongo, who, city_id, contact_id)))

    return await or_moved(mongo, read(), city_id, f"/contacts/{contact_id}")


@ROUTER.patch("/{contact_id}", response_model=ContactOut, responses=MOVED)
async def update_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[Key, Depends(contact_key)],
    body: ContactChanges,
) -> Response:
    """Correct a person's details."""
    changes, starts_on = body.changes(), body.starts_on
    return await _changed(
        mongo, key, "", lambda tx: usecases.update_contact(tx, who, key, changes, starts_on)
    )


@ROUTER.post("/{contact_id}/end", response_model=ContactOut, responses=MOVED)
async def end_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[Key, Depends(contact_key)],
    body: Ending,
) -> Response:
    """Set the last day in the role."""
    return await _changed(
        mongo, key, "/end", lambda tx: usecases.end_contact(tx, who, key, body.ends_on)
    )


@ROUTER.post("/{contact_id}/hand-over", response_model=ContactOut, responses=MOVED)
async def hand_over_contact(
    who: OfficerOrCoordinator,
    mongo: Database,
    key: Annotated[Key, Depends(contact_key)],
    body: HandOverIn,
) -> Response:
    """End a contact and let a successor have what is open; the answer is the predecessor.

    E-mails that wait for an answer go to the successor, and invitations too from now on.
    """
    to = body.hand_over()
    return await _changed(
        mongo, key, "/hand-over", lambda tx: usecases.hand_over_contact(tx, who, key, to)
    )


@ROUTER.get("/{contact_id}/export", response_model=ExportOut, responses=MOVED)
async def export_contact(
    who: OfficerOrCoordinator, mongo: Database, city_id: CityRef, contact_id: ContactRef
) -> ExportOut | Response:
    """Give all that the registry holds about a person, and say what other services hold."""

    async def read() -> ExportOut:
        return await _export(mongo, await _known(mongo, who, city_id, contact_id))

    return await or_moved(mongo, read(), city_id, f"/contacts/{contact_id}/export")


@ROUTER.delete("/{contact_id}", status_code=204, response_class=Response, responses=MOVED)
async def erase_contact(
    who: OfficerOrCoordinator, mongo: Database, key: Annotated[Key, Depends(contact_key)]
) -> Response:
    """Erase a person's data, here and in every service."""

    async def erase() -> Response:
        await run(mongo, lambda tx: usecases.erase_contact(tx, who, key))
        return Response(status_code=204)

    return await or_moved(mongo, erase(), key[0], f"/contacts/{key[1]}")


async def _changed(
    mongo: Mongo, key: Key, rest: str, work: Callable[[Tx], Awaitable[Contact]]
) -> Response:
    async def change() -> Response:
        return respond(_answer(await run(mongo, work)))

    return await or_moved(mongo, change(), key[0], f"/contacts/{key[1]}{rest}")


async def _export(mongo: Mongo, contact: Contact) -> ExportOut:
    changes = await store.changes_of(mongo, contact.id)
    practices = await store.practices_naming(mongo, contact.id)
    return ExportOut(
        exported_at=mongo.clock.now(),
        contact=ContactOut.of(contact),
        changes=tuple(ChangeOut.of(step) for step in changes),
        practice_ids=tuple(each.id for each in practices),
        elsewhere=ELSEWHERE,
    )


async def _known(mongo: Mongo, who: Principal, city_id: CityRef, contact_id: ContactRef) -> Contact:
    require_city(who, city_id)
    contact = await store.contact_of(mongo, contact_id)
    if contact is None or contact.erased or contact.city_id != city_id:
        raise ContactNotFound
    return contact


def _reference(contact: Contact) -> Answer:
    body = ContactRefOut(id=contact.id, version=contact.version, city_id=contact.city_id)
    location = f"/v1/cities/{contact.city_id}/contacts/{contact.id}"
    return Answer(body, contact.version, 201, location)


def _answer(contact: Contact) -> Answer:
    return Answer(ContactOut.of(contact), contact.version)
