"""Which cities would rather have each other, each judged by its own interest alone.

Source: Gale, Shapley 1962, "College Admissions and the Stability of Marriage".
"""

from collections import Counter, defaultdict

from tools.check_round.keeping import Taken
from tools.check_round.reading import POINT, Json, Pair, Round, interests, options, wrong

NEVER = 1 << 60
"""What a city gives up that has no place left and nobody to let go."""


def check_stability(of: Round, taken: Taken, answer: Json) -> list[str]:
    """Check what the policy promises and the solution says of blocking pairs; say what holds."""
    gains = blocking(of, taken)
    policy, threshold = of.rules["policy"], of.rules["stability_points"] * POINT
    lesser = max((min(both) for both in gains.values()), default=0)
    if policy == "stable" and gains:
        wrong(f"{max(gains, key=lambda pair: min(gains[pair]))} would both rather have each other")
    if policy == "near_stable" and lesser > threshold:
        wrong(f"two cities would both gain {lesser:,} by each other, beyond {threshold:,}")
    told = answer.get("solution")
    if told is not None and told["blocking_count"] != len(gains):
        wrong(f"there are {len(gains)} blocking pairs and not {told['blocking_count']}")
    for each in told["blocking"] if told is not None else ():
        if gains.get((each["pair"]["eu_city_id"], each["pair"]["partner_city_id"])) != (
            each["eu_gain"],
            each["partner_gain"],
        ):
            wrong(f"{each['pair']} does not block as it is said")
    return [f"blocking: {len(gains):,} pairs of cities would both gain, at most {lesser:,} units"]


def blocking(of: Round, taken: Taken) -> dict[Pair, tuple[int, int]]:
    """Give the pairs that nothing bars and in which both would gain, with both gains."""
    given_up, full = _given_up(of, taken), _full(of, taken)
    by_topic = defaultdict(set)
    for name in of.partner:
        for topic in of.known[name].levels:
            by_topic[topic].add(name)
    found = {}
    for name in of.eu:
        for other in set().union(*(by_topic[topic] for topic in of.known[name].levels)):
            pair = name, other
            if pair in taken:
                continue
            eu, partner = interests(of, pair)
            eu, partner = eu - given_up[name], partner - given_up[other]
            if min(eu, partner) > 0 and _has_room(of, pair, full):
                found[pair] = eu, partner
    return found


def _full(of: Round, taken: Taken) -> set[str]:
    """Name the quotas that take no further pair."""
    counted = Counter(name for pair in taken for name in of.inside(pair, taken[pair].topic))
    return {
        name
        for name, quota in of.quotas.items()
        if quota["most"] is not None and counted[name] >= quota["most"]
    }


def _has_room(of: Round, pair: Pair, full: set[str]) -> bool:
    """Tell whether the pair could be taken in some way that counts in no full quota."""
    ways = [option for option in options(of, pair) if option.free]
    return any(full.isdisjoint(of.inside(pair, option.topic)) for option in ways)


def _given_up(of: Round, taken: Taken) -> dict[str, int]:
    """Give what each city gives up for one more: nothing while it has a place, else its least."""
    number: dict[str, int] = defaultdict(int)
    least: dict[str, int] = defaultdict(lambda: NEVER)
    for pair in taken:
        for city, worth in zip(pair, interests(of, pair), strict=True):
            number[city] += 1
            if pair not in of.locks:
                least[city] = min(least[city], worth)
    cities = (*of.eu.values(), *of.partner.values())
    full = {
        city["id"]: number[city["id"]] >= (1 if of.star else city["capacity"]) for city in cities
    }
    return {city: least[city] if is_full else 0 for city, is_full in full.items()}
