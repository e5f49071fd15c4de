"""Turn-taking: who went without in the published rounds of a programme, counted from the record."""

from collections import Counter
from collections.abc import Iterable, Mapping

from services.matching.domain import records
from services.matching.domain.exchanges import Exchange
from services.matching.domain.rounds import Proposal, Round
from services.matching.store import ROUND_INPUTS, ROUND_TURNS, RoundTurns
from shared.ids import CityId
from shared.unit_of_work import Tx


async def turns_without(tx: Tx, exchange: Exchange) -> Mapping[str, int]:
    """Give how often each city went without in the programme; who never did is not in it."""
    rows = await tx.find(ROUND_TURNS, {"programme_id": exchange.terms.programme_id})
    return Counter(city_id for row in rows for city_id in row.without)


async def remember_turns(
    tx: Tx, exchange: Exchange, round_: Round, proposals: Iterable[Proposal]
) -> None:
    """Write down who was admitted to a round that is being published, and who goes without."""
    inputs = await tx.get(ROUND_INPUTS, round_.id)
    if inputs is None:
        return
    admitted = inputs.admitted or _admitted(inputs.problem)
    taken = {city for each in proposals for city in (each.eu_city_id, each.partner_city_id)}
    await tx.get(ROUND_TURNS, round_.id)
    turns = RoundTurns(
        id=round_.id,
        programme_id=exchange.terms.programme_id,
        exchange_id=exchange.id,
        published_at=tx.now,
        admitted=admitted,
        without=tuple(city for city in admitted if city not in taken),
    )
    tx.put(ROUND_TURNS, turns)


def _admitted(record: bytes) -> tuple[CityId, ...]:
    return tuple(CityId(city) for side in records.cities_of(record) for city in side)
