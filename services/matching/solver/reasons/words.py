"""Reasons in plain sentences, for somebody who decides and has never heard of an assignment.

Promises that every sentence follows from the data alone, that a city is called by its name where
one is known, and that a bound is never told as if it were exact.
"""

from collections.abc import Mapping, Sequence

from services.matching.solver.problem import ONE_POINT, Pair
from services.matching.solver.reasons.answers import (
    Alternative,
    Change,
    CityReasons,
    Interest,
    Loss,
    PairReasons,
    RoundReasons,
    Standing,
    Swap,
)
from services.matching.solver.reasons.phrases import (
    MAX_SHOWN,
    Names,
    are,
    decimal,
    listed,
    number,
    part_name,
    points_in_words,
)
from services.matching.solver.solution import Blocking, Part


def city_in_words(
    reasons: CityReasons, cities: Mapping[str, str], topics: Mapping[str, str]
) -> tuple[str, ...]:
    """Tell with whom a city is, why not with others, and who would rather have it.

    ``cities`` are names by id, ``topics`` labels by code; what has none is called by its id.
    """
    names = Names(cities, topics)
    name = names.city(reasons.city_id)
    others = [_other(pair, reasons.city_id) for pair in reasons.chosen]
    told = [
        f"{name} is with {listed([names.city(each) for each in others])}."
        if others
        else f"{name} has no partner in this round."
    ]
    if reasons.runner_up_city_id is not None:
        told.append(
            f"Of those that it did not get, {names.city(reasons.runner_up_city_id)} fits it best."
        )
    told += [alternative_in_words(each, names) for each in reasons.alternatives[:MAX_SHOWN]]
    if reasons.blocking:
        told.append(_blocked(reasons.blocking, len(reasons.blocking), names))
    return tuple(told)


def alternative_in_words(alternative: Alternative, names: Names) -> str:
    """Tell why one pair is not: how it stands, what it would cost, whose partner the other is."""
    return " ".join(_why_not(alternative.standing, alternative.pair, alternative.loss, names))


def pair_in_words(
    reasons: PairReasons, cities: Mapping[str, str], topics: Mapping[str, str]
) -> tuple[str, ...]:
    """Tell what speaks for a pair, and why it is or is not: the loss of the other choice.

    ``cities`` are names by id, ``topics`` labels by code.
    """
    names = Names(cities, topics)
    told = [why_in_words(reasons.score, reasons.parts, names)]
    if reasons.bonus:
        told.append(
            f"Beyond that it is favoured by {points_in_words(reasons.bonus)}: "
            "as the pair of an earlier round, or for turns without a partner."
        )
    told += [_interest(each, reasons.pair, names) for each in reasons.interests]
    if reasons.standing == "chosen":
        told += _chosen(reasons, names)
    else:
        told += _why_not(reasons.standing, reasons.pair, reasons.loss, names)
        told += _changes(reasons, names)
    return tuple(told)


def round_in_words(
    reasons: RoundReasons, cities: Mapping[str, str], topics: Mapping[str, str]
) -> tuple[str, ...]:
    """Tell whether the choice is the only one as good, how firm it is, and who would rather not.

    ``cities`` are names by id, ``topics`` labels by code.
    """
    names = Names(cities, topics)
    if reasons.unique:
        told = ["No other choice is as good as this one."]
    elif reasons.unique is None:
        told = ["Whether another choice is exactly as good is not proven under these rules."]
    else:
        told = ["Other choices are exactly as good as this one."]
        told += [_swap(each, names) for each in reasons.swaps[:MAX_SHOWN]]
        if len(reasons.swaps) > MAX_SHOWN:
            told.append(f"There are {len(reasons.swaps) - MAX_SHOWN} more such exchanges.")
    told.append(f"{_firm(len(reasons.firm))} {_loose(len(reasons.interchangeable))}")
    if reasons.blocking_count:
        told.append(_blocked(reasons.blocking, reasons.blocking_count, names))
    else:
        told.append("No two cities would both rather have each other.")
    return tuple(told)


def _firm(count: int) -> str:
    if count == 0:
        return "No pair is firm."
    them = "it" if count == 1 else "any of them"
    return (
        f"{number(count, 'pair')} {are(count)} firm: "
        f"without {them} the programme would lose a point or more."
    )


def _loose(count: int) -> str:
    return f"{count or 'None'} could be exchanged for less than a point."


def why_in_words(score: int, parts: Sequence[Part], names: Names) -> str:
    """Tell the score as points of 100, and the parts that make most of it."""
    best = sorted((part for part in parts if part.points > 0), key=lambda part: -part.points)
    told = [f"{part_name(part.name, names)} {decimal(part.points)}" for part in best[:MAX_SHOWN]]
    rest = sum(part.points for part in best[MAX_SHOWN:])
    if rest:
        told.append(f"other reasons {decimal(rest)}")
    made_of = f": {', '.join(told)}" if told else ""
    return f"The pair scores {decimal(score)} of 100 points{made_of}."


