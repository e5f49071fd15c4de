"""Conflicting rules in plain sentences: what each asks for, and what would resolve it.

Promises that every rule of the conflict is told, and for each one thing that an officer can do:
since the set is minimal, any one of them is enough for this conflict.
"""

from collections.abc import Callable, Mapping, Sequence

from services.matching.solver.problem import Problem, Quota, Selection, Shape
from services.matching.solver.reasons.phrases import (
    Names,
    counted,
    joined,
    number,
    points_in_words,
)
from services.matching.solver.solution import RuleRef

MAX_TOLD = 6
"""Rules of one kind that are told one by one in the sentence; the answer lists all."""


def conflict_in_words(
    problem: Problem,
    conflict: Sequence[RuleRef],
    cities: Mapping[str, str],
    topics: Mapping[str, str],
) -> str:
    """Say in one text what cannot be kept together and which steps would each resolve it.

    ``cities`` are names by id, ``topics`` labels by code; what has none is called by its id.
    """
    names = Names(cities, topics)
    facts = _told(conflict, lambda ref: rule_in_words(problem, ref, names))
    steps = _told(conflict, lambda ref: _remedy(ref, names))
    if len(conflict) == 1:
        return f"This rule cannot be kept: {facts[0]}. To go on, {steps[0]}."
    return f"These rules cannot all be kept: {'; '.join(facts)}. To go on, {joined(steps, 'or')}."


def rule_in_words(problem: Problem, ref: RuleRef, names: Names) -> str:
    """Say what one rule asks for, as a clause."""
    return _FACTS[ref.kind](problem, ref, names)


def _told(conflict: Sequence[RuleRef], word: Callable[[RuleRef], str]) -> list[str]:
    """Word each rule; of more than fit of one kind the rest is counted."""
    told: list[str] = []
    for kind in dict.fromkeys(ref.kind for ref in conflict):
        own = [ref for ref in conflict if ref.kind == kind]
        told += [word(ref) for ref in own[:MAX_TOLD]]
        if len(own) > MAX_TOLD:
            more = len(own) - MAX_TOLD
            told[-1] += f" (and likewise {more} more)"
    return list(dict.fromkeys(told))


def _pair(ref: RuleRef, names: Names) -> str:
    eu, _, partner = ref.name.partition(" ")
    return f"{names.city(eu)} with {names.city(partner)}"


def _lock(problem: Problem, ref: RuleRef, names: Names) -> str:
    known = {city.id for city in (*problem.eu, *problem.partner)}
    gone = [names.city(each) for each in ref.name.split(" ") if each not in known]
    told = f"the pair {_pair(ref, names)} is locked"
    return f"{told}, but {joined(gone, 'and')} is no longer admitted" if gone else told


def _veto(_: Problem, ref: RuleRef, names: Names) -> str:
    return f"the pair {_pair(ref, names)} is vetoed"


def _least(problem: Problem, ref: RuleRef, names: Names) -> str:
    quota = _quota(problem, ref)
    return (
        f"quota “{quota.name}” asks for at least {number(quota.least or 0, 'pair')}"
        f"{_of(quota.of, names)}"
    )


def _most(problem: Problem, ref: RuleRef, names: Names) -> str:
    quota = _quota(problem, ref)
    return (
        f"quota “{quota.name}” allows at most {number(quota.most or 0, 'pair')}"
        f"{_of(quota.of, names)}"
    )


def _of(selection: Selection, names: Names) -> str:
    """Say which pairs a quota is about, after the word pairs."""
    told = ""
    places = (
        (selection.eu_city_id, selection.eu_country),
        (selection.partner_city_id, selection.partner_country),
    )
    ends = [
        names.city(city_id) if city_id is not None else f"a city of {country}"
        for city_id, country in places
        if city_id is not None or country is not None
    ]
    if ends:
        told += f" between {' and '.join(ends)}" if len(ends) > 1 else f" with {ends[0]}"
    if selection.topic is not None:
        told += f" on {names.topic(selection.topic)}"
    return told


def _candidates(problem: Problem, ref: RuleRef, _: Names) -> str:
    if ref.name == "mutual":
        if problem.rules.shape is Shape.MENTORS:
            return "a learner must seek something that its mentor offers"
        return "in a pair each city must seek something that the other offers"
    if ref.name == "min_score":
        return f"a pair must score at least {points_in_words(problem.rules.min_score)}"
    return "cities that cooperated before are no candidates"


def _capacity(problem: Problem, ref: RuleRef, names: Names) -> str:
    sides = {"eu": ("EU", problem.eu), "partner": ("partner", problem.partner)}
    if ref.name in sides:
        word, cities = sides[ref.name]
        places = sum(city.capacity for city in cities)
        return (
            f"the {counted(len(cities), f'{word} city', f'{word} cities')} may have {places} "
            + ("partner together" if places == 1 else "partners together")
        )
    return f"{names.city(ref.name)} may have {number(_places(problem, ref.name), 'partner')}"


def _shape(problem: Problem, _: RuleRef, __: Names) -> str:
    if problem.rules.shape is Shape.TRIOS:
        return "every group is one city with two of the other side, and a city is in one only"
    return (
        f"every group is a mentor with at most {number(problem.rules.max_learners, 'learner')}, "
        "and a city is in one only"
    )


def _places(problem: Problem, city_id: str) -> int:
    cities = (*problem.eu, *problem.partner)
    return next(city.capacity for city in cities if city.id == city_id)


def _quota(problem: Problem, ref: RuleRef) -> Quota:
    return next(each for each in problem.rules.quotas if each.name == ref.name)


_FACTS: Mapping[str, Callable[[Problem, RuleRef, Names], str]] = {
    "lock": _lock,
    "veto": _veto,
    "quota_least": _least,
    "quota_most": _most,
    "candidates": _candidates,
    "capacity": _capacity,
    "shape": _shape,
}


def _remedy(ref: RuleRef, names: Names) -> str:
    """Say what to do about one rule, as an order."""
    capacity = names.city(ref.name) if ref.name not in {"eu", "partner"} else "these cities"
    candidates = {
        "mutual": "admit cities whose interests meet",
        "min_score": "lower the exchange's lowest score",
        "avoid_met": "let cities cooperate again",
    }
    orders = {
        "lock": f"release the lock of {_pair(ref, names)}",
        "veto": f"lift the veto on {_pair(ref, names)}",
        "quota_least": f"lower what quota “{ref.name}” asks for",
        "quota_most": f"raise what quota “{ref.name}” allows",
        "candidates": candidates.get(ref.name, ""),
        "capacity": f"raise the number of partners of {capacity}",
        "shape": "choose another shape of groups",
    }
    return orders[ref.kind] + ("" if ref.limit is None else f" to {ref.limit}")
