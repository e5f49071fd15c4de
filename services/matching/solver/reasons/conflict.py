"""Why no choice keeps the rules: a smallest set of them that cannot all be kept.

First whole kinds of rules are left out as long as the rest still cannot be kept; then QuickXplain
halves what remains, so that few of many rules are found in few questions. Both are done in two
orders, and the smaller set is told.

Promises that the rules it names cannot all be kept, and that without any one of them the others
can: as far as the search for a choice goes, which is complete unless quotas cross or groups have
hubs.

Source: Junker 2004, "QuickXplain: Preferred Explanations and Relaxations for Over-Constrained
Problems", AAAI-04, section 4.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.matching.solver.problem import Problem, Shape
from services.matching.solver.reasons.conflict_words import conflict_in_words, rule_in_words
from services.matching.solver.reasons.phrases import Names
from services.matching.solver.reasons.rules import SIDES, Judge, Rule, rules_of
from services.matching.solver.scores import Scores
from services.matching.solver.solution import Infeasible, RuleRef

MAX_CAPACITIES = 4
"""Cities of one side whose capacities are told one by one: of more, the side is told."""


MAX_CELLS = 250_000
"""Pairs of a round beyond which no numbers are looked for that would end the conflict."""

MAX_DISTANCE = 64
"""What a number would have to change by at most to be told."""


MANY_CITIES = 200
"""Beyond so many in all, capacities are looked at by side first: each question takes long then."""

MAX_QUESTIONS = 30
"""Asked to tell the capacities of a few of many cities instead of those of their side."""


def smallest_conflict(problem: Problem, scores: Scores | None = None) -> Infeasible:
    """Say which rules leave a problem without an answer, in words that an officer can act on.

    ``scores`` are the problem's, if they are at hand. Asks some 20 to 60 times whether rules can be
    kept: well under a second at 80 by 80.
    """
    if not problem.eu or not problem.partner:
        side = "EU" if not problem.eu else "partner"
        return Infeasible(
            f"There is nothing to match: no application on the {side} side is admitted. "
            "Admit cities of that side."
        )
    judge = Judge(problem, scores)
    rules = [_plain(ref) for ref in rules_of(problem)]
    if judge.allows(rules):
        return Infeasible(
            f"The rules can be kept, but not under the policy {problem.rules.policy.value}: "
            "choose another policy, or release some of the rules."
        )
    many = len(problem.eu) + len(problem.partner) > MANY_CITIES
    if many and problem.rules.shape is Shape.PAIRS:
        sides: list[Rule] = [("capacity", side) for side in SIDES]
        rules = [rule for rule in rules if rule[0] != "capacity"] + sides
    found = min((_minimal(judge, rules, order) for order in _ORDERS[: 1 if many else 2]), key=len)
    if many:
        found = _by_city(problem, judge, found)
    told = sorted(_by_side(problem, judge, found), key=lambda rule: (_TOLD.index(rule[0]), rule[1]))
    refs = tuple(_worded(problem, judge, told, rule) for rule in told)
    return Infeasible(conflict_in_words(problem, refs, {}, {}), refs)


_ORDERS: tuple[tuple[str, ...], ...] = (
    ("capacity", "candidates", "shape", "veto", "lock", "quota_most", "quota_least"),
    ("lock", "veto", "quota_most", "quota_least", "shape", "candidates", "capacity"),
)
# In which kinds are left out: the last ones are the likeliest to be told.


_TOLD = ("lock", "veto", "quota_least", "quota_most", "capacity", "candidates", "shape")
# In which kinds are told.


def _plain(ref: RuleRef) -> Rule:
    return ref.kind, ref.name


def _minimal(judge: Judge, rules: Sequence[Rule], order: Sequence[str]) -> list[Rule]:
    kept = sorted(rules, key=lambda rule: (order.index(rule[0]), rule[1]))
    for kind in order:
        fewer = [rule for rule in kept if rule[0] != kind]
        if len(fewer) < len(kept) and not judge.allows(fewer):
            kept = fewer
    return _quick(judge.allows, [], kept[::-1], known=False)


def _quick(
    allows: Callable[[Sequence[Rule]], bool],
    background: Sequence[Rule],
    rules: Sequence[Rule],
    *,
    known: bool,
) -> list[Rule]:
    """Give a minimal set of rules that cannot be kept together with the background.

    ``known`` tells that the background without its last addition could be kept; all rules and the
    background together cannot.
    """
    if known and not allows(background):
        return []
    if len(rules) <= 1:
        return list(rules)
    half = len(rules) // 2
    first, second = rules[:half], rules[half:]
    later = _quick(allows, [*background, *first], second, known=True)
    return _quick(allows, [*background, *later], first, known=bool(later)) + later


class _TooManyError(Exception):
    """A search has asked as often as it may."""


def _by_city(problem: Problem, judge: Judge, found: Sequence[Rule]) -> list[Rule]:
    """Replace the capacities of a side by those of few cities, where few questions find them."""
    asked = 0

    def allows(rules: Sequence[Rule]) -> bool:
        nonlocal asked
        asked += 1
        if asked > MAX_QUESTIONS:
            raise _TooManyError
        return judge.allows(rules)

    for side, cities in zip(SIDES, (problem.eu, problem.partner), strict=True):
        if ("capacity", side) not in found:
            continue
        others = [rule for rule in found if rule != ("capacity", side)]
        own: list[Rule] = [("capacity", city.id) for city in cities]
        try:
            few = _quick(allows, others, own, known=False)
        except _TooManyError:
            continue
        if len(few) <= MAX_CAPACITIES:
            found = [*others, *few]
    return list(found)


def _by_side(problem: Problem, judge: Judge, found: Sequence[Rule]) -> list[Rule]:
    """Replace the capacities of many cities by that of their side, where that is as minimal."""
    for side, cities in zip(SIDES, (problem.eu, problem.partner), strict=True):
        own = {("capacity", city.id) for city in cities}
        others = [rule for rule in found if rule not in own]
        if len(found) - len(others) <= MAX_CAPACITIES or problem.rules.shape is not Shape.PAIRS:
            continue
        whole: list[Rule] = [*others, ("capacity", side)]
        less = [[each for each in whole if each != rule] for rule in whole]
        if not judge.allows(whole) and all(map(judge.allows, less)):
            found = whole
    return list(found)


def _worded(problem: Problem, judge: Judge, found: Sequence[Rule], rule: Rule) -> RuleRef:
    ref = RuleRef(rule[0], rule[1], "")  # type: ignore[arg-type]
    limit = (
        _limit(judge, found, rule) if len(problem.eu) * len(problem.partner) <= MAX_CELLS else None
    )
    return replace(ref, text=rule_in_words(problem, ref, Names({}, {})), limit=limit)


def _limit(judge: Judge, found: Sequence[Rule], rule: Rule) -> int | None:
    """Give the number nearest to a rule's own with which the conflict ends; None if it has none.

    Doubles the distance until the rules can be kept, and halves it again.
    """
    number, sign = judge.number_of(rule)
    if number is None:
        return None

    def holds(distance: int) -> bool:
        return judge.changed(rule, max(number + sign * distance, 0)).allows(found)

    far = 1
    while not holds(far):
        far *= 2
        if far > MAX_DISTANCE:
            return None
    near = far // 2
    while far - near > 1:
        middle = (near + far) // 2
        near, far = (near, middle) if holds(middle) else (middle, far)
    return max(number + sign * far, 0)
