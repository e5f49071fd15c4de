"""Which large rounds can be solved here; imports nothing that may be missing."""

from importlib.util import find_spec

from services.matching.solver.problem import (
    MAX_CITIES_PER_SIDE,
    Mean,
    Policy,
    Problem,
    Shape,
)

PACKAGES = ("numba", "ortools", "threadpoolctl")


def too_large(problem: Problem) -> str | None:
    """Say in words why a round beyond ``MAX_CITIES_PER_SIDE`` can't be solved; None when it can."""
    if max(len(problem.eu), len(problem.partner)) <= MAX_CITIES_PER_SIDE:
        return None
    limit = f"A round of more than {MAX_CITIES_PER_SIDE:,} cities per side"
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return (
            f"{limit} needs packages that this service was installed without "
            f"({', '.join(missing)}): ask the operators for its dependency group 'stress'."
        )
    odd = _beyond(problem)
    return f"{limit} can't have {odd}: change that rule, or match fewer cities." if odd else None


def _beyond(problem: Problem) -> str | None:
    rules, weights = problem.rules, problem.weights
    turns = rules.turn_points and any(city.turns for city in (*problem.eu, *problem.partner))
    beyond = {
        "another policy than the greatest total (max_score)": rules.policy != Policy.MAX_SCORE,
        "another shape than pairs": rules.shape != Shape.PAIRS,
        "another mean than the geometric": rules.mean != Mean.GEOMETRIC,
        "quotas": bool(rules.quotas),
        "favoured pairs of the last round": bool(problem.incumbents and rules.incumbent_points),
        "favoured turns": bool(turns),
        "the weight 'project'": weights.project > 0,
        "the weight 'preference'": weights.preference > 0,
        "the weight 'novelty'": weights.novelty > 0,
    }
    return next((name for name, asked in beyond.items() if asked), None)
