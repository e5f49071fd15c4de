"""Applications: coordinators write and submit those of their own cities, officers decide.

Promises that somebody else's draft is as if it did not exist (404), also to a guess of its id.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass

from services.matching.domain import applications as rules
from services.matching.domain import pairings, reserves
from services.matching.domain.applications import NO_CRITERIA, Application, Criteria
from services.matching.domain.eligibility import CityFacts
from services.matching.domain.exchanges import Exchange
from services.matching.domain.pairings import LIVE
from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    ApplicationExchangeUnknown,
    ApplicationExists,
    ApplicationNotFound,
    ApplicationPaired,
    ExchangeNotFound,
    ReserveListDiffers,
)
from services.matching.store import APPLICATIONS, CITY_COPIES, EXCHANGES, pairings_of
from services.matching.usecases.pairings import end_waiting
from services.matching.usecases.targets import Target, stamp, take
from shared.auth import Principal, Role, may_act_for, require_city, require_role
from shared.contracts.matching import ApplicationEvent, Side
from shared.ids import ApplicationId, CityId, ExchangeId, new_id
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Draft:
    """An application to begin."""

    exchange_id: ExchangeId
    city_id: CityId
    side: Side
    statement: str
    illustrative: bool = False
    criteria: Criteria = NO_CRITERIA


async def draft(tx: Tx, who: Principal, command: Draft) -> Application:
    """Begin an application; nobody else learns of it until it is submitted.

    Raises:
        ApplicationExchangeUnknown, ApplicationSideMismatch, ApplicationCapacityExceeded: 422.
        CallClosed, ApplicationExists: 409.
    """
    require_city(who, command.city_id)
    exchange = await tx.get(EXCHANGES, command.exchange_id)
    if exchange is None:
        raise ApplicationExchangeUnknown
    rules.require_open_call(exchange, tx.now)
    city = await tx.get(CITY_COPIES, command.city_id)
    if city is not None:
        rules.require_side(command.side, city.country, exchange)
    rules.require_capacity(command.criteria, command.side, exchange)
    keys = {"exchange_id": command.exchange_id, "city_id": command.city_id}
    for existing in await tx.find(APPLICATIONS, keys, limit=1):
        raise ApplicationExists(f"It is {existing.id} ({existing.status}).")
    application = Application(
        id=ApplicationId(new_id("app")),
        exchange_id=command.exchange_id,
        city_id=command.city_id,
        side=command.side,
        statement=command.statement,
        illustrative=command.illustrative,
        created_by=who.subject,
        created_at=tx.now,
        changed_by=who.subject,
        changed_at=tx.now,
        criteria=command.criteria,
    )
    tx.put(APPLICATIONS, application)
    return application


async def revise(
    tx: Tx, who: Principal, target: Target, statement: str | None, criteria: Criteria | None
) -> Application:
    """Write statement or criteria of a draft anew; None leaves them.

    Raises:
        ApplicationCapacityExceeded: 422.
        ApplicationStatusUnfit: 409.
    """
    application = await _own(tx, who, target)
    if criteria is not None:
        exchange = await _exchange_of(tx, application)
        rules.require_capacity(criteria, application.side, exchange)
    application = rules.revise_draft(application, statement, criteria, stamp(tx, who))
    tx.put(APPLICATIONS, application)
    return application


async def submit(tx: Tx, who: Principal, target: Target) -> Application:
    """Hand an application in, before the deadline."""
    application = await _own(tx, who, target)
    exchange = await _exchange_of(tx, application)
    application, event = rules.submit(application, exchange, stamp(tx, who))
    return tx.save(APPLICATIONS, application, event)


async def withdraw(tx: Tx, who: Principal, target: Target) -> Application:
    """Take an application back; pairings that still await answers end by that.

    Raises:
        ApplicationPaired: the city cooperates in the exchange (409).
    """
    application = await _own(tx, who, target)
    await _require_alone(tx, application, ("active", "suspended"))
    await end_waiting(tx, who, (application.exchange_id, application.city_id))
    application, events = rules.withdraw(application, stamp(tx, who))
    if events:
        return tx.save(APPLICATIONS, application, *events)
    tx.put(APPLICATIONS, application)
    return application


async def assess(tx: Tx, who: Principal, target: Target, waiver: str | None) -> Application:
    """Find whether a city is eligible; ``waiver`` says why soft thresholds are not applied."""
    return await _judge(tx, who, (target, waiver), rules.assess)


async def admit(tx: Tx, who: Principal, target: Target, waiver: str | None) -> Application:
    """Admit a city to its exchange; ``waiver`` says why a soft threshold is not applied."""
    return await _judge(tx, who, (target, waiver), rules.admit)


async def reserve(tx: Tx, who: Principal, target: Target, reason: str) -> Application:
    """Put a city on the reserve list of its side, behind those that are on it.

    Raises:
        ApplicationPaired: it has a pairing that goes on (409).
    """
    require_role(who, Role.OFFICER)
    application = await take(tx, APPLICATIONS, target, ApplicationNotFound)
    await _require_alone(tx, application, LIVE)
    listed = await reserve_list(tx, application.exchange_id, application.side)
    place = reserves.next_place(listed)
    application, event = reserves.reserve(application, reason, place, stamp(tx, who))
    return tx.save(APPLICATIONS, application, event)


async def reject(tx: Tx, who: Principal, target: Target, reason: str) -> Application:
    """Decide against a city."""
    require_role(who, Role.OFFICER)
    application = await take(tx, APPLICATIONS, target, ApplicationNotFound)
    application, event = rules.reject(application, reason, stamp(tx, who))
    return tx.save(APPLICATIONS, application, event)


async def order_reserves(
    tx: Tx, who: Principal, place: tuple[ExchangeId, Side], order: tuple[ApplicationId, ...]
) -> list[Application]:
    """Give the reserve list of a side its order; ``order`` names all that are on it, once each.

    Raises:
        ExchangeNotFound: 404.
        ReserveListDiffers: the list holds others, or one is named twice (409).
    """
    require_role(who, Role.OFFICER)
    exchange_id, side = place
    if await tx.get(EXCHANGES, exchange_id) is None:
        raise ExchangeNotFound
    listed = {each.id: each for each in await reserve_list(tx, exchange_id, side)}
    if sorted(order) != sorted(listed):
        raise ReserveListDiffers
    moved: list[Application] = []
    for number, id_ in enumerate(order, 1):
        application, events = reserves.move(listed[id_], number, stamp(tx, who))
        moved.append(tx.save(APPLICATIONS, application, *events))
    return moved


async def read_reserves(tx: Tx, exchange_id: ExchangeId, side: Side | None) -> list[Application]:
    """Give the reserve list of a side, or of both, first to step in first.

    Raises:
        ExchangeNotFound: 404.
    """
    if await tx.get(EXCHANGES, exchange_id) is None:
        raise ExchangeNotFound
    sides: tuple[Side, ...] = ("eu", "partner") if side is None else (side,)
    return [each for one in sides for each in await reserve_list(tx, exchange_id, one)]


async def reserve_list(tx: Tx, exchange_id: ExchangeId, side: Side) -> list[Application]:
    """Give the reserve list of a side, first to step in first."""
    query = {"exchange_id": exchange_id, "status": "reserve"}
    every = await tx.find(APPLICATIONS, query)
    return reserves.in_order(each for each in every if each.side == side)


def require_readable(who: Principal, application: Application | None) -> Application:
    """Let pass who may read an application: officers, and coordinators of its city.

    Raises:
        ApplicationNotFound: there is none, or it is somebody else's draft (404).
        Forbidden: it is another city's (403).
    """
    if application is None:
        raise ApplicationNotFound
    if application.submitted_at is None and not may_act_for(who, application.city_id):
        raise ApplicationNotFound
    require_city(who, application.city_id)
    return application


Judge = Callable[
    [Application, Exchange, CityFacts | None, str | None, Stamp],
    tuple[Application, ApplicationEvent],
]


async def _judge(
    tx: Tx, who: Principal, what: tuple[Target, str | None], rule: Judge
) -> Application:
    require_role(who, Role.OFFICER)
    target, waiver = what
    application = await take(tx, APPLICATIONS, target, ApplicationNotFound)
    exchange = await _exchange_of(tx, application)
    copy = await tx.get(CITY_COPIES, application.city_id)
    city = CityFacts(copy.country, copy.status == "withdrawn", copy.population) if copy else None
    application, event = rule(application, exchange, city, waiver, stamp(tx, who))
    return tx.save(APPLICATIONS, application, event)


async def _require_alone(
    tx: Tx, application: Application, statuses: Container[pairings.Status]
) -> None:
    for pairing in await pairings_of(tx, application.exchange_id, application.city_id):
        if pairing.status in statuses:
            raise ApplicationPaired(f"{pairing.id} is {pairing.status}.")


async def _own(tx: Tx, who: Principal, target: Target) -> Application:
    require_readable(who, await tx.get(APPLICATIONS, target.id))
    return await take(tx, APPLICATIONS, target, ApplicationNotFound)


async def _exchange_of(tx: Tx, application: Application) -> Exchange:
    exchange = await tx.get(EXCHANGES, application.exchange_id)
    if exchange is None:
        raise ExchangeNotFound
    return exchange
