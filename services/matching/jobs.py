"""What a round's worker has worked out beside the service, in a process of its own.

Nothing here waits or asks the database; what it gives is ready to be inserted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import bson

from services.matching.domain import records, rounds
from services.matching.domain.comparison import compare
from services.matching.domain.rounds import Figures, Proposal, Round
from services.matching.solver.problem import Problem
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve
from services.matching.store import PROPOSALS
from shared.ids import ProposalId, new_id

Report = Callable[[str], None]
"""Told the stage that begins."""


@dataclass(frozen=True, slots=True)
class Job:
    """A round to solve; ``base`` are inputs and result of the round to compare it with."""

    round: Round
    problem: bytes
    base: tuple[bytes, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a job, ready to be saved."""

    found: Figures | Infeasible
    answer: bytes
    """Packed, as is the comparison."""
    sha256: str
    """The digest of the answer before it was packed."""
    proposals: tuple[bytes, ...] = ()
    """Their documents in BSON: whoever inserts them has nothing left to work out."""
    comparison: bytes | None = None
    compared: tuple[int, int, int] | None = None
    """Pairs kept, gained and lost."""


def nothing(_: Report) -> None:
    """Do nothing: calling it has everything loaded that work needs."""


def work_out(job: Job, report: Report) -> Outcome:
    """Solve a round, prove it, make its proposals, and compare it with its base."""
    problem = records.read_problem(job.problem)
    answer = solve(problem, report)
    if isinstance(answer, Infeasible):
        return gave_up(answer)
    locks = {lock.pair: lock for lock in job.round.locks}
    proposals = tuple(
        _encoded(rounds.propose(job.round, suggestion, (ProposalId(new_id("prp")), rank), locks))
        for rank, suggestion in enumerate(answer.suggestions, 1)
    )
    outcome = _outcome(rounds.figures_of(answer), records.written(answer), proposals)
    base = _read(job.base)
    if base is None:
        return outcome
    found = compare(base, (problem, answer))
    return replace(
        outcome,
        comparison=records.packed(records.written(found)),
        compared=(found.kept, found.gained, found.lost),
    )


def _encoded(proposal: Proposal) -> bytes:
    return bson.encode(PROPOSALS.document(proposal))


def gave_up(why: Infeasible) -> Outcome:
    """Give the outcome of a round that has no answer."""
    return _outcome(why, records.written(why))


def _outcome(
    found: Figures | Infeasible, answer: bytes, proposals: tuple[bytes, ...] = ()
) -> Outcome:
    return Outcome(found, records.packed(answer), records.digest(answer), proposals)


def compared(before: tuple[bytes, bytes], after: tuple[bytes, bytes], _: Report) -> bytes | None:
    """Compare two rounds by their inputs and results; None where one has no solution."""
    runs = _read(before), _read(after)
    if runs[0] is None or runs[1] is None:
        return None
    return records.written(compare(runs[0], runs[1]))


Run = tuple[bytes, bytes]
"""Inputs and result of a round, as they are stored."""


def _read(run: Run | None) -> tuple[Problem, Solution] | None:
    if run is None:
        return None
    answer = records.read_answer(run[1])
    return (records.read_problem(run[0]), answer) if isinstance(answer, Solution) else None
