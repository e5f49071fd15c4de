"""What is told of reasons: whole sentences, word for word."""

import re

import pytest

from services.matching.solver.problem import Pair, Problem, Rules, Weights
from services.matching.solver.reasons.answers import (
    Alternative,
    Change,
    Held,
    Interest,
    Loss,
    PairReasons,
    RoundReasons,
    Standing,
    Swap,
)
from services.matching.solver.reasons.explain import (
    explain_city,
    explain_pair,
    explain_round,
    what_would_change,
)
from services.matching.solver.reasons.phrases import Names
from services.matching.solver.reasons.verdict import settled
from services.matching.solver.reasons.words import (
    alternative_in_words,
    change_in_words,
    city_in_words,
    pair_in_words,
    round_in_words,
)
from services.matching.solver.solution import Blocking, Part, Solution
from services.matching.solver.solve import solve
from tests.services.matching.problems import city

CITIES = {"e1": "Turin", "e2": "Graz", "p1": "Halifax", "p2": "Surrey"}
TOPICS = {"air": "clean air", "heat": "heat waves"}
NAMES = Names(CITIES, TOPICS)
TURIN_HALIFAX, GRAZ_SURREY = Pair("e1", "p1"), Pair("e2", "p2")
TURIN_SURREY, GRAZ_HALIFAX = Pair("e1", "p2"), Pair("e2", "p1")


def _loss(pairs: int, points: int, *, exact: bool = True) -> Loss:
    return Loss(
        pairs, points, exact, (TURIN_HALIFAX, GRAZ_SURREY), (TURIN_SURREY, GRAZ_HALIFAX), 300_000
    )


def test_alternative_tells_the_cost_whose_partner_it_is_and_who_comes_instead() -> None:
    alternative = Alternative(TURIN_SURREY, "possible", 500_000, _loss(0, 34_000), ("e2",))

    assert alternative_in_words(alternative, NAMES) == (
        "Turin with Surrey was possible. Insisting on it would cost the programme 3.4 points. "
        "It would end Turin with Halifax and Graz with Surrey. "
        "1 other pair would come instead: Graz with Halifax."
    )


@pytest.mark.parametrize(
    ("loss", "told"),
    [
        (_loss(0, 0), "would cost the programme nothing: it is exactly as good"),
        (_loss(0, 900), "would cost the programme less than a tenth of a point"),
        (_loss(0, 10_000), "would cost the programme 1 point."),
        (_loss(0, -50_000), "would give the programme 5 points more in total"),
        (_loss(1, 20_000), "would cost the programme 1 pair and leave it with 2 points less"),
        (_loss(2, -5_000), "would cost the programme 2 pairs and leave it with 0.5 points more"),
        (
            _loss(-1, 5_000),
            "would give the programme 1 pair more and leave it with 0.5 points less",
        ),
        (_loss(0, 70_000, exact=False), "would cost the programme at least 7 points"),
    ],
)
def test_losses_and_gains_are_told_apart_and_bounds_as_such(loss: Loss, told: str) -> None:
    alternative = Alternative(TURIN_SURREY, "possible", 500_000, loss, ())

    assert told in alternative_in_words(alternative, NAMES)


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ("vetoed", "Turin with Surrey is vetoed."),
        ("decided", "is impossible while the decided pairs stand"),
        ("excluded", "no choice with it keeps the quotas"),
    ],
)
def test_what_cannot_be_is_told_with_its_reason(standing: Standing, told: str) -> None:
    alternative = Alternative(TURIN_SURREY, standing, 500_000, None, ())

    sentence = alternative_in_words(alternative, NAMES)

    assert told in sentence
    assert "Insisting" not in sentence


def _chosen(loss: Loss | None, *, locked: bool = False, firm: bool | None = True) -> PairReasons:
    return PairReasons(
        TURIN_HALIFAX,
        "chosen",
        612_000,
        60_000,
        (
            Part("topic:air", 300_000),
            Part("peer", 100_000),
            Part("size", 110_000),
            Part("language", 80_000),
            Part("zone", 22_000),
        ),
        (Interest("e1", 550_000, ()), Interest("p1", 400_000, (Held("e2", 450_000),))),
        locked,
        firm,
        loss,
        (),
        0,
    )


