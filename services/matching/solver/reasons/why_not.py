"""Why a city is not with another: what insisting on that pair would cost, exactly.

One search from the city gives the cheapest way back to it from every city of the other side, and
with that the exact loss of every pair that it could be forced into. Quotas are no part of such a
search: their prices are, which makes the result a bound, and exact if what it leads to keeps every
quota. Other rules, policies and shapes are solved again with the pair locked.

Promises that ``exact`` is only said of a loss that solving again would confirm.

Source: the matching design ("Why not Lisbon?"); ``network`` for the method.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from services.matching.solver.field import Places, counts
from services.matching.solver.problem import Pair, Policy, Problem
from services.matching.solver.reasons.answers import Loss
from services.matching.solver.reasons.network import (
    UNREACHED,
    WORTH_OF_A_PAIR,
    Residual,
    paths_from,
)
from services.matching.solver.reasons.stand import Stand, bounds
from services.matching.solver.solution import Infeasible
from services.matching.solver.solve import solve

Side = Literal["eu", "partner"]

_Ways = tuple[Sequence[Places], Sequence[Places]]
"""Pairs that leave and pairs that come."""


def losses(stand: Stand, side: Side, city: int) -> list[Loss | None]:
    """Give the loss of insisting on each pair of a city, in the order of the other side.

    None for pairs that are chosen or decided against, and where only solving again would tell.
    """
    size = stand.chosen.shape[1 if side == "eu" else 0]
    others = [(city, other) if side == "eu" else (other, city) for other in range(size)]
    may = stand.free & ~stand.chosen
    if stand.residual is None:
        least, known = bounds(stand)
        return [
            Loss(0, int(least[place]), exact=False) if may[place] and known[place] else None
            for place in others
        ]
    pairs = [place if may[place] else None for place in others]
    return list(_by_paths(stand, stand.residual, (side, city), pairs))


def loss_of(stand: Stand, place: Places) -> Loss | None:
    """Give the exact loss of insisting on a pair; None if no choice with it keeps the rules.

    May solve the round again.
    """
    loss = losses(stand, "eu", place[0])[place[1]] if stand.residual else None
    if loss is not None and loss.exact:
        return loss
    return solved_with(stand, place)


def solved_with(stand: Stand, place: Places) -> Loss | None:
    """Give the exact loss of a pair by solving again with the pair locked; None if that fails."""
    return _solved(stand, replace(stand.problem, locks=(*stand.problem.locks, stand.pair(place))))


def loss_without(stand: Stand, place: Places) -> Loss | None:
    """Give the exact loss of doing without a chosen pair; None if no choice can.

    May solve the round again.
    """
    loss = exchange(stand, place)
    if loss is not None:
        return loss
    return _solved(stand, replace(stand.problem, vetoes=(*stand.problem.vetoes, stand.pair(place))))


def exchange(stand: Stand, place: Places, within: int = UNREACHED) -> Loss | None:
    """Give the exact loss of doing without a chosen pair if the network knows it and it is less.

    A search for little loss is over soon: 1 ms at 500 by 500.
    """
    if stand.residual is None:
        return None
    column = len(stand.chosen) + place[1]
    letting_go = -int(stand.residual.slack[place])
    paths = paths_from(stand.residual, place[0], within)
    least = int(paths.distance[column]) + letting_go
    if paths.distance[column] == UNREACHED or least >= within:
        return None
    leaves, comes = paths.to(column)
    loss = _loss(stand, ([place, *leaves], comes), least)
    return loss if loss.exact else None


def _by_paths(
    stand: Stand, residual: Residual, start: tuple[Side, int], pairs: Sequence[Places | None]
) -> Iterator[Loss | None]:
    """Price pairs of one city, by other city, by the ways from each of those back to it."""
    rows, columns = stand.chosen.shape
    side, city = start
    if side == "eu":
        paths = paths_from(residual.reversed(), columns + city)
    else:
        paths = paths_from(residual, rows + city)
    for other, place in enumerate(pairs):
        if place is None:
            yield None
            continue
        leaves, comes = paths.to(other)
        if side == "eu":
            leaves, comes = _turned(leaves), _turned(comes)
        least = int(paths.distance[other]) + int(residual.slack[place])
        yield _loss(stand, (leaves, [place, *comes]), least)


def _turned(way: Sequence[Places]) -> list[Places]:
    """Give a way that was found backwards, on a network with its sides exchanged."""
    return [(row, column) for column, row in reversed(way)]


def _loss(stand: Stand, way: _Ways, least: int) -> Loss:
    """Give the loss of a way through the network that costs ``least`` there."""
    leaves, comes = way
    gains = stand.gains
    pairs = len(leaves) - len(comes)
    points = sum(int(gains[each]) for each in leaves) - sum(int(gains[each]) for each in comes)
    worth = 0 if stand.problem.rules.policy is Policy.MAX_SCORE else WORTH_OF_A_PAIR
    if stand.field.bounds and (pairs * worth + points != least or not _keeps_quotas(stand, way)):
        fewer = round(least / worth) if worth else 0
        return Loss(fewer, least - fewer * worth, exact=False)
    pair = stand.pair
    return Loss(
        pairs,
        points,
        exact=True,
        leaves=tuple(map(pair, leaves)),
        comes=tuple(map(pair, comes)),
        worst=_worst(stand, way),
    )


def _keeps_quotas(stand: Stand, way: _Ways) -> bool:
    leaves, comes = way
    option = stand.field.options[0]
    for quota in stand.field.bounds:
        number = stand.within[quota.name]
        number += sum(counts(quota, option, each) for each in comes)
        number -= sum(counts(quota, option, each) for each in leaves)
        if number < quota.least or (quota.most is not None and number > quota.most):
            return False
    return True


def _worst(stand: Stand, way: _Ways) -> int:
    points, gone = stand.field.scores.points, set(way[0])
    stays = (score for score, place in stand.worst_first if place not in gone)
    return min([int(points[each]) for each in way[1]] + list(islice(stays, 1)), default=0)


def _solved(stand: Stand, problem: Problem) -> Loss | None:
    """Solve anew, with the floor of the round where its policy only sets that, and compare."""
    keeps_floor = stand.problem.rules.policy is Policy.BEST_WORST
    after = solve(problem, floor=stand.floor if keeps_floor else None)
    if isinstance(after, Infeasible):
        return None
    pairs = [{each.pair for each in each.suggestions} for each in (stand.solution, after)]
    totals = [each.certificate.objective for each in (stand.solution, after)]
    return Loss(
        len(pairs[0]) - len(pairs[1]),
        totals[0] - totals[1],
        exact=True,
        leaves=_sorted(pairs[0] - pairs[1]),
        comes=_sorted(pairs[1] - pairs[0]),
        worst=after.worst,
    )


def _sorted(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (pair.eu_city_id, pair.partner_city_id)))
