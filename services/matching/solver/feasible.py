"""Whether rules can be kept at all, whatever their choice would be worth.

Promises to be cheap enough to be asked of many subsets of rules: pairs need not be scored again.
"""

from services.matching.solver.assignment import Ask
from services.matching.solver.field import field_of
from services.matching.solver.maximum import Choice, counting, maximise
from services.matching.solver.problem import Problem
from services.matching.solver.scores import Scores, score_all


def feasible(problem: Problem, scores: Scores | None = None) -> bool:
    """Tell whether some choice keeps all locks, vetoes, quotas, places and the shape of groups.

    A choice of no pair at all will do if no rule asks for one. ``scores`` may be those of another
    problem with the same cities, facts, weights and shape. Where quotas cross or groups have hubs,
    the search is limited, and what it has not found it takes for impossible.
    """
    if set(problem.locks) & set(problem.vetoes):
        return False
    field = field_of(problem, scores or score_all(problem))
    ask = Ask(field, counting(field, 0), any_will_do=True)
    return isinstance(maximise(ask), Choice)