def test_chosen_pair_tells_its_parts_interests_and_firmness() -> None:
    told = pair_in_words(_chosen(_loss(0, 34_000)), CITIES, TOPICS)

    assert told == (
        (
            "The pair scores 61.2 of 100 points: clean air 30, similar size 11, "
            "challenges in common 10, other reasons 10.2."
        ),
        (
            "Beyond that it is favoured by 6 points: as the pair of an earlier round, "
            "or for turns without a partner."
        ),
        "To Turin, Halifax is worth 55 points of its own interest.",
        (
            "To Halifax, Turin is worth 40 points of its own interest; "
            "of those that it is with, Graz 45."
        ),
        "The pair is firm: doing without it would cost the programme 3.4 points.",
        "Instead would come Turin with Surrey and Graz with Halifax.",
    )


def test_locked_and_indispensable_pairs_are_told_as_such() -> None:
    locked = pair_in_words(_chosen(None, locked=True, firm=None), CITIES, TOPICS)
    needed = pair_in_words(_chosen(None), CITIES, TOPICS)

    assert locked[-1] == "The pair is locked: it stands whatever it scores."
    assert needed[-1] == "No choice without this pair keeps the rules."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            Change("level", 2, 4, "p2", "heat", "offers"),
            "The round would choose it if Surrey offered heat waves at level 4 instead of 2.",
        ),
        (
            Change("level", 0, 1, "e1", "noise", "seeks"),
            "The round would choose it if Turin sought noise at level 1 instead of 0.",
        ),
        (
            Change("weight", 120, 225, weight="size"),
            "The round would choose it if similar size weighed 22.5 % instead of 12 %.",
        ),
        (Change("lock", 0, 1), "A lock by an officer would make the pair stand."),
    ],
)
def test_changes_are_told_with_both_values(change: Change, told: str) -> None:
    assert change_in_words(change, NAMES) == told


def test_round_with_an_equal_tells_what_could_be_exchanged() -> None:
    swap = Swap((TURIN_HALIFAX, GRAZ_SURREY), (TURIN_SURREY, GRAZ_HALIFAX))
    blocking = (Blocking(TURIN_SURREY, 31_000, 120_000),)

    told = round_in_words(
        RoundReasons(
            unique=False,
            swaps=(swap,),
            firm=(),
            interchangeable=(TURIN_HALIFAX, GRAZ_SURREY),
            blocking=blocking,
            blocking_count=4,
        ),
        CITIES,
        TOPICS,
    )

    assert told == (
        "Other choices are exactly as good as this one.",
        (
            "Instead of Turin with Halifax and Graz with Surrey there could be "
            "Turin with Surrey and Graz with Halifax."
        ),
        "No pair is firm. 2 could be exchanged for less than a point.",
        (
            "By their own interest alone both cities would rather have Turin with Surrey "
            "(gaining 3.1 and 12 points) and 3 more."
        ),
    )


def test_what_is_not_proven_is_not_claimed() -> None:
    told = round_in_words(RoundReasons(None, (), (), (), (), 0), {}, {})

    assert told[0].endswith("is not proven under these rules.")
    assert told[-1] == "No two cities would both rather have each other."


def test_no_id_is_told_where_names_are_known() -> None:
    eu = tuple(city(f"e{n}", ("air", n, 5 - n), ("heat", 3, n)) for n in (1, 2, 4))
    partner = tuple(city(f"p{n}", ("air", 5 - n, n), ("heat", n, 3)) for n in (1, 2, 3))
    problem = Problem(eu, partner, Weights(), vetoes=(Pair("e4", "p3"),), rules=Rules())
    solved = solve(problem)
    assert isinstance(solved, Solution)
    solution = settled(problem, solved)
    names = {each.id: f"Town {each.id[::-1]}" for each in (*eu, *partner)}

    told = [*round_in_words(explain_round(problem, solution), names, TOPICS)]
    for each in (*eu, *partner):
        told += city_in_words(explain_city(problem, solution, each.id), names, TOPICS)
    for one in eu:
        for other in partner:
            pair = Pair(one.id, other.id)
            told += pair_in_words(explain_pair(problem, solution, pair), names, TOPICS)
    told += pair_in_words(what_would_change(problem, solution, Pair("e1", "p3")), names, TOPICS)

    assert not [each for each in told if re.search(r"\b[ep]\d\b", each)]
    assert all(each[0].isupper() or each[0].isdigit() for each in told)
    assert all(each.endswith(".") for each in told)
