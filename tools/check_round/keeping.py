"""Whether the pairs keep the rules of the round."""

from collections import Counter

from tools.check_round.reading import TRIO, Json, Option, Pair, Round, options, pair_of, wrong

Taken = dict[Pair, Option]


def taken_options(of: Round, answer: Json) -> Taken:
    """Give how each pair is taken; a hub or a lead topic is told by the pair or its suggestion."""
    told = {
        pair_of(each["pair"]): each for each in answer.get("solution", {}).get("suggestions", ())
    }
    found: Taken = {}
    for said in answer["pairs"]:
        pair = pair_of(said)
        if pair in found:
            wrong(f"{pair} is chosen twice")
        if pair[0] not in of.eu or pair[1] not in of.partner:
            wrong(f"{pair} has a city that is not in the round")
        more = {**told.get(pair, {}), **said}
        hub = {None: None, pair[0]: "eu", pair[1]: "partner"}.get(more.get("hub_city_id"), "?")
        ways = [o for o in options(of, pair) if (o.hub, o.topic) == (hub, more.get("lead_topic"))]
        if len(ways) != 1:
            wrong(f"{pair} can't have the hub and the lead topic that are said")
        found[pair] = ways[0]
    return found


def keeps_rules(of: Round, taken: Taken) -> None:
    """Check locks, vetoes, least score, capacities, shape and quotas."""
    if missing := sorted(of.locks - taken.keys()):
        wrong(f"the decided pair {missing[0]} is missing")
    if barred := sorted(pair for pair in taken if not taken[pair].free and pair not in of.locks):
        wrong(
            f"{barred[0]} must not be chosen: vetoed, met before, no needs met, or scored too low"
        )
    used, hubs = Counter[str](), Counter[Pair]()
    for pair, option in taken.items():
        used[pair[0]] += option.takes[0]
        used[pair[1]] += option.takes[1]
        if option.hub:
            hubs[option.hub, pair[0] if option.hub == "eu" else pair[1]] += 1
    for city in (*of.eu.values(), *of.partner.values()):
        if used[city["id"]] > of.places(city):
            wrong(f"{city['id']} has more partners than it may have, or is in two groups")
    if of.rules["shape"] == "trios" and any(number != TRIO for number in hubs.values()):
        wrong("a trio has not three cities")
    counted = Counter(name for pair in taken for name in of.inside(pair, taken[pair].topic))
    for name, quota in of.quotas.items():
        least, most = quota["least"] or 0, quota["most"]
        if counted[name] < least or (most is not None and counted[name] > most):
            wrong(f"the quota {name!r} has {counted[name]} pairs")


def check_suggestions(of: Round, taken: Taken, answer: Json) -> None:
    """Check what the solution, where it is there, says of each pair: score, parts, bonus, lock."""
    if "solution" not in answer:
        return
    told = answer["solution"]["suggestions"]
    if sorted(pair_of(each["pair"]) for each in told) != sorted(taken):
        wrong("the suggestions are not the pairs")
    for each in told:
        pair = pair_of(each["pair"])
        if each["score"] != taken[pair].score:
            wrong(f"{pair} scores {taken[pair].score:,} and not {each['score']:,}")
        if sum(part["points"] for part in each["parts"]) != each["score"]:
            wrong(f"the parts of {pair} do not sum to its score")
        if each["bonus"] != of.bonus(pair) or each["locked"] != (pair in of.locks):
            wrong(f"the bonus or the lock of {pair} is not what is said")
    free = [option.score for pair, option in taken.items() if pair not in of.locks]
    if answer["solution"]["worst"] != min(free, default=0):
        wrong("the worst pair scores something else")
    if answer["solution"]["certificate"] != answer["certificate"]:
        wrong("the solution has another certificate")
