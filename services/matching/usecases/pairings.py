"""Pairings: each city answers for its side, officers on behalf of one; then they cooperate."""

from dataclasses import dataclass

from services.matching.domain import actions as plan
from services.matching.domain import pairings as rules
from services.matching.domain import reserves
from services.matching.domain.applications import Application, capacity_of
from services.matching.domain.exchanges import Exchange, answer_by
from services.matching.domain.pairings import (
    LIVE,
    WAITING,
    DeclineReason,
    DissolveReason,
    Outcome,
    Pairing,
    Step,
)
from services.matching.errors import (
    ExchangeNotFound,
    PairingNotFound,
    PairingPartnerTaken,
    PairingReplacementLive,
    PairingReplacementUnfit,
    PairingSideMissing,
)
from services.matching.store import ACTIONS, APPLICATIONS, EXCHANGES, PAIRINGS, pairings_of
from services.matching.usecases.consent import leave_vacancy
from services.matching.usecases.targets import Target, find, stamp, take
from shared.auth import Principal, Role, may_act_for, require_role
from shared.contracts.matching import Side
from shared.errors import Forbidden
from shared.ids import CityId, ExchangeId, PairingId, new_id
from shared.unit_of_work import Tx
from shared.web import require_version


async def accept(tx: Tx, who: Principal, target: Target, side: Side | None) -> Pairing:
    """Say yes for one side; a replacement that becomes active takes the open actions over."""
    pairing = await find(tx, PAIRINGS, target, PairingNotFound)
    answering = side_of(who, pairing, side)
    require_version(pairing.version, target.version)
    pairing, event = rules.accept(pairing, answering, stamp(tx, who))
    if pairing.status == "active" and pairing.replaces is not None:
        await _inherit(tx, who, pairing)
    return tx.save(PAIRINGS, pairing, event)


@dataclass(frozen=True, slots=True)
class Decline:
    """A no, and why."""

    reason: DeclineReason
    note: str | None = None
    side: Side | None = None


async def decline(tx: Tx, who: Principal, target: Target, command: Decline) -> Pairing:
    """Say no for one side; both cities are then to be matched anew."""
    pairing = await find(tx, PAIRINGS, target, PairingNotFound)
    side = side_of(who, pairing, command.side)
    require_version(pairing.version, target.version)
    why = (command.reason, command.note)
    pairing, event = rules.decline(pairing, side, why, stamp(tx, who))
    if pairing.replaces is None:
        leave_vacancy(tx, pairing, await exchange_of(tx, pairing))
    return tx.save(PAIRINGS, pairing, event)


@dataclass(frozen=True, slots=True)
class Dissolve:
    """An end before its time, and why."""

    reason: DissolveReason
    note: str | None = None


async def dissolve(tx: Tx, who: Principal, target: Target, command: Dissolve) -> Pairing:
    """End a pairing before its time, by either city or the programme team."""
    pairing, side = await _own(tx, who, target)
    step = Step("dissolved", who.subject, tx.now, side, command.note)
    pairing, event = rules.dissolve(pairing, command.reason, step)
    return tx.save(PAIRINGS, pairing, event)


async def suspend(tx: Tx, who: Principal, target: Target, note: str) -> Pairing:
    """Let a cooperation pause, by either city or the programme team."""
    pairing, side = await _own(tx, who, target)
    return tx.save(PAIRINGS, *rules.suspend(pairing, side, note, stamp(tx, who)))


async def resume(tx: Tx, who: Principal, target: Target) -> Pairing:
    """Let a suspended cooperation go on, by either city or the programme team."""
    pairing, side = await _own(tx, who, target)
    return tx.save(PAIRINGS, *rules.resume(pairing, side, stamp(tx, who)))


async def conclude(tx: Tx, who: Principal, target: Target, outcome: Outcome) -> Pairing:
    """Bring a cooperation to its planned end, by either city or the programme team."""
    pairing, side = await _own(tx, who, target)
    return tx.save(PAIRINGS, *rules.conclude(pairing, side, outcome, stamp(tx, who)))


@dataclass(frozen=True, slots=True)
class Replace:
    """Another city in the place of one partner, and why."""

    side: Side
    city_id: CityId
    note: str


async def replace(tx: Tx, who: Principal, target: Target, command: Replace) -> Pairing:
    """Put another city in the place of one partner; give the pairing that both now answer.

    A city of the reserve list is admitted by that. The open actions go over when both said yes.

    Raises:
        PairingEnded, PairingNotActive, PairingReplacementLive, PairingPartnerTaken: 409.
        PairingReplacementUnfit: 422.
    """
    require_role(who, Role.OFFICER)
    pairing = await take(tx, PAIRINGS, target, PairingNotFound)
    if pairing.replaced_by is not None:
        earlier = await tx.get(PAIRINGS, pairing.replaced_by)
        if earlier is not None and earlier.status in (*LIVE, "concluded"):
            raise PairingReplacementLive(f"It is {earlier.id}.")
    exchange, by = await exchange_of(tx, pairing), stamp(tx, who)
    application = await _fit(tx, pairing, exchange, command)
    if pairing.status not in LIVE:
        await _require_free(tx, pairing.city(_other(command.side)), exchange)
    new_ids = (PairingId(new_id("pai")), answer_by(exchange, tx.now))
    new = rules.successor_of(pairing, (command.side, command.city_id), new_ids, by)
    ended, begun = rules.replace_partner(pairing, new, command.note, by)
    tx.save(PAIRINGS, *ended)
    if application.status == "reserve":
        reason = f"Takes a place in {new.id}."
        tx.save(APPLICATIONS, *reserves.step_in(application, reason, by))
    return tx.save(PAIRINGS, *begun)


