"""The rules of a problem one by one, and whether some of them can be kept together.

A rule that is left out is relaxed as far as it goes: a lock is released, a veto lifted, a city may
have any number of partners, every pair counts as a candidate. What is not a rule stays: which
cities there are, what they say of topics, and that a round has at least one pair.

Promises that leaving out a rule never makes anything else harder to keep.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from services.matching.solver.feasible import feasible
from services.matching.solver.field import star_places
from services.matching.solver.problem import City, Pair, Problem, Quota, Rules, Selection, Shape
from services.matching.solver.scores import Scores, View, score_all
from services.matching.solver.solution import RuleRef

CANDIDATES = ("mutual", "min_score", "avoid_met")
"""Names of the rules that bar pairs from being candidates, as in ``RuleRef``."""

SIDES = ("eu", "partner")
"""Names of the capacities of all cities of a side together, as in ``RuleRef``."""

Rule = tuple[str, str]
"""Kind and name of a rule."""

_SOME_PAIR = Quota("a round has a pair", Selection(), least=1)


def rules_of(problem: Problem) -> tuple[RuleRef, ...]:
    """Give every rule that the problem has, without words."""
    found: list[Rule] = [("lock", pair_name(pair)) for pair in sorted(problem.locks, key=_ids)]
    found += [("veto", pair_name(pair)) for pair in sorted(problem.vetoes, key=_ids)]
    found += [("quota_least", q.name) for q in problem.rules.quotas if q.least]
    found += [("quota_most", q.name) for q in problem.rules.quotas if q.most is not None]
    found.append(("candidates", "mutual"))
    found += [("candidates", "min_score")] * (problem.rules.min_score > 0)
    found += [("candidates", "avoid_met")] * problem.rules.avoid_met
    if problem.rules.shape is Shape.PAIRS:
        cities = (*problem.eu, *problem.partner)
        found += [("capacity", city.id) for city in sorted(cities, key=lambda city: city.id)]
    else:
        found.append(("shape", problem.rules.shape.value))
    return tuple(RuleRef(kind, name, "") for kind, name in found)  # type: ignore[arg-type]


def hold_together(problem: Problem, refs: Collection[RuleRef]) -> bool:
    """Tell whether some choice keeps these rules, whatever becomes of the problem's others."""
    return Judge(problem).allows({(ref.kind, ref.name) for ref in refs})


def pair_name(pair: Pair) -> str:
    """Give what a lock or veto is called: the two ids with a blank between."""
    return f"{pair.eu_city_id} {pair.partner_city_id}"


def outside(problem: Problem) -> tuple[Pair, ...]:
    """Give the locks in which a city is not in the problem any more."""
    eu, partner = ({city.id for city in side} for side in (problem.eu, problem.partner))
    return tuple(
        pair
        for pair in sorted(problem.locks, key=_ids)
        if pair.eu_city_id not in eu or pair.partner_city_id not in partner
    )


class Judge:
    """Judges subsets of one problem's rules; pairs are scored once."""

    def __init__(self, problem: Problem, scores: Scores | None = None) -> None:
        self._problem = problem
        self._scores = scores or score_all(problem)
        self._known: dict[frozenset[Rule], bool] = {}

    def allows(self, rules: Collection[Rule]) -> bool:
        """Tell whether some choice of at least one pair keeps these rules."""
        key = frozenset(rules)
        if key not in self._known:
            self._known[key] = self._allows(key)
        return self._known[key]

    def number_of(self, rule: Rule) -> tuple[int | None, int]:
        """Give the number of a quota or a city's capacity, and which way it gives in."""
        kind, name = rule
        for quota in self._problem.rules.quotas:
            if quota.name == name and kind in {"quota_least", "quota_most"}:
                return (quota.least, -1) if kind == "quota_least" else (quota.most, 1)
        for city in (*self._problem.eu, *self._problem.partner):
            if kind == "capacity" and city.id == name:
                return city.capacity, 1
        return None, 0

    def changed(self, rule: Rule, number: int) -> "Judge":
        """Judge the problem in which that rule has another number."""
        (kind, name), problem = rule, self._problem
        if kind == "capacity":
            eu, partner = (
                tuple(replace(c, capacity=number) if c.id == name else c for c in cities)
                for cities in (problem.eu, problem.partner)
            )
            return Judge(replace(problem, eu=eu, partner=partner), self._scores)
        quotas = tuple(
            _numbered(quota, kind, number) if quota.name == name else quota
            for quota in problem.rules.quotas
        )
        return Judge(replace(problem, rules=replace(problem.rules, quotas=quotas)), self._scores)

    def _allows(self, rules: frozenset[Rule]) -> bool:
        relaxed = _relaxed(self._problem, rules)
        gone = {("lock", pair_name(pair)) for pair in outside(self._problem)}
        return not gone & rules and feasible(relaxed, _scores(self._scores, relaxed, rules))


