"""What would have to change for a pair to be chosen: single changes, each tried by solving again.

A change of one city's levels changes the scores of that city alone. Where it has one place, every
choice is the best one with some partner of it, whose loss is known: so the least level is predicted
exactly, and solving only confirms it (or finds that the policy's floor moved as well). For weights,
the pairs that would leave and come are scored anew until those that come are worth more.

Promises that every change which it names makes the round choose the pair, and no more rounds solved
than the effort allows; it does not promise that there is no smaller change than those.

Source: the matching design ("what would have to change").
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

import numpy as np

from services.matching.solver.features import Bools, Ints
from services.matching.solver.field import Places
from services.matching.solver.problem import (
    WEIGHTS_SUM,
    City,
    Level,
    Pair,
    Policy,
    Problem,
    Weights,
)
from services.matching.solver.reasons.answers import Change, Loss
from services.matching.solver.reasons.network import UNREACHED, WORTH_OF_A_PAIR
from services.matching.solver.reasons.stand import Stand, place_of
from services.matching.solver.reasons.why_not import Side, losses
from services.matching.solver.scores import score_all
from services.matching.solver.solution import Infeasible
from services.matching.solver.solve import solve

TOP_LEVEL = 5

MAX_TRIES = 24
"""Rounds solved again for one question, at most."""

CELLS_TRIED = 2_000_000
"""Pairs of the round times rounds solved again: some 3 s altogether."""

MAX_UNPREDICTED = 6
"""Levels that are tried though nothing says that they would do."""

MAX_NAMED = 3
"""Changes of one kind that are looked for."""

WEIGHT_STEP = 25
"""Per mille: finer differences mean nothing to those who weigh."""


class _Effort:
    """Solves rounds until the effort is spent."""

    def __init__(self, stand: Stand, pair: Pair) -> None:
        self.most = max(2, min(MAX_TRIES, CELLS_TRIED // stand.chosen.size))
        self.left = self.most
        self.tried = 0
        self._pair = pair

    def chooses(self, problem: Problem) -> bool:
        """Tell whether the round so changed has the pair."""
        self.left -= 1
        self.tried += 1
        after = solve(problem)
        if isinstance(after, Infeasible):
            return False
        return any(each.pair == self._pair for each in after.suggestions)


def changes_of(stand: Stand, pair: Pair, loss: Loss | None) -> tuple[tuple[Change, ...], int]:
    """Give changes that would make a pair chosen, smallest first of each kind, and rounds tried.

    ``loss`` is the exact loss of insisting on the pair; without one not even a lock would do.
    """
    effort = _Effort(stand, pair)
    levels = list(_levels(stand, pair, effort))
    by_points = loss is not None and loss.pairs <= 0
    weights = list(_weights(stand, loss, effort)) if loss and by_points else []
    lock = [Change("lock", 0, 1)] if loss else []
    levels.sort(key=lambda each: each.after - each.before)
    weights.sort(key=lambda each: abs(each.after - each.before))
    return (*levels, *weights, *lock), effort.tried


def _levels(stand: Stand, pair: Pair, effort: _Effort) -> Iterator[Change]:
    place = place_of(stand, pair)
    sides = [_knobs(stand, "eu", place), _knobs(stand, "partner", place)]
    predicted = [knob for knobs, _ in sides for knob in knobs]
    others = sorted((knob for _, knobs in sides for knob in knobs), key=lambda knob: -knob[0])
    found = 0
    tops = [replace(knob, after=TOP_LEVEL) for _, knob in others[:MAX_UNPREDICTED]]
    for knob in (*sorted(predicted, key=lambda each: each.after - each.before), *tops):
        if found == MAX_NAMED or effort.left <= effort.most // 3:
            return
        level = _lowest(stand.problem, knob, effort)
        if level is not None:
            found += 1
            yield replace(knob, after=level)


def _lowest(problem: Problem, knob: Change, effort: _Effort) -> int | None:
    """Give the lowest level that does, by halving from one that does; None if the top does not."""
    high = knob.after
    if not effort.chooses(with_level(problem, knob)):
        if high == TOP_LEVEL or not effort.chooses(with_level(problem, _top(knob))):
            return None
        high = TOP_LEVEL
    low = knob.before
    while high - low > 1 and effort.left:
        middle = (low + high) // 2
        if effort.chooses(with_level(problem, replace(knob, after=middle))):
            high = middle
        else:
            low = middle
    return high


def _top(knob: Change) -> Change:
    return replace(knob, after=TOP_LEVEL)


def _knobs(
    stand: Stand, side: Side, place: Places
) -> tuple[list[Change], list[tuple[int, Change]]]:
    """Give the levels of one city that help when raised.

    Those that are predicted to do, with the least level; and the others with what they add to the
    score, which may do nevertheless: the policy's floor moves with the scores.
    """
    own, other = place if side == "eu" else place[::-1]
    mine, theirs = stand.sides if side == "eu" else stand.sides[::-1]
    steps = list(_steps(mine[own], theirs[other]))
    variants = [mine[own], *(_raised(mine[own], step) for step in steps)]
    points, candidate = _lines(stand.problem, side, variants)
    needed = _needed(stand, side, own)
    least: dict[tuple[str | None, str | None], Change] = {}
    others: dict[tuple[str | None, str | None], tuple[int, Change]] = {}
    for number, step in enumerate(steps, start=1):
        at, key = int(points[number, other]), (step.topic, step.direction)
        if not candidate[number, other] or at < stand.problem.rules.min_score:
            continue
        cost = np.where(candidate[number], needed - (points[number] - points[0]), UNREACHED)
        rivals = np.delete(cost, other).min(initial=UNREACHED)
        if stand.residual is not None and cost[other] < rivals and at >= stand.floor:
            least.setdefault(key, step)
        others[key] = at - int(points[0, other]), step
    return list(least.values()), [each for key, each in others.items() if key not in least]


def _steps(city: City, other: City) -> Iterator[Change]:
    """Give every higher level of what the other city has a use for, lowest first."""
    mine = {level.topic: level for level in city.levels}
    for theirs in sorted(other.levels, key=lambda level: level.topic):
        own = mine.get(theirs.topic, Level(theirs.topic, 0, 0))
        for after in range(own.seeks + 1, TOP_LEVEL + 1):
            if theirs.offers:
                yield Change("level", own.seeks, after, city.id, own.topic, "seeks")
        for after in range(own.offers + 1, TOP_LEVEL + 1):
            if theirs.seeks:
                yield Change("level", own.offers, after, city.id, own.topic, "offers")


def _needed(stand: Stand, side: Side, city: int) -> Ints:
    """Give by other city what insisting on it costs now, ``UNREACHED`` where that is not known.

    Where there is no network nothing is known but that the chosen ones cost nothing.
    """
    chosen = stand.chosen[city] if side == "eu" else stand.chosen[:, city]
    worth = 0 if stand.problem.rules.policy is Policy.MAX_SCORE else WORTH_OF_A_PAIR
    costs = [
        0 if has else UNREACHED if loss is None else loss.pairs * worth + loss.points
        for loss, has in zip(losses(stand, side, city), chosen, strict=True)
    ]
    return np.array(costs, dtype=np.int64)


def _lines(problem: Problem, side: Side, variants: Sequence[City]) -> tuple[Ints, Bools]:
    """Give the scores of one city's variants with all of the other side, and the candidates.

    Both have a row per variant.
    """
    cities = tuple(replace(city, id=f"{number:06}") for number, city in enumerate(variants))
    own = variants[0].id
    field = "eu_city_id" if side == "eu" else "partner_city_id"
    known = [
        replace(pair, **{field: city.id})
        for pair in problem.met
        for city in cities
        if getattr(pair, field) == own
    ]
    if side == "eu":
        scores = score_all(replace(problem, eu=cities, met=tuple(known)))
        lines = [(view.points, view.candidate) for view in scores.views]
    else:
        scores = score_all(replace(problem, partner=cities, met=tuple(known)))
        lines = [(view.points.T, view.candidate.T) for view in scores.views]
    candidate = np.any([may for _, may in lines], axis=0)
    return np.max([np.where(may, points, 0) for points, may in lines], axis=0), candidate


def _raised(city: City, change: Change) -> City:
    kept = {level.topic: level for level in city.levels}
    topic = change.topic or ""
    own = kept.get(topic, Level(topic, 0, 0))
    seeks = change.after if change.direction == "seeks" else own.seeks
    offers = change.after if change.direction == "offers" else own.offers
    kept[topic] = Level(topic, seeks, offers)
    return replace(city, levels=tuple(kept[name] for name in sorted(kept)))


def with_level(problem: Problem, change: Change) -> Problem:
    """Give the problem in which one city says that level of that topic."""
    eu, partner = (
        tuple(_raised(city, change) if city.id == change.city_id else city for city in cities)
        for cities in (problem.eu, problem.partner)
    )
    return replace(problem, eu=eu, partner=partner)


def _weights(stand: Stand, loss: Loss, effort: _Effort) -> Iterator[Change]:
    found = 0
    for change in sorted(_weighed(stand, loss), key=lambda each: abs(each.after - each.before)):
        for after in dict.fromkeys((change.after, _further(change))):
            if found == MAX_NAMED or not effort.left:
                return
            weights = reweighted(stand.problem.weights, change.weight or "", after)
            if effort.chooses(replace(stand.problem, weights=weights)):
                found += 1
                yield replace(change, after=after)
                break


def _weighed(stand: Stand, loss: Loss) -> Iterator[Change]:
    """Give by weight the nearest value at which the pairs that come outweigh those that leave."""
    now = asdict(stand.problem.weights)
    gained, bonus = _gained(stand, loss)
    for name, before in now.items():
        values = range(0, WEIGHTS_SUM + 1, WEIGHT_STEP)
        for after in sorted(values, key=lambda value: (abs(value - before), value)):
            if after == before or (after < WEIGHTS_SUM and before == WEIGHTS_SUM):
                continue
            new = asdict(reweighted(stand.problem.weights, name, after))
            if sum(new[key] * gained[key] for key in new) + WEIGHTS_SUM * bonus > 0:
                yield Change("weight", before, after, weight=name)
                break


def _gained(stand: Stand, loss: Loss) -> tuple[dict[str, int], int]:
    """Give by weight what the pairs that come have more than those that leave, if it were all.

    And how much more bonus they have.
    """
    pairs = [(pair, 1) for pair in loss.comes] + [(pair, -1) for pair in loss.leaves]
    inside = {city_id for pair, _ in pairs for city_id in (pair.eu_city_id, pair.partner_city_id)}
    eu, partner = (tuple(city for city in side if city.id in inside) for side in stand.sides)
    gained = {}
    for name in asdict(stand.problem.weights):
        alone = Weights(**dict.fromkeys(asdict(stand.problem.weights), 0) | {name: WEIGHTS_SUM})
        scores = score_all(replace(stand.problem, eu=eu, partner=partner, weights=alone))
        rows, columns = ({c.id: n for n, c in enumerate(s)} for s in (scores.eu, scores.partner))
        gained[name] = sum(
            sign * int(scores.points[rows[pair.eu_city_id], columns[pair.partner_city_id]])
            for pair, sign in pairs
        )
    bonus = sum(sign * int(stand.field.bonus[place_of(stand, pair)]) for pair, sign in pairs)
    return gained, bonus


def _further(change: Change) -> int:
    """Give twice the change, within the scale: for where the first does not do."""
    return min(max(2 * change.after - change.before, 0), WEIGHTS_SUM)


def reweighted(weights: Weights, name: str, value: int) -> Weights:
    """Set one weight; the others shrink or grow in proportion, by largest remainder.

    Raises:
        ValueError: all others are 0 and something is left for them.
    """
    others = {key: weight for key, weight in asdict(weights).items() if key != name}
    total, left = sum(others.values()), WEIGHTS_SUM - value
    if not total and left:
        raise ValueError(f"nothing but {name} weighs anything")
    shares = {key: divmod(weight * left, total or 1) for key, weight in others.items()}
    new = {key: share for key, (share, _) in shares.items()}
    by_remainder = sorted(shares, key=lambda key: -shares[key][1])
    for key in by_remainder[: left - sum(new.values())]:
        new[key] += 1
    return Weights(**new, **{name: value})
