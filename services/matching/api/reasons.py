"""Reasons of a round: per round, city and pair, as data and in sentences.

Worked out when asked for, in a process beside the service. Officers may ask everything; a
coordinator about their own cities, once the round is published.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends

from services.matching import questions
from services.matching.answering import Answering
from services.matching.api.answers import Answers
from services.matching.api.parts import Part
from services.matching.api.reason_models import (
    AlternativeOut,
    CityReasonsOut,
    PairReasonsOut,
    RoundReasonsOut,
)
from services.matching.errors import RoundCityNotFound
from services.matching.solver.problem import Pair
from services.matching.solver.reasons import words
from services.matching.solver.reasons.answers import CityReasons, PairReasons, RoundReasons
from services.matching.solver.reasons.phrases import Names
from services.matching.store import city_names, topic_labels
from services.matching.usecases.results import Result, solved_result_of
from services.matching.usecases.rounds import proposal_of
from shared.auth import Anyone, Officer, Principal, Role, may_act_for
from shared.commands import Database
from shared.errors import CursorInvalid, Forbidden
from shared.ids import CityId, CityRef, ProposalRef, RoundId, RoundRef
from shared.mongo import Mongo
from shared.paging import Page, decode_cursor, encode_cursor

ROUTES = APIRouter(tags=["reasons"])

_TOPIC = "topic:"

Order = Literal["loss", "score"]


class Asking:
    """Who asks, and what answers; one parameter of a route."""

    def __init__(self, mongo: Database, who: Anyone, answers: Answers) -> None:
        """Take them from the request."""
        self.mongo: Mongo = mongo
        self.who: Principal = who
        self.answers: Answering = answers


Asked = Annotated[Asking, Depends()]


@ROUTES.get("/v1/rounds/{round_id}/reasons")
async def explain_round(
    round_id: RoundRef, mongo: Database, who: Officer, answers: Answers
) -> RoundReasonsOut:
    """Tell whether the choice is the only one as good, and which cities would rather have others.

    `firm` pairs cost at least a point to replace; `interchangeable` ones do not.
    """
    result = await solved_result_of(mongo, who, round_id)
    found: RoundReasons = await answers.answer(questions.of_round, result.run)
    pairs = [*found.firm, *found.interchangeable, *(each.pair for each in found.blocking)]
    pairs += [pair for swap in found.swaps for pair in (*swap.leaves, *swap.comes)]
    names = await city_names(mongo, _cities(pairs))
    return RoundReasonsOut.of(found, names, words.round_in_words(found, names, {}))


@ROUTES.get("/v1/rounds/{round_id}/cities/{city_id}/reasons")
async def explain_city(round_id: RoundRef, city_id: CityRef, asked: Asked) -> CityReasonsOut:
    """Tell with whom a city is, why not with others, and who would rather have it."""
    found, names = await _of_city(asked, round_id, city_id)
    return CityReasonsOut.of(found, names, words.city_in_words(found, names, {}))


@ROUTES.get("/v1/rounds/{round_id}/cities/{city_id}/alternatives")
async def list_alternatives(
    round_id: RoundRef, city_id: CityRef, asked: Asked, part: Part, sort: Order = "loss"
) -> Page[AlternativeOut]:
    """List every other partner that the city could have had, with what that would have cost.

    By `loss`, the least first, or by `score`, the greatest first.
    """
    found, names = await _of_city(asked, round_id, city_id)
    listed = list(found.alternatives)
    if sort == "score":
        listed.sort(key=lambda each: (-each.score, each.pair.eu_city_id, each.pair.partner_city_id))
    start = 0 if part.cursor is None else _place(part.cursor, sort)
    page = listed[start : start + part.limit]
    known = Names(names, {})
    items = [
        AlternativeOut.of(each, names, words.alternative_in_words(each, known)) for each in page
    ]
    end = start + len(page)
    return Page(items=items, next=encode_cursor(sort, end) if end < len(listed) else None)


@ROUTES.get("/v1/rounds/{round_id}/pairs/{eu_city_id}/{partner_city_id}/reasons")
async def explain_pair(
    round_id: RoundRef, eu_city_id: CityRef, partner_city_id: CityRef, asked: Asked
) -> PairReasonsOut:
    """Tell why a pair was chosen, or why it was not and what it would have cost."""
    pair = Pair(eu_city_id, partner_city_id)
    return await _of_pair(asked, round_id, pair, questions.of_pair)


@ROUTES.get("/v1/rounds/{round_id}/pairs/{eu_city_id}/{partner_city_id}/changes")
async def explain_changes(
    round_id: RoundRef, eu_city_id: CityRef, partner_city_id: CityRef, asked: Asked
) -> PairReasonsOut:
    """Tell the same with what would have to change for the pair to be chosen; takes seconds."""
    pair = Pair(eu_city_id, partner_city_id)
    return await _of_pair(asked, round_id, pair, questions.changes_of_pair)


@ROUTES.get("/v1/proposals/{proposal_id}/reasons")
async def explain_proposal(proposal_id: ProposalRef, asked: Asked) -> PairReasonsOut:
    """Tell why a pair is proposed, and what doing without it would cost."""
    proposal, _ = await proposal_of(asked.mongo, asked.who, proposal_id)
    return await _of_pair(asked, proposal.round_id, proposal.pair, questions.of_pair)


async def _of_city(
    asked: Asking, round_id: RoundId, city_id: CityId
) -> tuple[CityReasons, dict[str, str]]:
    result = await _allowed(asked, round_id, [city_id])
    found: CityReasons | None = await asked.answers.answer(questions.of_city, result.run, city_id)
    if found is None:
        raise RoundCityNotFound
    pairs = [*found.chosen, *(each.pair for each in found.blocking)]
    for each in found.alternatives:
        pairs += [each.pair, *(each.loss.leaves + each.loss.comes if each.loss else ())]
    cities = _cities(pairs) | {id_ for each in found.alternatives for id_ in each.partners}
    return found, await city_names(asked.mongo, cities)


async def _of_pair(
    asked: Asking,
    round_id: RoundId,
    pair: Pair,
    question: Any,  # noqa: ANN401 - a function of questions
) -> PairReasonsOut:
    cities = [CityId(pair.eu_city_id), CityId(pair.partner_city_id)]
    result = await _allowed(asked, round_id, cities)
    found: PairReasons | None = await asked.answers.answer(question, result.run, pair)
    if found is None:
        raise RoundCityNotFound
    pairs = [pair, *(found.loss.leaves + found.loss.comes if found.loss else ())]
    held = {other.city_id for each in found.interests for other in each.others}
    names = await city_names(asked.mongo, _cities(pairs) | held)
    codes = {part.name.removeprefix(_TOPIC) for part in found.parts if part.name.startswith(_TOPIC)}
    codes |= {each.topic for each in found.changes if each.topic}
    labels = await topic_labels(asked.mongo, codes)
    return PairReasonsOut.of(found, names, words.pair_in_words(found, names, labels))


async def _allowed(asked: Asking, round_id: RoundId, cities: Iterable[CityId]) -> Result:
    """Give the round's result to who may ask about one of these cities.

    Raises:
        RoundNotFound: 404.
        Forbidden: the caller acts for none of them (403).
    """
    result = await solved_result_of(asked.mongo, asked.who, round_id)
    officer = Role.OFFICER in asked.who.roles
    if not officer and not any(may_act_for(asked.who, city_id) for city_id in cities):
        raise Forbidden("Reasons are for the cities that they are about.")
    return result


def _cities(pairs: Iterable[Pair]) -> set[str]:
    return {id_ for pair in pairs for id_ in (pair.eu_city_id, pair.partner_city_id)}


def _place(cursor: str, sort: Order) -> int:
    order, place = decode_cursor(cursor, str, int)
    if order != sort or place < 0:
        raise CursorInvalid
    return place
