"""Consent around rounds: what cities have refused, what is put to them, and what they leave open.

Promises that a round which an answer has overtaken is not published, and that whoever is asked
learns until when.
"""

from collections.abc import Iterable

from services.matching.domain import reserves
from services.matching.domain.applications import NOT_ADMITTED
from services.matching.domain.exchanges import Exchange
from services.matching.domain.pairings import SUPERSEDED, Pairing
from services.matching.domain.programmes import Stamp
from services.matching.domain.rounds import Decision, Proposal, Round
from services.matching.domain.terms import RematchMode
from services.matching.errors import RoundOutdated
from services.matching.solver.problem import Pair
from services.matching.store import (
    APPLICATIONS,
    PAIRINGS,
    VACANCIES,
    Vacancy,
    vacancies_of,
)
from shared.ids import ExchangeId
from shared.unit_of_work import Tx


async def refusals(tx: Tx, exchange_id: ExchangeId) -> list[Decision]:
    """Give the pairs that the next round must not have again, each with the reason in words.

    They were declined, left to lapse, or dissolved. What a later round merely superseded is none.
    """
    ended = await tx.find(PAIRINGS, {"exchange_id": exchange_id, "status": "dissolved"})
    refused: dict[Pair, Decision] = {}
    for pairing in ended:
        if pairing.dissolved_reason != SUPERSEDED:
            reason = f"{pairing.id} ended: {pairing.dissolved_reason}."
            refused[pairing.pair] = Decision(
                pairing.eu_city_id, pairing.partner_city_id, reason, pairing_id=pairing.id
            )
    return list(refused.values())


async def let_in(tx: Tx, round_: Round, proposals: Iterable[Proposal], stamp: Stamp) -> None:
    """Admit the reserve cities for which a round has found a partner; the others stay in reserve.

    Raises:
        RoundOutdated: one of them has left the list since (409).
    """
    served = {city for each in proposals for city in (each.eu_city_id, each.partner_city_id)}
    for id_ in round_.stand_ins:
        application = await tx.get(APPLICATIONS, id_)
        if application is None or application.city_id not in served:
            continue
        if application.status != "reserve":
            raise RoundOutdated(f"{id_} is {application.status} and no longer in reserve.")
        reason = f"Steps in by round {round_.id}."
        tx.save(APPLICATIONS, *reserves.step_in(application, reason, stamp))


async def require_current(tx: Tx, round_: Round, new: Iterable[Proposal]) -> None:
    """Let pass the pairs that are put to cities anew, if no answer has overtaken them.

    Raises:
        RoundOutdated: a city has declined, let lapse or left since the round was asked for (409).
    """
    known = {veto.pair for veto in round_.vetoes}
    own = {lock.pair for lock in round_.locks if lock.pairing_id is None}
    refused = {each.pair: each for each in await refusals(tx, round_.exchange_id)}
    left = await _left(tx, round_.exchange_id)
    for proposal in new:
        refusal = refused.get(proposal.pair)
        if refusal is not None and proposal.pair not in known | own:
            raise RoundOutdated(f"{refusal.reason} Ask for a new round.")
        for city_id in (proposal.eu_city_id, proposal.partner_city_id):
            if city_id in left:
                raise RoundOutdated(f"{city_id} no longer takes part in the exchange.")


async def settle(tx: Tx, round_: Round) -> None:
    """Close the vacancies that a published round knows of: nobody has to ask for them again."""
    settled = {veto.pair for veto in round_.vetoes}
    for vacancy in await vacancies_of(tx, round_.exchange_id):
        if vacancy.pair in settled:
            tx.delete(VACANCIES, vacancy.id)


def leave_vacancy(tx: Tx, pairing: Pairing, exchange: Exchange) -> None:
    """Note that two cities are to be matched anew, since one of them said no or nothing."""
    automatic = exchange.terms.rematch is RematchMode.AUTOMATIC
    vacancy = Vacancy(
        id=pairing.id,
        exchange_id=pairing.exchange_id,
        eu_city_id=pairing.eu_city_id,
        partner_city_id=pairing.partner_city_id,
        automatic=automatic,
        at=tx.now,
    )
    tx.put(VACANCIES, vacancy)


async def _left(tx: Tx, exchange_id: ExchangeId) -> set[str]:
    """Give the cities that applied and are not admitted now; those that just stepped in are.

    An application stays for good, and a round has only cities that were admitted: whoever is not
    among these few takes part.
    """
    query = {"exchange_id": exchange_id, "status": {"$in": list(NOT_ADMITTED)}}
    found = await tx.find(APPLICATIONS, query)
    return {each.city_id for each in found if each.status != "admitted"}
