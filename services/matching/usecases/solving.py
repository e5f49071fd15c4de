"""A round in the worker's hands: taken, noted how far it is, finished."""

from dataclasses import dataclass, replace

from services.matching.domain import rounds
from services.matching.domain.rounds import Round, Stage
from services.matching.jobs import Job, Outcome
from services.matching.solver.solution import Infeasible
from services.matching.store import (
    PROPOSALS,
    ROUND_INPUTS,
    ROUND_PROGRESS,
    ROUND_RESULTS,
    ROUNDS,
    RoundProgress,
    RoundResult,
)
from services.matching.usecases.rounds import keep
from shared.ids import RoundId
from shared.unit_of_work import Tx


@dataclass(frozen=True, slots=True)
class Taken:
    """A round that a worker has taken: what to work out, and how often it was taken, from 1."""

    job: Job
    tries: int


async def begin(tx: Tx, round_id: RoundId) -> Taken | None:
    """Note that a worker has taken the round; None if it is done already."""
    round_ = await tx.get(ROUNDS, round_id)
    inputs = await tx.get(ROUND_INPUTS, round_id)
    if round_ is None or inputs is None or round_.status != "requested":
        return None
    progress = await tx.get(ROUND_PROGRESS, round_id)
    tries = progress.tries + 1 if progress else 1
    tx.put(ROUND_PROGRESS, RoundProgress(round_id, "scoring", tx.now, tries))
    return Taken(Job(round_, inputs.problem, await _base(tx, round_)), tries)


async def note(tx: Tx, round_id: RoundId, stage: Stage) -> bool:
    """Note how far the round is, and tell whether it is still wanted."""
    round_ = await tx.get(ROUNDS, round_id)
    progress = await tx.get(ROUND_PROGRESS, round_id)
    if round_ is None or round_.status != "requested":
        return False
    if progress is not None and progress.stage != stage:
        tx.put(ROUND_PROGRESS, replace(progress, stage=stage, at=tx.now))
    return True


async def finish(tx: Tx, round_id: RoundId, outcome: Outcome) -> Round | None:
    """Save what the worker found; None, and no effect, if it was cancelled or another was first."""
    round_ = await tx.get(ROUNDS, round_id)
    if round_ is None or round_.status != "requested":
        return None
    tx.give_way()
    await tx.get(ROUND_PROGRESS, round_id)
    tx.put(ROUND_PROGRESS, RoundProgress(round_id, "done", tx.now))
    round_ = replace(round_, result_sha256=outcome.sha256)
    tx.put(ROUND_RESULTS, RoundResult(round_id, outcome.answer, outcome.comparison))
    if isinstance(outcome.found, Infeasible):
        round_, events = rounds.failed(round_, outcome.found, tx.now)
        return keep(tx, round_, *events)
    for document in outcome.proposals:  # their ids are new: nothing has to be read for that
        tx.insert_encoded(PROPOSALS.name, document)
    round_, events = rounds.solved(round_, outcome.found, outcome.compared, tx.now)
    return keep(tx, round_, *events)


async def _base(tx: Tx, round_: Round) -> tuple[bytes, bytes] | None:
    """Give inputs and result of the round to compare with, if they are kept."""
    if round_.base_round_id is None:
        return None
    inputs = await tx.get(ROUND_INPUTS, round_.base_round_id)
    result = await tx.get(ROUND_RESULTS, round_.base_round_id)
    return (inputs.problem, result.answer) if inputs and result else None
