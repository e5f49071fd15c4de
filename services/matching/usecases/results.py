"""What is stored of solved rounds: for replays, checks, comparisons and reasons."""

from dataclasses import dataclass
from typing import Any

import orjson

from services.matching.domain import records
from services.matching.domain.rounds import Round
from services.matching.errors import (
    RoundBaseMissing,
    RoundExchangesDiffer,
    RoundResultMissing,
)
from services.matching.store import ROUND_INPUTS, ROUND_RESULTS, ROUNDS, RoundResult
from services.matching.usecases.rounds import require_round
from shared.auth import Principal
from shared.ids import RoundId
from shared.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Result:
    """A round with its stored inputs and result, as packed bytes."""

    round: Round
    problem: bytes
    stored: RoundResult

    @property
    def run(self) -> tuple[bytes, bytes]:
        """Inputs and result."""
        return self.problem, self.stored.answer


async def result_of(mongo: Mongo, who: Principal, round_id: RoundId) -> Result:
    """Give what is stored of a round that the caller may read.

    Raises:
        RoundNotFound: 404.
        RoundResultMissing: 409.
    """
    round_ = require_round(who, await mongo.get(ROUNDS, round_id))
    inputs = await mongo.get(ROUND_INPUTS, round_id)
    result = await mongo.get(ROUND_RESULTS, round_id)
    if inputs is None or result is None:
        raise RoundResultMissing(f"The round is {round_.status}.")
    return Result(round_, inputs.problem, result)


async def solved_result_of(mongo: Mongo, who: Principal, round_id: RoundId) -> Result:
    """Give what is stored of a round that has a solution.

    Raises:
        RoundNotFound: 404.
        RoundResultMissing: 409.
    """
    found = await result_of(mongo, who, round_id)
    if found.round.status not in {"solved", "published"}:
        raise RoundResultMissing(f"The round is {found.round.status}.")
    return found


async def base_of(mongo: Mongo, who: Principal, round_: Round, named: RoundId | None) -> Result:
    """Give the round to compare with: the named one, else the one that it was based on.

    Raises:
        RoundNotFound: 404.
        RoundBaseMissing, RoundExchangesDiffer, RoundResultMissing: 409.
    """
    base_id = named or round_.base_round_id
    if base_id is None:
        raise RoundBaseMissing
    base = await solved_result_of(mongo, who, base_id)
    if base.round.exchange_id != round_.exchange_id:
        raise RoundExchangesDiffer
    return base


def proof_of(result: Result) -> bytes:
    """Give the proof as JSON: the problem, the pairs, the certificate, and the whole result.

    Of a round without an answer only the problem and the result.
    """
    run = [records.unpacked(each) for each in result.run]
    problem, answer = map(orjson.Fragment, run)
    shown: dict[str, Any] = {"round_id": result.round.id, "problem": problem}
    loaded = orjson.loads(run[1])
    if "certificate" in loaded:
        shown["pairs"] = [each["pair"] for each in loaded["suggestions"]]
        shown["certificate"] = loaded["certificate"]
    return orjson.dumps(shown | {"solution": answer})
