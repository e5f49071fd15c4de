"""Comparisons in plain sentences, for people who know neither ids nor weights."""

from collections.abc import Mapping

from services.matching.domain.comparison import Cause, CauseKind
from services.matching.domain.inputs import InputChange
from services.matching.solver.problem import ONE_POINT, Pair

Names = Mapping[str, str]
"""Names of cities and labels of topics, by id and code; what is missing is shown as it is."""


def cause_in_words(cause: Cause, names: Names) -> str:
    """Say why a pair changed."""
    return _CAUSES[cause.kind].format(
        points=_points(cause.points),
        pair=_pair(cause.pair, names) if cause.pair else "",
        quota=cause.quota,
        city=names.get(cause.city_id or "", cause.city_id),
        chain="directly" if cause.steps <= 1 else f"along a chain of {cause.steps} pairs",
    )


def input_in_words(change: InputChange, names: Names) -> str:
    """Say what one round was given and the other not."""
    city = names.get(change.city_id or "", change.city_id)
    gone = change.after is None
    match change.kind:
        case "lock" | "veto":
            pair = _pair(change.pair, names) if change.pair else ""
            state = "no longer" if gone else "now"
            return f"{pair} is {state} {'locked' if change.kind == 'lock' else 'vetoed'}."
        case "city":
            return f"{city} {'no longer takes part' if gone else 'takes part now'}."
        case "level":
            topic = names.get(change.name, change.name)
            return f"{city}, {topic}: {_turned(change)}."
        case "fact":
            return f"{city}, {change.name.replace('_', ' ')}: {_turned(change)}."
        case "weights":
            return f"The weight of {change.name} is {change.after} per mille, was {change.before}."
        case "rules":
            return f"The rule {change.name.replace('_', ' ')}: {_turned(change)}."


def _turned(change: InputChange) -> str:
    if change.before is None:
        return f"now {change.after}"
    return f"{change.before} before, now {change.after or 'nothing'}"


def _pair(pair: Pair, names: Names) -> str:
    eu, partner = pair.eu_city_id, pair.partner_city_id
    return f"{names.get(eu, eu)} with {names.get(partner, partner)}"


def _points(units: int) -> str:
    return f"{'rose' if units > 0 else 'fell'} by {abs(units) / ONE_POINT:.2f} of 100"


_CAUSES: Mapping[CauseKind, str] = {
    "city_left": "{city} takes no part any more.",
    "city_came": "{city} takes part now.",
    "vetoed": "The pair is vetoed now.",
    "veto_lifted": "The pair is no longer vetoed.",
    "met": "The two have cooperated before, which rules the pair out now.",
    "met_lifted": "That the two have cooperated before no longer rules the pair out.",
    "locked": "The pair is locked now.",
    "unlocked": "The pair is no longer locked.",
    "lock_elsewhere": "{pair} is locked now and takes a place of one of the two.",
    "lock_elsewhere_lifted": "{pair} is no longer locked, which frees a place of one of the two.",
    "places": "{city} may have another number of partners.",
    "quota": "The quota “{quota}”, which counts the pair, changed.",
    "candidate": "Whether the pair is possible at all changed: by what the two seek and offer, "
    "or by the least score that the rules ask for.",
    "score": "Its score {points}.",
    "bonus": "What favours it beyond its score {points}.",
    "neighbour": "{pair} changed, which reaches this pair {chain}.",
    "rules": "Nothing about the pair changed: the rules or weights of the round weigh it anew.",
    "balance": "Nothing about the pair or its neighbours changed: a rule that spans several pairs "
    "ties it to others that did.",
}