def _numbered(quota: Quota, kind: str, number: int) -> Quota:
    if kind == "quota_least":
        return replace(quota, least=number)
    return replace(quota, most=number)


def _relaxed(problem: Problem, rules: frozenset[Rule]) -> Problem:
    kept = problem.rules
    shaped = ("shape", kept.shape.value) in rules
    places = 1 if kept.shape is Shape.PAIRS or shaped else star_places(problem)
    return replace(
        problem,
        eu=_cities(problem.eu, rules, ("eu", len(problem.partner), places)),
        partner=_cities(problem.partner, rules, ("partner", len(problem.eu), places)),
        locks=tuple(p for p in problem.locks if ("lock", pair_name(p)) in rules),
        vetoes=tuple(p for p in problem.vetoes if ("veto", pair_name(p)) in rules),
        rules=replace(
            kept,
            shape=kept.shape if shaped else Shape.PAIRS,
            quotas=_quotas(kept, rules),
            min_score=kept.min_score if ("candidates", "min_score") in rules else 0,
            avoid_met=kept.avoid_met and ("candidates", "avoid_met") in rules,
        ),
    )


def _cities(
    cities: tuple[City, ...], rules: frozenset[Rule], side: tuple[str, int, int]
) -> tuple[City, ...]:
    """Give every city whose capacity is left out as many places as there are partners."""
    name, others, places = side
    return tuple(
        replace(city, capacity=max(city.capacity, places))
        if ("capacity", city.id) in rules or ("capacity", name) in rules
        else replace(city, capacity=max(city.capacity, others))
        for city in cities
    )


def _quotas(kept: Rules, rules: frozenset[Rule]) -> tuple[Quota, ...]:
    bounds = (
        replace(
            quota,
            least=quota.least if ("quota_least", quota.name) in rules else None,
            most=quota.most if ("quota_most", quota.name) in rules else None,
        )
        for quota in kept.quotas
    )
    bounded = [each for each in bounds if each.least is not None or each.most is not None]
    return (*bounded, _SOME_PAIR)


def _scores(scores: Scores, relaxed: Problem, rules: frozenset[Rule]) -> Scores:
    """Give the scores with the relaxed cities, and all pairs as candidates where that rule is out.

    Without a shape, groups become pairs of whatever the cities could be in a group.
    """
    views = scores.views
    if relaxed.rules.shape is Shape.PAIRS and len(views) > 1:
        points = np.max([view.points for view in views], axis=0)
        views = (View(None, points, np.any([view.candidate for view in views], axis=0)),)
    if ("candidates", "mutual") not in rules:
        views = tuple(replace(each, candidate=np.ones_like(each.candidate)) for each in views)
    eu, partner = (
        tuple(sorted(cities, key=lambda city: city.id)) for cities in (relaxed.eu, relaxed.partner)
    )
    return replace(scores, eu=eu, partner=partner, views=views)


def _ids(pair: Pair) -> tuple[str, str]:
    return pair.eu_city_id, pair.partner_city_id
