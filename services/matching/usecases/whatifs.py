"""What-ifs: how a round would come out with other weights, rules, locks or vetoes."""

from dataclasses import dataclass, replace

from services.matching.domain import records
from services.matching.domain.rounds import Decision, Round
from services.matching.domain.terms import Terms, require_sound
from services.matching.errors import ExchangeNotFound, RoundNotFound, RoundResultMissing
from services.matching.solver.problem import Rules, Weights
from services.matching.store import EXCHANGES, ROUND_INPUTS, ROUNDS
from services.matching.usecases.rounds import keep_request
from services.matching.usecases.targets import Target, find
from shared.auth import Principal, Role, require_role
from shared.ids import RoundId, new_id
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class RequestWhatIf:
    """What to change of a round's stored inputs; None leaves it as it was."""

    base_round_id: RoundId
    weights: Weights | None = None
    rules: Rules | None = None
    locks: tuple[Decision, ...] | None = None
    vetoes: tuple[Decision, ...] | None = None


async def request(tx: Tx, who: Principal, command: RequestWhatIf) -> Round:
    """Ask for a what-if over the stored inputs of a round, whatever has changed since.

    Raises:
        RoundNotFound: 404.
        RoundResultMissing: the round was cancelled, or its inputs are not kept (409).
        ExchangeWeightsUnbalanced, ExchangeRulesInvalid: 422.
        RoundCityNotAdmitted, RoundPairsContradictory: 422.
    """
    require_role(who, Role.OFFICER)
    base = await find(tx, ROUNDS, Target(command.base_round_id, 0), RoundNotFound)
    inputs = await tx.get(ROUND_INPUTS, base.id)
    if inputs is None or base.status == "cancelled":
        raise RoundResultMissing
    exchange = await find(tx, EXCHANGES, Target(base.exchange_id, 0), ExchangeNotFound)
    _require_sound(exchange.terms, command)
    record = records.revised(inputs.problem, _changes(command))
    round_ = Round(
        id=RoundId(new_id("rnd")),
        exchange_id=base.exchange_id,
        locks=base.locks if command.locks is None else command.locks,
        vetoes=base.vetoes if command.vetoes is None else command.vetoes,
        requested_by=who.subject,
        requested_at=tx.now,
        kind="what_if",
        base_round_id=base.id,
    )
    return await keep_request(tx, round_, record, records.cities_of(record))


def _require_sound(terms: Terms, command: RequestWhatIf) -> None:
    weights, rules = command.weights or terms.weights, command.rules or terms.rules
    require_sound(replace(terms, weights=weights, rules=rules))


def _changes(command: RequestWhatIf) -> dict[str, object]:
    """Give the fields of the problem that the command changes."""
    pairs = {"locks": command.locks, "vetoes": command.vetoes}
    changes: dict[str, object] = {
        name: [each.pair for each in decisions]
        for name, decisions in pairs.items()
        if decisions is not None
    }
    if command.weights is not None:
        changes["weights"] = command.weights
    if command.rules is not None:
        changes["rules"] = command.rules
    return changes
