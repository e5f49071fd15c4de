"""Whether rules that can't be kept are answered with a smallest set of them.

For each hand-written set: the service answers with a conflict of the kinds that its author expects;
its rules can't be kept even with all others relaxed; and without any one of them the rest can. That
is asked of the solver's own test, and, where trying every choice ends within a second, of that too,
with the relaxing written anew here.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from benchmarks.matching.infeasible import Case, cases
from benchmarks.report import Figure, exactly
from services.matching.solver.problem import City, Level, Pair, Problem, Shape
from services.matching.solver.reasons.rules import hold_together
from services.matching.solver.solution import Infeasible, RuleRef
from services.matching.solver.solve import solve
from tests.services.matching.problems import choices

MOST_PAIRS = 16
"""Of so many possible pairs all choices are tried: at most 65,536."""

_SHARED = Level("what every city seeks and offers", 5, 5)
Test = Callable[[Problem, Collection[RuleRef]], bool | None]


def measure(told: Callable[[], None]) -> Iterator[Figure]:
    """Judge all sets."""
    unsaid = unexpected = 0
    faults, known = [0, 0], [0, 0]
    everything = cases()
    for case in everything:
        conflict = _conflict_of(case)
        unsaid += not conflict
        unexpected += tuple(sorted(rule.kind for rule in conflict)) != tuple(sorted(case.kinds))
        for number, test in enumerate((hold_together, tried)):
            minimal = is_minimal(case.problem, conflict, test)
            known[number] += minimal is not None
            faults[number] += minimal is False
        told()
    yield Figure("infeasible rules, sets", len(everything), "")
    yield exactly("infeasible rules, without a conflict in words", unsaid, "", 0)
    yield exactly("infeasible rules, another conflict than expected", unexpected, "", 0)
    yield exactly("infeasible rules, conflict not minimal", faults[0], "", 0)
    yield exactly(f"infeasible rules, not minimal of {known[1]} by trying all", faults[1], "", 0)


def is_minimal(problem: Problem, conflict: tuple[RuleRef, ...], test: Test) -> bool | None:
    """Tell whether the rules can't be kept and, without any one, can; None if that is not known."""
    subsets = [[rule for rule in conflict if rule is not left_out] for left_out in conflict]
    answers = [test(problem, subset) for subset in subsets]
    whole = test(problem, conflict)
    if whole is None or None in answers:
        return None
    return bool(conflict) and not whole and all(answers)


def tried(problem: Problem, rules: Collection[RuleRef]) -> bool | None:
    """Tell by trying every choice whether these rules can be kept; None if that can't be told."""
    relaxed = _only(problem, rules)
    if relaxed is None or len(relaxed.eu) * len(relaxed.partner) > MOST_PAIRS:
        return None
    return any(choices(relaxed))


def _conflict_of(case: Case) -> tuple[RuleRef, ...]:
    outcome = solve(case.problem)
    if not isinstance(outcome, Infeasible) or not outcome.problem.strip():
        return ()
    return outcome.conflict if all(rule.text.strip() for rule in outcome.conflict) else ()


def _only(problem: Problem, rules: Collection[RuleRef]) -> Problem | None:
    """Relax everything but these rules; None where a problem can't say so."""
    names = {(rule.kind, rule.name) for rule in rules}
    mutual = ("candidates", "mutual") in names
    scored = ("candidates", "min_score") in names
    led = any(quota.of.topic is not None for quota in problem.rules.quotas)
    groups = problem.rules.shape is not Shape.PAIRS
    cities = {city.id for city in (*problem.eu, *problem.partner)}
    gone = any({p.eu_city_id, p.partner_city_id} - cities for p in problem.locks)
    if (not mutual and (scored or led)) or groups or gone or not (problem.eu and problem.partner):
        return None
    quotas = [
        replace(
            quota,
            least=quota.least if ("quota_least", quota.name) in names else None,
            most=quota.most if ("quota_most", quota.name) in names else None,
        )
        for quota in problem.rules.quotas
    ]

    def open_(side: str, city: City, others: int) -> City:
        kept = names & {("capacity", city.id), ("capacity", side)}
        levels = city.levels if mutual else (*city.levels, _SHARED)
        return replace(city, levels=levels, capacity=city.capacity if kept else others)

    return replace(
        problem,
        eu=tuple(open_("eu", city, len(problem.partner)) for city in problem.eu),
        partner=tuple(open_("partner", city, len(problem.eu)) for city in problem.partner),
        locks=_named(problem, names, "lock"),
        vetoes=_named(problem, names, "veto"),
        rules=replace(
            problem.rules,
            quotas=tuple(quotas),
            min_score=problem.rules.min_score if scored else 0,
            avoid_met=problem.rules.avoid_met and ("candidates", "avoid_met") in names,
        ),
    )


def _named(problem: Problem, names: Collection[tuple[str, str]], kind: str) -> tuple[Pair, ...]:
    pairs = problem.locks if kind == "lock" else problem.vetoes
    return tuple(p for p in pairs if (kind, f"{p.eu_city_id} {p.partner_city_id}") in names)
