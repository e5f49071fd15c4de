"""The examples of docs/matching: quotas, trios, mentors; every figure comes from a solved round."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from deploy.documents.matching.cities import CANADA, EU, MENTORED, MENTORS, TOPICS, Body
from deploy.documents.matching.showing import (
    cities_table,
    pairs_table,
    quoted,
    request,
    scores_plot,
    table,
)
from services.matching.api.rule_models import RulesModel
from services.matching.charts import BLUE, ORANGE, Bar, Chart, Series, svg
from services.matching.domain.comparison import compare
from services.matching.domain.comparison_words import cause_in_words
from services.matching.solver.problem import ONE_POINT, Pair, Problem, Weights
from services.matching.solver.reasons.conflict import smallest_conflict
from services.matching.solver.reasons.conflict_words import conflict_in_words
from services.matching.solver.reasons.explain import explain_city, explain_pair
from services.matching.solver.reasons.words import city_in_words, pair_in_words
from services.matching.solver.solution import Infeasible, Solution
from services.matching.solver.solve import solve

Json = dict[str, Any]

_WRITTEN = "<!-- Written by `make docs`: every figure comes from a round that is solved then. -->"
_ILLUSTRATIVE = "The cities are real, what they seek and offer here is made up."
_ASKED = """\
The programme team sets the rules of the exchange and asks for a round:"""


@dataclass(frozen=True, slots=True)
class _Example:
    problem: Problem
    names: Mapping[str, str]

    @property
    def solution(self) -> Solution:
        return _solution(self.problem)


def quotas() -> str:
    """Give the page about quotas."""
    free, ruled = _example(EU, CANADA, {}), _example(EU, CANADA, _COUNTRY_QUOTAS)
    torino = ruled.names["torino"]
    changes = compare((free.problem, free.solution), (ruled.problem, ruled.solution)).changes
    rows = [
        (
            f"{ruled.names[each.pair.eu_city_id]} with {ruled.names[each.pair.partner_city_id]}",
            each.what,
            cause_in_words(each.causes[0], ruled.names),
        )
        for each in changes
        if each.what != "kept"
    ]
    cost = (_score(free.solution) - _score(ruled.solution)) / ONE_POINT
    return _page(
        "Quotas: no country takes it all",
        f"Eight EU cities, four of them Spanish, and six Canadian ones. {_ILLUSTRATIVE}",
        cities_table((*EU, *CANADA)),
        "## Ask\n\nAt most two pairs for Spain, and at least one for Italy. " + _ASKED,
        request("PATCH /v1/exchanges/{exchange_id}", {"rules": _COUNTRY_QUOTAS}),
        request("POST /v1/rounds", {"exchange_id": "exc_…"}),
        "## Answer\n\n" + pairs_table(ruled.solution, ruled.names),
        "![What each score is made of](quotas.svg)",
        f"The quotas cost {cost:.1f} of {_score(free.solution) / ONE_POINT:.1f} points: what a "
        "what-if without them shows, `POST /v1/rounds/{round_id}/what-ifs` with `rules`. Pairs per "
        "country, with and without:",
        "![Pairs per country](quotas-countries.svg)",
        _countries_table(free.solution, ruled.solution),
        "`GET /v1/rounds/{round_id}/comparison` says which pairs changed, and why:",
        table(("pair", "", "why"), rows),
        f"And {torino} itself is told:",
        quoted(
            city_in_words(explain_city(ruled.problem, ruled.solution, "torino"), *_words(ruled))
        ),
        "## Rules that can't all be kept\n\n"
        "With at least five pairs for Spain besides, the round fails and names the smallest set of "
        "rules that contradict each other:",
        quoted([_conflict()]),
    )


def trios() -> str:
    """Give the page about trios."""
    found = _example(EU[:6], CANADA, {"shape": "trios"})
    return _page(
        "Trios: one city between two",
        "Each group is one city, the hub, with two of the other side: nine delegates around one "
        f"table instead of two visits. {_ILLUSTRATIVE}",
        cities_table((*EU[:6], *CANADA)),
        "## Ask\n\n" + _ASKED,
        request("PATCH /v1/exchanges/{exchange_id}", {"rules": {"shape": "trios"}}),
        request("POST /v1/rounds", {"exchange_id": "exc_…"}),
        "## Answer\n\n" + _groups_table(found, "hub", "with"),
        "![What each score is made of](trios.svg)",
        "A proposal names the hub of its group in `hub_city_id`; both pairs of a trio have the "
        "same. A city is in one trio at most. "
        f"Of the {len(found.solution.suggestions)} pairs {_proof(found.solution)}.",
        "## Why these\n\n" + quoted(_why(found, 0)),
    )


def mentors() -> str:
    """Give the page about mentors."""
    found = _example(MENTORED, MENTORS, {"shape": "mentors", "max_learners": 2})
    return _page(
        "Mentors: who knows teaches who needs",
        "A mentor takes one or two learners of the other side, and a pair counts only by what the "
        f"mentor offers and the learner seeks. {_ILLUSTRATIVE}",
        cities_table((*MENTORED, *MENTORS)),
        "## Ask\n\n" + _ASKED,
        request(
            "PATCH /v1/exchanges/{exchange_id}", {"rules": {"shape": "mentors", "max_learners": 2}}
        ),
        request("POST /v1/rounds", {"exchange_id": "exc_…"}),
        "## Answer\n\n" + _groups_table(found, "mentor", "learners"),
        "![What each score is made of](mentors.svg)",
        "Whether a city teaches or learns is the round's choice, and a city does one of the two. "
        "`hub_city_id` of a proposal is its mentor. "
        f"{_proof(found.solution).capitalize()}.",
        "## Why these\n\n" + quoted(_why(found, 0)),
        "## Who went without\n\n" + _without(found),
    )


def quotas_plot() -> str:
    """Give the plot of scores under quotas."""
    found = _example(EU, CANADA, _COUNTRY_QUOTAS)
    return scores_plot("quotas", "Scores of the pairs under quotas", found.solution, found.names)


def countries_plot() -> str:
    """Give the plot of pairs per country with and without quotas."""
    free, ruled = _example(EU, CANADA, {}), _example(EU, CANADA, _COUNTRY_QUOTAS)
    bars = []
    for country in sorted({body.country for body in EU}):
        with_, without = (_per_country(each.solution)[country] for each in (ruled, free))
        bars += [Bar(f"{country} with quotas", (with_, 0)), Bar(f"{country} without", (0, without))]
    series = (Series("with quotas", BLUE), Series("without", ORANGE))
    described = " ".join(f"{bar.label}: {sum(bar.values):.0f} pairs." for bar in bars)
    return svg(Chart("countries", "Pairs per country", described, series, tuple(bars))) + "\n"


def trios_plot() -> str:
    """Give the plot of scores in trios."""
    found = _example(EU[:6], CANADA, {"shape": "trios"})
    return scores_plot("trios", "Scores of the pairs in trios", found.solution, found.names)


def mentors_plot() -> str:
    """Give the plot of scores with mentors."""
    found = _example(MENTORED, MENTORS, {"shape": "mentors", "max_learners": 2})
    return scores_plot("mentors", "Scores of mentors and learners", found.solution, found.names)


_COUNTRY_QUOTAS: Json = {
    "quotas": [
        {"name": "Spain at most two", "of": {"eu_country": "ES"}, "most": 2},
        {"name": "Italy at least one", "of": {"eu_country": "IT"}, "least": 1},
    ]
}
_SPAIN_FIVE: Json = {"name": "Spain at least five", "of": {"eu_country": "ES"}, "least": 5}


def _example(eu: Sequence[Body], partner: Sequence[Body], rules: Json) -> _Example:
    problem = Problem(
        tuple(sorted((body.city() for body in eu), key=lambda city: city.id)),
        tuple(sorted((body.city() for body in partner), key=lambda city: city.id)),
        Weights(),
        rules=RulesModel.model_validate(rules).rules(),
    )
    return _Example(problem, {body.id: body.name for body in (*eu, *partner)})


@cache
def _solution(problem: Problem) -> Solution:
    found = solve(problem)
    if isinstance(found, Infeasible):
        raise TypeError(found.problem)
    return found


def _conflict() -> str:
    rules = {"quotas": [*_COUNTRY_QUOTAS["quotas"], _SPAIN_FIVE]}
    asked = _example(EU, CANADA, rules)
    found = smallest_conflict(asked.problem)
    return conflict_in_words(asked.problem, found.conflict, *_words(asked))


def _words(example: _Example) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return example.names, TOPICS


def _why(example: _Example, place: int) -> tuple[str, ...]:
    pair: Pair = example.solution.suggestions[place].pair
    reasons = explain_pair(example.problem, example.solution, pair)
    return pair_in_words(reasons, *_words(example))


def _groups_table(example: _Example, hub: str, others: str) -> str:
    groups: dict[str, list[tuple[str, int]]] = {}
    for each in example.solution.suggestions:
        centre = each.hub_city_id or each.pair.eu_city_id
        ends = {each.pair.eu_city_id, each.pair.partner_city_id}
        (other,) = ends - {centre}
        groups.setdefault(centre, []).append((other, each.score))
    rows = [
        (
            example.names[centre],
            " and ".join(example.names[other] for other, _ in members),
            " + ".join(f"{score / ONE_POINT:.1f}" for _, score in members),
        )
        for centre, members in groups.items()
    ]
    return table((hub, others, "scores of 100"), rows)


def _without(example: _Example) -> str:
    pairs = [each.pair for each in example.solution.suggestions]
    served = {id_ for pair in pairs for id_ in (pair.eu_city_id, pair.partner_city_id)}
    left = [each for each in example.names if each not in served]
    if not left:
        return "Nobody: every city is in a group."
    said = [
        city_in_words(explain_city(example.problem, example.solution, each), *_words(example))[0]
        for each in left
    ]
    return quoted(said) + "\n\nThe next round favours them by `turn_points` for each turn without."


def _proof(solution: Solution) -> str:
    certificate = solution.certificate
    gap = certificate.upper_bound - certificate.objective
    bound = f"the certificate's upper bound is {certificate.upper_bound / ONE_POINT:.2f} points"
    if gap:
        return (
            f"{bound}, {gap / ONE_POINT:.2f} above what was found: the bound leaves out that "
            "groups are whole, so such a gap does not mean that there is a better choice"
        )
    return f"{bound}, exactly what was found"


def _score(solution: Solution) -> int:
    return sum(each.score for each in solution.suggestions)


def _per_country(solution: Solution) -> Counter[str]:
    countries = {body.id: body.country for body in EU}
    return Counter(countries[each.pair.eu_city_id] for each in solution.suggestions)


def _countries_table(free: Solution, ruled: Solution) -> str:
    rows = [
        (country, _per_country(ruled)[country], _per_country(free)[country])
        for country in sorted({body.country for body in EU})
    ]
    return table(("country", "pairs with quotas", "without"), rows)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", _WRITTEN, "## Data", *parts]) + "\n"
