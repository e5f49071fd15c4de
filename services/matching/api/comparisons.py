"""`/v1/rounds/{id}/comparison` and `/proof`: a round against another one, and what it rests on."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from services.matching.api.answers import Answers
from services.matching.domain import records
from services.matching.domain.comparison import Cause, Change, Comparison
from services.matching.domain.comparison_words import cause_in_words, input_in_words
from services.matching.domain.inputs import InputChange
from services.matching.errors import RoundResultMissing
from services.matching.jobs import compared
from services.matching.store import city_names, topic_labels
from services.matching.usecases.results import base_of, proof_of, result_of, solved_result_of
from shared.auth import Officer
from shared.commands import Database
from shared.ids import CityRef, RoundId, RoundRef
from shared.mongo import Mongo
from shared.web import Output

ROUTES = APIRouter(prefix="/v1/rounds", tags=["rounds"])

What = Literal["kept", "gained", "lost"]


class CauseOut(Output):
    """Why a pair is there or not there any more."""

    kind: str
    """Such as `vetoed`, `locked`, `score`, `neighbour`; see the description of the route."""
    points: int
    """How much its score or bonus changed by, in integer units."""
    pair: tuple[str, str] | None
    """EU city and partner city of the lock, or of the neighbour, that it is about."""
    city_id: str | None
    steps: int
    """Of a neighbour: how many pairs along the chain."""
    quota: str | None
    """The name of the quota that it is about."""
    text: str


class ChangeOut(Output):
    """One pair of either round; names are null until the registry has told of them."""

    eu_city_id: str
    eu_city_name: str | None
    partner_city_id: str
    partner_city_name: str | None
    what: What
    score_before: int | None
    score_after: int | None
    causes: tuple[CauseOut, ...]


class InputChangeOut(Output):
    """One thing that one round was given and the other not, or not so."""

    kind: Literal["weights", "rules", "lock", "veto", "city", "fact", "level"]
    name: str
    before: str | None
    after: str | None
    pair: tuple[str, str] | None
    city_id: str | None
    text: str


class ComparisonOut(Output):
    """A round against an earlier one; scores in integer units, 1,000,000 is a perfect pair."""

    round_id: RoundId
    with_round_id: RoundId
    kept: int
    gained: int
    lost: int
    score_before: int
    score_after: int
    worst_before: int
    worst_after: int
    inputs: tuple[InputChangeOut, ...]
    changes: tuple[ChangeOut, ...]


class _Asked(Output):
    with_: RoundId | None
    city_id: str | None
    what: What | None


async def _asked(
    with_: Annotated[RoundRef | None, Query(alias="with")] = None,
    city_id: CityRef | None = None,
    what: What | None = None,
) -> _Asked:
    return _Asked(with_=with_, city_id=city_id, what=what)


@ROUTES.get("/{round_id}/comparison")
async def compare_rounds(
    round_id: RoundRef,
    mongo: Database,
    who: Officer,
    answers: Answers,
    asked: Annotated[_Asked, Depends(_asked)],
) -> ComparisonOut:
    """Compare a round with another of its exchange, by default the one that it is based on.

    Each pair that came or went has its causes: a city that came or left (`city_came`, `city_left`),
    a decision (`vetoed`, `veto_lifted`, `locked`, `unlocked`, `lock_elsewhere`,
    `lock_elsewhere_lifted`), a rule (`met`, `met_lifted`, `places`, `quota`, `candidate`), its own
    worth (`score`, `bonus`), a changed pair of one of its cities (`neighbour`), or nothing of its
    own (`rules`, `balance`). `city_id` and `what` leave out the other pairs.
    """
    after = await solved_result_of(mongo, who, round_id)
    before = await base_of(mongo, who, after.round, asked.with_)
    record = after.stored.comparison
    if record is None or before.round.id != after.round.base_round_id:
        record = await answers.answer(compared, before.run, after.run)
    if record is None:
        raise RoundResultMissing
    found = records.read_comparison(record)
    names = await _names(mongo, found)
    return ComparisonOut(
        round_id=round_id,
        with_round_id=before.round.id,
        **{name: getattr(found, name) for name in _COUNTS},
        inputs=tuple(_input_out(each, names) for each in found.inputs),
        changes=tuple(_change_out(each, names) for each in found.changes if _wanted(each, asked)),
    )


@ROUTES.get("/{round_id}/proof", response_model=None)
async def read_proof(round_id: RoundRef, mongo: Database, who: Officer) -> Response:
    """Give all that a round rests on: its inputs as they were, its pairs, and the certificate.

    `worldcities matching check` proves it again, `worldcities matching replay` solves it again.
    """
    result = await result_of(mongo, who, round_id)
    return Response(proof_of(result), media_type="application/json")


_COUNTS = (
    "kept", "gained", "lost", "score_before", "score_after", "worst_before", "worst_after",
)  # fmt: skip


def _wanted(change: Change, asked: _Asked) -> bool:
    cities = (change.pair.eu_city_id, change.pair.partner_city_id)
    return asked.city_id in {None, *cities} and asked.what in {None, change.what}


async def _names(mongo: Mongo, found: Comparison) -> Mapping[str, str]:
    pairs = [each.pair for each in found.changes] + [e.pair for e in found.inputs if e.pair]
    cities = {id_ for pair in pairs for id_ in (pair.eu_city_id, pair.partner_city_id)}
    cities |= {each.city_id for each in found.inputs if each.city_id}
    codes = {each.name for each in found.inputs if each.kind == "level"}
    return await city_names(mongo, cities) | await topic_labels(mongo, codes)


def _change_out(change: Change, names: Mapping[str, str]) -> ChangeOut:
    pair = change.pair
    return ChangeOut(
        eu_city_id=pair.eu_city_id,
        eu_city_name=names.get(pair.eu_city_id),
        partner_city_id=pair.partner_city_id,
        partner_city_name=names.get(pair.partner_city_id),
        what=change.what,
        score_before=change.score_before,
        score_after=change.score_after,
        causes=tuple(_cause_out(each, names) for each in change.causes),
    )


def _cause_out(cause: Cause, names: Mapping[str, str]) -> CauseOut:
    pair = cause.pair and (cause.pair.eu_city_id, cause.pair.partner_city_id)
    return CauseOut(
        kind=cause.kind,
        points=cause.points,
        pair=pair,
        city_id=cause.city_id,
        steps=cause.steps,
        quota=cause.quota,
        text=cause_in_words(cause, names),
    )


def _input_out(change: InputChange, names: Mapping[str, str]) -> InputChangeOut:
    pair = change.pair and (change.pair.eu_city_id, change.pair.partner_city_id)
    return InputChangeOut(
        kind=change.kind,
        name=change.name,
        before=change.before,
        after=change.after,
        pair=pair,
        city_id=change.city_id,
        text=input_in_words(change, names),
    )
