"""The steps of a certificate: what each claims, and what its prices prove."""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tools.check_round.keeping import Taken
from tools.check_round.reading import TRIO, Json, Option, Pair, Round, options, wrong

STEPPED = ("best_worst", "leximin")
"""Policies that settle the number of pairs first, and then the worst of them."""


@dataclass
class Claim:
    """A step of the certificate, its prices by name, and the bound as far as it is summed up."""

    step: Json
    u: dict[str, int]
    v: dict[str, int]
    w: dict[str, int]
    bound: int = 0

    def counts(self, option: Option, bonus: int) -> int:
        """Give what a pair counts in this step."""
        own = option.score + bonus if self.step["goal"] == "score" else 0
        return int(self.step["per_pair"]) + own


def read_claim(of: Round, step: Json) -> Claim:
    """Read a step, check that its prices may be what they are, and sum up what they buy."""
    u, v = (_prices(step[side], "city_id", getattr(of, side)) for side in ("eu", "partner"))
    w = _prices(step["quotas"], "name", of.quotas)
    if min((*u.values(), *v.values()), default=0) < 0:
        wrong("the price of a city's place is negative")
    if step["goal"] != "score" and step["per_pair"] < 1:
        wrong("a pair counts nothing where pairs are counted")
    bound = sum(u[name] * of.places(city) for name, city in of.eu.items())
    bound += sum(v[name] * of.places(city) for name, city in of.partner.items())
    for name, quota in of.quotas.items():
        if w[name] > 0 and quota["most"] is None:
            wrong(f"the quota {name!r} has no most: its price can't be positive")
        bound += w[name] * (quota["most"] if w[name] > 0 else quota["least"] or 0)
    return Claim(step, u, v, w, bound)


def _prices(said: Iterable[Json], key: str, known: Iterable[str]) -> dict[str, int]:
    found = [(str(each[key]), each["points"]) for each in said]
    if any(type(points) is not int for _, points in found):
        wrong("a price is no integer")
    if sorted(name for name, _ in found) != sorted(known):
        wrong("there is not one price for each city and quota")
    return dict(found)


def prove(of: Round, claims: list[Claim]) -> None:
    """Add to each bound what pairs may count beyond the prices of what they use."""
    decided = defaultdict(list)
    for pair in of.locks:
        decided[pair[0]].append(pair[1])
        for claim in claims:
            claim.bound += max(reduced(of, claim, pair, option) for option in options(of, pair))
    by_topic = defaultdict(set)
    for name in of.partner:
        for topic in of.known[name].levels:
            by_topic[topic].add(name)
    for name, city in of.eu.items():
        places = of.places(city) - len(decided[name])
        met = set().union(*(by_topic[topic] for topic in of.known[name].levels))
        worth: list[list[int]] = [[] for _ in claims]
        for other in met:
            pair = name, other
            free = [option for option in options(of, pair) if option.free]
            for claim, kept in zip(claims, worth, strict=True):
                may = [o for o in free if o.score >= claim.step["floor"]]
                kept.append(max((reduced(of, claim, pair, o) for o in may), default=0))
        for claim, kept in zip(claims, worth, strict=True):
            claim.bound += sum(r for r in heapq.nlargest(places, kept) if r > 0)


def reduced(of: Round, claim: Claim, pair: Pair, option: Option) -> int:
    """Give what a pair counts beyond the prices of what it uses."""
    spent = option.takes[0] * claim.u[pair[0]] + option.takes[1] * claim.v[pair[1]]
    spent += sum(claim.w[name] for name in of.inside(pair, option.topic)) if of.quotas else 0
    return claim.counts(option, of.bonus(pair)) - spent


def judge(of: Round, taken: Taken, certificate: Json) -> list[str]:
    """Check every figure of a certificate and say what it proves.

    Raises:
        WrongError: a figure is not what its prices prove, or a step claims something else than the
            policy needs.
    """
    steps = certificate["steps"]
    worst = min(
        (option.score for pair, option in taken.items() if pair not in of.locks), default=None
    )
    wanted = expected(of, worst)
    if [(step["goal"], step["floor"]) for step in steps] not in wanted:
        wrong(f"the steps of this policy are {' or '.join(map(str, wanted))}")
    claims = [read_claim(of, step) for step in steps]
    prove(of, claims)
    lines = [settled(of, taken, claim) for claim in claims]
    priced_fairly(of, claims)
    score = sum(option.score + of.bonus(pair) for pair, option in taken.items())
    if certificate["objective"] != score:
        wrong(f"the pairs score {score:,} and not {certificate['objective']:,}")
    last = claims[-1]
    bound = last.bound - last.step["per_pair"] * len(taken)
    if certificate["upper_bound"] != bound:
        wrong(f"the bound is {bound:,} and not {certificate['upper_bound']:,}")
    return [*lines, f"total {score:,} of at most {bound:,}: gap {bound - score:,} units"]


def expected(of: Round, worst: int | None) -> list[list[tuple[str, int]]]:
    """Give goal and floor of the steps that the policy needs; groups may be counted first."""
    if of.rules["policy"] not in STEPPED:
        return [[("score", 0)]] if not of.star else [[("score", 0)], [("pairs", 0), ("score", 0)]]
    if worst is None:
        return [[("pairs", 0), ("score", 0)]]
    return [[("pairs", 0), ("worst", worst + 1), ("score", worst)]]


def priced_fairly(of: Round, claims: list[Claim]) -> None:
    """Check that a price of the number of pairs is of use: it proves nothing where that is free.

    Where the policy fixes the number any price will do. Else it must be proven that there can't be
    more pairs, and the price must not be above 0: then fewer pairs would only be worth less.
    """
    first, last = claims[0], claims[-1]
    per_pair = last.step["per_pair"]
    if of.rules["policy"] in STEPPED or not per_pair:
        return
    most = first.step["goal"] == "pairs" and first.step["objective"] == first.step["upper_bound"]
    if per_pair > 0 or not most:
        wrong("a price of the number of pairs proves nothing where that number is free")


def settled(of: Round, taken: Taken, claim: Claim) -> str:
    """Compare a step with what was computed, and say what it proves."""
    goal, per_pair = claim.step["goal"], claim.step["per_pair"]
    if goal == "score":
        objective = sum(claim.counts(option, of.bonus(pair)) for pair, option in taken.items())
        bound = claim.bound
    else:
        objective, bound = len(taken), claim.bound // per_pair
        if of.rules["shape"] == "trios":  # every choice has two pairs for each trio
            bound -= bound % TRIO
    if (claim.step["objective"], claim.step["upper_bound"]) != (objective, bound):
        wrong(
            f"the step {goal!r} says {claim.step['objective']:,} of {claim.step['upper_bound']:,}; "
            f"it is {objective:,} of {bound:,}"
        )
    if goal == "worst":
        says = "proven" if bound < objective else "not proven"
        return f"worst: no {objective:,} pairs all score {claim.step['floor']:,} or more: {says}"
    if goal == "pairs":
        return f"pairs: {objective:,} of at most {bound:,}"
    pairs = f"{len(taken):,} pairs scored {claim.step['floor']:,} or more"
    return f"score: {pairs}: gap {bound - objective:,}"
