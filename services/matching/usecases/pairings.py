"""Pairings: each city answers for its side, officers on behalf of one."""

from dataclasses import dataclass

from services.matching.domain import pairings as rules
from services.matching.domain.pairings import DeclineReason, DissolveReason, Pairing, Step
from services.matching.errors import PairingNotFound, PairingSideMissing
from services.matching.store import PAIRINGS
from services.matching.usecases.targets import Target, find, stamp
from shared.auth import Principal, Role, may_act_for
from shared.contracts.matching import Side
from shared.errors import Forbidden
from shared.ids import CityId
from shared.unit_of_work import Tx
from shared.web import require_version


async def accept(tx: Tx, who: Principal, target: Target, side: Side | None) -> Pairing:
    """Say yes for one side."""
    pairing = await find(tx, PAIRINGS, target, PairingNotFound)
    answering = side_of(who, pairing, side)
    require_version(pairing.version, target.version)
    pairing, event = rules.accept(pairing, answering, stamp(tx, who))
    return tx.save(PAIRINGS, pairing, event)


@dataclass(frozen=True, slots=True)
class Decline:
    """A no, and why."""

    reason: DeclineReason
    note: str | None = None
    side: Side | None = None


async def decline(tx: Tx, who: Principal, target: Target, command: Decline) -> Pairing:
    """Say no for one side."""
    pairing = await find(tx, PAIRINGS, target, PairingNotFound)
    side = side_of(who, pairing, command.side)
    require_version(pairing.version, target.version)
    why = (command.reason, command.note)
    pairing, event = rules.decline(pairing, side, why, stamp(tx, who))
    return tx.save(PAIRINGS, pairing, event)


@dataclass(frozen=True, slots=True)
class Dissolve:
    """An end before its time, and why."""

    reason: DissolveReason
    note: str | None = None


async def dissolve(tx: Tx, who: Principal, target: Target, command: Dissolve) -> Pairing:
    """End a pairing before its time, by either city or the programme team."""
    pairing = await find(tx, PAIRINGS, target, PairingNotFound)
    officer = Role.OFFICER in who.roles
    side = None if officer else _sides(who, pairing)[0]
    require_version(pairing.version, target.version)
    step = Step("dissolved", who.subject, tx.now, side, command.note)
    pairing, event = rules.dissolve(pairing, command.reason, step)
    return tx.save(PAIRINGS, pairing, event)


def side_of(who: Principal, pairing: Pairing, named: Side | None) -> Side:
    """Give the side that the caller answers for.

    Raises:
        Forbidden: they act for neither city, or not for the one named (403).
        PairingSideMissing: they act for both and name none (422).
    """
    sides = _sides(who, pairing)
    if named is not None:
        if named not in sides:
            raise Forbidden("You don't act for the city of this side.")
        return named
    if len(sides) > 1:
        raise PairingSideMissing
    return sides[0]


def _sides(who: Principal, pairing: Pairing) -> list[Side]:
    cities: dict[Side, CityId] = {
        "eu": pairing.eu_city_id,
        "partner": pairing.partner_city_id,
    }
    sides = [side for side, city_id in cities.items() if may_act_for(who, city_id)]
    if not sides:
        raise Forbidden("You act for neither of the two cities.")
    return sides
