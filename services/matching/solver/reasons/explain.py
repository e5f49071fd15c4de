"""The questions that can be asked of a solved round: of a city, of a pair, of the whole.

Promises that every answer follows from the stored problem and solution alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from services.matching.solver.features import Bools, Ints
from services.matching.solver.field import Places
from services.matching.solver.parts import criteria, explain
from services.matching.solver.problem import ONE_POINT, Pair, Policy, Problem
from services.matching.solver.reasons.answers import (
    Alternative,
    CityReasons,
    Held,
    Interest,
    Loss,
    PairReasons,
    RoundReasons,
    Swap,
)
from services.matching.solver.reasons.blocking import blocking
from services.matching.solver.reasons.change import changes_of
from services.matching.solver.reasons.stand import Stand, place_of, stand_of, standing
from services.matching.solver.reasons.verdict import firmness_of, wishes_of
from services.matching.solver.reasons.why_not import (
    Side,
    exchange,
    loss_of,
    loss_without,
    losses,
    solved_with,
)
from services.matching.solver.scores import Hub, interests
from services.matching.solver.solution import Solution
from services.matching.solver.ties import tie_break

MAX_SWAPS = 20
"""Exchanges without loss that are listed; where there are more, they say the same."""

MAX_SOLVED_AGAIN = 10
"""Alternatives of a city that are solved again where quotas leave only a bound for them."""

CELLS_SOLVED_AGAIN = 250_000
"""Pairs of the round times rounds solved again: some 0.3 s altogether."""


def explain_city(problem: Problem, solution: Solution, city_id: str) -> CityReasons:
    """Give all alternatives of one city with what each would cost the programme.

    Takes 0.1 s at 500 by 500.

    Raises:
        KeyError: the city is not in the round.
    """
    stand = stand_of(problem, solution)
    side, city = _find(stand, city_id)
    places = _places(stand, side, city)
    priced = losses(stand, side, city)
    alternatives = _solved_again(
        stand,
        [
            _alternative(stand, side, place, loss)
            for place, loss in zip(places, priced, strict=True)
            if not stand.chosen[place]
        ],
    )
    found = wishes_of(stand)
    of_city = found.of_eu(city) if side == "eu" else found.of_partner(city)
    return CityReasons(
        city_id,
        tuple(stand.pair(place) for place in places if stand.chosen[place]),
        tuple(sorted(alternatives, key=_by_loss)),
        _runner_up(stand, places, side),
        blocking(stand.field, of_city)[0],
    )


def explain_pair(problem: Problem, solution: Solution, pair: Pair) -> PairReasons:
    """Give all of one pair: its parts, what each side has of it, what the other choice would cost.

    Raises:
        KeyError: a city of the pair is not in the round, or on the other side.
    """
    return _pair_reasons(stand_of(problem, solution), pair)


def what_would_change(problem: Problem, solution: Solution, pair: Pair) -> PairReasons:
    """Give the same, and for a pair that was not chosen the smallest changes that would make it so.

    Solves the round again for each change that it names, and for some more: seconds at 500 by 500.

    Raises:
        KeyError: a city of the pair is not in the round, or on the other side.
    """
    stand = stand_of(problem, solution)
    reasons = _pair_reasons(stand, pair)
    if reasons.standing in {"chosen", "vetoed", "decided"}:
        return reasons
    changes, tried = changes_of(stand, pair, reasons.loss)
    return replace(reasons, changes=changes, tried=tried)


def explain_round(problem: Problem, solution: Solution) -> RoundReasons:
    """Give what holds of the whole round: uniqueness, exchanges without loss, blocking pairs."""
    stand = stand_of(problem, solution)
    found = firmness_of(stand)
    swaps = _swaps(stand, np.argwhere(found.swappable))
    unproven = stand.residual is None or bool(stand.field.bounds)
    loose = np.argwhere(_loose(stand) & ~found.firm)
    return RoundReasons(
        None if unproven and not found.unique and not swaps else found.unique,
        tuple(swaps[:MAX_SWAPS]),
        tuple(stand.pair((i, j)) for i, j in np.argwhere(found.firm).tolist()),
        tuple(
            stand.pair((i, j))
            for i, j in loose.tolist()
            if not unproven or exchange(stand, (i, j), ONE_POINT) is not None
        ),
        solution.blocking,
        solution.blocking_count,
    )


def _find(stand: Stand, city_id: str) -> tuple[Side, int]:
    names: tuple[Side, Side] = "eu", "partner"
    for side, cities in zip(names, stand.sides, strict=True):
        for number, city in enumerate(cities):
            if city.id == city_id:
                return side, number
    raise KeyError(city_id)


def _places(stand: Stand, side: Side, city: int) -> list[Places]:
    """Give the pairs of a city in the order of the other side."""
    rows, columns = stand.chosen.shape
    if side == "eu":
        return [(city, column) for column in range(columns)]
    return [(row, city) for row in range(rows)]


def _alternative(stand: Stand, side: Side, place: Places, loss: Loss | None) -> Alternative:
    eu, partner = stand.sides
    if side == "eu":
        partners = [eu[row].id for row in np.flatnonzero(stand.chosen[:, place[1]])]
    else:
        partners = [partner[column].id for column in np.flatnonzero(stand.chosen[place[0]])]
    score = max(int(view.points[place]) for view in stand.field.scores.views)
    kind = standing(stand, place)
    return Alternative(stand.pair(place), kind, score, loss, tuple(partners))


def _solved_again(stand: Stand, found: list[Alternative]) -> list[Alternative]:
    """Replace the least bounds by what solving again gives, as far as that takes no time."""
    budget = min(MAX_SOLVED_AGAIN, CELLS_SOLVED_AGAIN // stand.chosen.size)
    if stand.residual is None:
        return found
    open_ = [n for n, each in enumerate(found) if each.loss and not each.loss.exact]
    done = list(found)
    for number in sorted(open_, key=lambda n: _by_loss(found[n]))[:budget]:
        each = found[number]
        loss = solved_with(stand, place_of(stand, each.pair))
        done[number] = replace(each, loss=loss, standing=each.standing if loss else "excluded")
    return done


def _by_loss(each: Alternative) -> tuple[bool, int, int, tuple[str, str]]:
    loss, ids = each.loss, (each.pair.eu_city_id, each.pair.partner_city_id)
    if loss is None:
        return True, 0, -each.score, ids
    return False, loss.pairs, loss.points, ids


def _runner_up(stand: Stand, places: Sequence[Places], side: Side) -> str | None:
    """Give the other city of the best candidate not chosen; among equals the tie-break decides."""
    points = [option.points for option in stand.field.options]
    open_ = np.any([option.allowed for option in stand.field.options], axis=0) & ~stand.chosen
    best = max(
        (place for place in places if open_[place]),
        key=lambda place: (max(int(each[place]) for each in points), _tie_break(stand, place)),
        default=None,
    )
    if best is None:
        return None
    pair = stand.pair(best)
    return pair.partner_city_id if side == "eu" else pair.eu_city_id


def _tie_break(stand: Stand, place: Places) -> int:
    pair = stand.pair(place)
    return tie_break(pair.eu_city_id, pair.partner_city_id)


def _pair_reasons(stand: Stand, pair: Pair) -> PairReasons:
    place = place_of(stand, pair)
    locked = place in stand.field.locks
    kind = standing(stand, place)
    if locked or kind in {"vetoed", "decided"}:
        loss = None
    elif kind == "chosen":
        loss = loss_without(stand, place)
    else:
        loss = loss_of(stand, place)
        kind = kind if loss else "excluded"
    eu, partner = stand.sides
    by = criteria(stand.problem, _hub(stand, place))
    score, parts = explain(eu[place[0]], partner[place[1]], by)
    return PairReasons(
        pair,
        kind,
        score,
        int(stand.field.bonus[place]),
        parts,
        _interests(stand, place),
        locked,
        _is_firm(stand, loss) if kind == "chosen" and not locked else None,
        loss,
        changes=(),
        tried=0,
    )


def _is_firm(stand: Stand, loss: Loss | None) -> bool:
    if loss is None:
        return True
    fewer = stand.problem.rules.policy is not Policy.MAX_SCORE and loss.pairs > 0
    return fewer or loss.points >= ONE_POINT


def _hub(stand: Stand, place: Places) -> Hub | None:
    """Give the side of the pair's hub: as chosen, or as it scores best."""
    pair, eu = stand.pair(place), stand.sides[0]
    for each in stand.solution.suggestions:
        if each.pair == pair and each.hub_city_id is not None:
            return "eu" if each.hub_city_id == eu[place[0]].id else "partner"
    views = stand.field.scores.views
    return max(views, key=lambda view: (view.candidate[place], view.points[place])).hub


