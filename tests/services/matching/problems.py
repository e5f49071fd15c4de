"""Small problems for the solver's tests, and the plainest way to solve them: trying everything."""

from functools import cache
from itertools import combinations

from hypothesis import strategies as st

from services.matching.solver.problem import City, Level, Pair, Policy, Problem, Rules, Weights
from services.matching.solver.scores import score_all

TOPICS = ("air", "heat", "housing", "mobility", "waste", "water")
LEVELS = st.integers(0, 5)


def city(id_: str, *levels: tuple[str, int, int], capacity: int = 1) -> City:
    return City(id_, capacity, 500_000, 2, ("en",), tuple(Level(*each) for each in levels))


@st.composite
def cities(draw: st.DrawFn, prefix: str, most: int = 5) -> tuple[City, ...]:
    return tuple(
        City(
            id=f"{prefix}{number}",
            capacity=draw(st.integers(1, 2)),
            population=draw(st.none() | st.integers(1_000, 30_000_000)),
            zone_half_hours=draw(st.none() | st.integers(-20, 24)),
            languages=draw(st.sampled_from([(), ("en",), ("fr", "en"), ("pt-BR",), ("pt",)])),
            levels=tuple(
                Level(topic, draw(LEVELS), draw(LEVELS))
                for topic in draw(st.lists(st.sampled_from(TOPICS), max_size=4, unique=True))
            ),
        )
        for number in range(draw(st.integers(1, most)))
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five cities a side with up to two places each, some pairs locked, some vetoed."""
    eu, partner = draw(cities("e")), draw(cities("p"))
    pairs = [Pair(a.id, b.id) for a in eu for b in partner]
    named = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))
    cut = draw(st.integers(0, min(1, len(named))))
    decided = tuple(named[:cut]), tuple(named[cut:])
    return Problem(eu, partner, Weights(), *decided, Rules(Policy.MAX_SCORE))


def best_by_trying(problem: Problem) -> int:
    """Give the greatest total score among all assignments that keep the locks and vetoes."""
    scores = score_all(problem)
    rows = {each.id: place for place, each in enumerate(scores.eu)}
    columns = {each.id: place for place, each in enumerate(scores.partner)}
    locks = {(rows[each.eu_city_id], columns[each.partner_city_id]) for each in problem.locks}
    vetoes = {(rows[each.eu_city_id], columns[each.partner_city_id]) for each in problem.vetoes}

    @cache
    def best(row: int, left: tuple[int, ...]) -> int | None:
        if row == len(scores.eu):
            return 0
        must = {column for i, column in locks if i == row}
        may = {int(j) for j in scores.mutual[row].nonzero()[0] if (row, j) not in vetoes} | must
        totals = []
        for size in range(len(must), min(scores.eu[row].capacity, len(may)) + 1):
            for chosen in combinations(sorted(may), size):
                if must <= set(chosen) and all(left[j] for j in chosen):
                    after = tuple(n - (j in chosen) for j, n in enumerate(left))
                    rest = best(row + 1, after)
                    if rest is not None:
                        totals.append(rest + sum(int(scores.points[row, j]) for j in chosen))
        return max(totals, default=None)

    found = best(0, tuple(each.capacity for each in scores.partner))
    assert found is not None
    return found