_STANDINGS: Mapping[Standing, str] = {
    "chosen": "{pair} is chosen.",
    "possible": "{pair} was possible.",
    "below_floor": "{pair} scores less than the worst pair of the round, which it would become.",
    "one_sided": "In {pair} one city offers nothing that the other seeks; only a lock would do it.",
    "below_min_score": "{pair} scores less than the exchange's lowest score; "
    "only a lock would do it.",
    "met": "{pair} have cooperated before, which the exchange rules out; only a lock would do it.",
    "excluded": "{pair} is impossible: no choice with it keeps the quotas and the other rules.",
    "decided": "{pair} is impossible while the decided pairs stand: they leave a city no place.",
    "vetoed": "{pair} is vetoed.",
}


def _why_not(standing: Standing, pair: Pair, loss: Loss | None, names: Names) -> list[str]:
    told = [_STANDINGS[standing].format(pair=names.pair(pair))]
    if loss is None:
        return told
    told.append(f"Insisting on it {_costs(loss)}.")
    leaves = [each for each in loss.leaves if _shares(each, pair)]
    if leaves:
        told.append(f"It would end {listed([names.pair(each) for each in leaves])}.")
    others = [each for each in loss.comes if each != pair]
    if others:
        told.append(
            f"{number(len(others), 'other pair')} would come instead: "
            f"{listed([names.pair(each) for each in others])}."
        )
    return told


def _shares(one: Pair, other: Pair) -> bool:
    return one.eu_city_id == other.eu_city_id or one.partner_city_id == other.partner_city_id


def _costs(loss: Loss) -> str:
    """Tell a loss, with its verb."""
    if not loss.exact:
        return f"would cost the programme at least {points_in_words(max(loss.points, 0))}"
    if loss.pairs > 0:
        return f"would cost the programme {number(loss.pairs, 'pair')} and {_change_of(loss)}"
    if loss.pairs < 0:
        return f"would give the programme {number(-loss.pairs, 'pair')} more and {_change_of(loss)}"
    if loss.points == 0:
        return "would cost the programme nothing: it is exactly as good"
    if loss.points < 0:
        return f"would give the programme {points_in_words(-loss.points)} more in total"
    return f"would cost the programme {_points_lost(loss.points)}"


def _change_of(loss: Loss) -> str:
    less = "less" if loss.points >= 0 else "more"
    return f"leave it with {points_in_words(abs(loss.points))} {less} in total"


def _points_lost(points: int) -> str:
    return "less than a tenth of a point" if points < ONE_POINT // 10 else points_in_words(points)


def _chosen(reasons: PairReasons, names: Names) -> list[str]:
    if reasons.locked:
        return ["The pair is locked: it stands whatever it scores."]
    if reasons.loss is None:
        return ["No choice without this pair keeps the rules."]
    firm = "firm" if reasons.firm else "interchangeable"
    told = [f"The pair is {firm}: doing without it {_costs(reasons.loss)}."]
    if reasons.loss.comes:
        told.append(
            f"Instead would come {listed([names.pair(each) for each in reasons.loss.comes])}."
        )
    return told


def _interest(interest: Interest, pair: Pair, names: Names) -> str:
    other = names.city(_other(pair, interest.city_id))
    told = f"To {names.city(interest.city_id)}, {other} is worth {points_in_words(interest.points)}"
    if not interest.others:
        return f"{told} of its own interest."
    held = [f"{names.city(each.city_id)} {decimal(each.points)}" for each in interest.others]
    return f"{told} of its own interest; of those that it is with, {listed(held)}."


def _changes(reasons: PairReasons, names: Names) -> list[str]:
    told = [change_in_words(each, names) for each in reasons.changes]
    if reasons.tried and not any(each.kind != "lock" for each in reasons.changes):
        told.append(
            f"Of {number(reasons.tried, 'change')} of a level or a weight that "
            f"{'was' if reasons.tried == 1 else 'were'} tried, none would make the round choose it."
        )
    return told


def change_in_words(change: Change, names: Names) -> str:
    """Tell one change that would make the round choose the pair."""
    if change.kind == "lock":
        return "A lock by an officer would make the pair stand."
    if change.kind == "weight":
        name = "what each seeks and the other offers"
        name = name if change.weight == "mutual" else part_name(change.weight or "", names)
        return (
            f"The round would choose it if {name} weighed {change.after / 10:g} % "
            f"instead of {change.before / 10:g} %."
        )
    verb = "sought" if change.direction == "seeks" else "offered"
    return (
        f"The round would choose it if {names.city(change.city_id or '')} {verb} "
        f"{names.topic(change.topic)} at level {change.after} instead of {change.before}."
    )


def _swap(swap: Swap, names: Names) -> str:
    return (
        f"Instead of {listed([names.pair(each) for each in swap.leaves])} there could be "
        f"{listed([names.pair(each) for each in swap.comes])}."
    )


def _blocked(blocking: Sequence[Blocking], count: int, names: Names) -> str:
    shown = [
        f"{names.pair(each.pair)} (gaining {decimal(each.eu_gain)} and "
        f"{decimal(each.partner_gain)} points)"
        for each in blocking[:MAX_SHOWN]
    ]
    if len(shown) < count:
        shown.append(f"{count - len(shown)} more")
    return f"By their own interest alone both cities would rather have {' and '.join(shown)}."


def _other(pair: Pair, city_id: str) -> str:
    return pair.partner_city_id if pair.eu_city_id == city_id else pair.eu_city_id