def _interests(stand: Stand, place: Places) -> tuple[Interest, Interest]:
    row, column = place
    own, theirs = interests(stand.problem, stand.field.scores.sides)
    eu, partner = stand.sides
    held = [
        Held(partner[j].id, int(own[row, j]))
        for j in np.flatnonzero(stand.chosen[row])
        if j != column
    ]
    holding = [
        Held(eu[i].id, int(theirs[i, column]))
        for i in np.flatnonzero(stand.chosen[:, column])
        if i != row
    ]
    return (
        Interest(eu[row].id, int(own[place]), _best_first(held)),
        Interest(partner[column].id, int(theirs[place]), _best_first(holding)),
    )


def _best_first(held: Iterable[Held]) -> tuple[Held, ...]:
    return tuple(sorted(held, key=lambda each: (-each.points, each.city_id)))


def _loose(stand: Stand) -> Bools:
    loose = stand.chosen.copy()
    for place in stand.field.locks:
        loose[place] = False
    return loose


def _swaps(stand: Stand, swappable: Ints) -> list[Swap]:
    """Give exchanges without loss, each once, those of the fewest pairs first."""
    found: dict[frozenset[Pair], Swap] = {}
    for row, column in swappable.tolist():
        loss = exchange(stand, (row, column), 1)
        if loss is not None:
            found.setdefault(frozenset(loss.leaves), Swap(loss.leaves, loss.comes))
    return sorted(found.values(), key=lambda each: (len(each.leaves), each.leaves))