async def end_waiting(tx: Tx, who: Principal, place: tuple[ExchangeId, CityId]) -> None:
    """End what a city that withdraws was still asked about, and note whom that leaves alone."""
    exchange_id, city_id = place
    for pairing in await pairings_of(tx, exchange_id, city_id):
        if pairing.status in WAITING:
            side: Side = "eu" if pairing.eu_city_id == city_id else "partner"
            step = Step("dissolved", who.subject, tx.now, side)
            ended, event = rules.dissolve(pairing, DissolveReason.PARTNER_WITHDREW, step)
            leave_vacancy(tx, ended, await exchange_of(tx, pairing))
            tx.save(PAIRINGS, ended, event)


def side_of(who: Principal, pairing: Pairing, named: Side | None) -> Side:
    """Give the side that the caller answers for.

    Raises:
        Forbidden: they act for neither city, or not for the one named (403).
        PairingSideMissing: they act for both and name none (422).
    """
    sides = sides_of(who, pairing)
    if named is not None:
        if named not in sides:
            raise Forbidden("You don't act for the city of this side.")
        return named
    if len(sides) > 1:
        raise PairingSideMissing
    return sides[0]


def sides_of(who: Principal, pairing: Pairing) -> list[Side]:
    """Give the sides that the caller acts for; officers for both.

    Raises:
        Forbidden: for neither (403).
    """
    sides = [side for side in rules.SIDES if may_act_for(who, pairing.city(side))]
    if not sides:
        raise Forbidden("You act for neither of the two cities.")
    return sides


async def exchange_of(tx: Tx, pairing: Pairing) -> Exchange:
    """Give the exchange that a pairing belongs to."""
    exchange = await tx.get(EXCHANGES, pairing.exchange_id)
    if exchange is None:
        raise ExchangeNotFound
    return exchange


async def _own(tx: Tx, who: Principal, target: Target) -> tuple[Pairing, Side | None]:
    """Give the pairing, and the side on record: None where the programme team acts."""
    pairing = await find(tx, PAIRINGS, target, PairingNotFound)
    side = None if Role.OFFICER in who.roles else sides_of(who, pairing)[0]
    require_version(pairing.version, target.version)
    return pairing, side


async def _fit(tx: Tx, pairing: Pairing, exchange: Exchange, command: Replace) -> Application:
    """Give the application of the city that comes in.

    Raises:
        PairingReplacementUnfit: 422.
    """
    if command.city_id in pairing.city_ids:
        raise PairingReplacementUnfit("is one of the two cities already")
    application = await _application_of(tx, exchange, command.city_id)
    if application is None or application.side != command.side:
        raise PairingReplacementUnfit("has no application on this side of the exchange")
    if application.status not in {"admitted", "reserve"}:
        raise PairingReplacementUnfit(f"is {application.status}, neither admitted nor in reserve")
    live = await _live_of(tx, exchange, command.city_id)
    if len(live) >= capacity_of(application, exchange):
        raise PairingReplacementUnfit(f"has as many partners as it takes ({len(live)})")
    staying = pairing.city(_other(command.side))
    if any(staying in each.city_ids for each in live):
        raise PairingReplacementUnfit("is a partner of the other city already")
    return application


async def _require_free(tx: Tx, city_id: CityId, exchange: Exchange) -> None:
    """Let pass a city that stays of a pairing that has ended: it may have gone on meanwhile.

    Raises:
        PairingPartnerTaken: 409.
    """
    application = await _application_of(tx, exchange, city_id)
    status = application.status if application else "not there"
    if application is None or status != "admitted":
        raise PairingPartnerTaken(f"The application of {city_id} is {status}.")
    live = await _live_of(tx, exchange, city_id)
    if len(live) >= capacity_of(application, exchange):
        named = ", ".join(each.id for each in live)
        raise PairingPartnerTaken(f"{city_id} has as many partners as it takes: {named}.")


async def _application_of(tx: Tx, exchange: Exchange, city_id: CityId) -> Application | None:
    keys = {"exchange_id": exchange.id, "city_id": city_id}
    found = await tx.find(APPLICATIONS, keys, limit=1)
    return found[0] if found else None


async def _live_of(tx: Tx, exchange: Exchange, city_id: CityId) -> list[Pairing]:
    theirs = await pairings_of(tx, exchange.id, city_id)
    return [each for each in theirs if each.status in LIVE]


def _other(side: Side) -> Side:
    return "partner" if side == "eu" else "eu"


async def _inherit(tx: Tx, who: Principal, new: Pairing) -> None:
    old = await tx.get(PAIRINGS, new.replaces or "")
    while old is not None:
        for action in await tx.find(ACTIONS, {"pairing_id": old.id, "going": True}):
            tx.save(ACTIONS, *plan.inherit(action, old, new, stamp(tx, who)))
        old = await tx.get(PAIRINGS, old.replaces) if old.replaces else None
