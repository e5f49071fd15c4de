"""What differs between the inputs of two rounds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from services.matching.solver.problem import City, Pair, Problem


@dataclass(frozen=True, slots=True)
class InputChange:
    """One thing that one round was given and the other not, or not so.

    ``before`` and ``after`` are as people write them; None where there is nothing on that side.
    """

    kind: Literal["weights", "rules", "lock", "veto", "city", "fact", "level"]
    name: str
    """The weight, the rule, the fact or the topic's code; empty for locks, vetoes, cities."""
    before: str | None
    after: str | None
    pair: Pair | None = None
    city_id: str | None = None


def changed_inputs(before: Problem, after: Problem) -> tuple[InputChange, ...]:
    """Give what differs: weights and rules, then locks and vetoes, then cities, each in order."""
    return (
        *_settings(before, after),
        *_pairs("lock", before.locks, after.locks),
        *_pairs("veto", before.vetoes, after.vetoes),
        *_cities((*before.eu, *before.partner), (*after.eu, *after.partner)),
    )


def _settings(before: Problem, after: Problem) -> Iterator[InputChange]:
    for field in fields(before.weights):
        old, new = (getattr(each.weights, field.name) for each in (before, after))
        if old != new:
            yield InputChange("weights", field.name, str(old), str(new))
    quotas = [{quota.name: quota for quota in each.rules.quotas} for each in (before, after)]
    for name in sorted(quotas[0].keys() | quotas[1].keys()):
        old, new = quotas[0].get(name), quotas[1].get(name)
        if old != new:
            shown = [
                None if each is None else _bounds(each.least, each.most) for each in (old, new)
            ]
            yield InputChange("rules", f"quota {name}", shown[0], shown[1])
    for field in fields(before.rules):
        old, new = (getattr(each.rules, field.name) for each in (before, after))
        if old != new and field.name != "quotas":
            yield InputChange("rules", field.name, str(old), str(new))


def _bounds(least: int | None, most: int | None) -> str:
    bounds = (
        "" if least is None else f"at least {least}",
        "" if most is None else f"at most {most}",
    )
    return " and ".join(bound for bound in bounds if bound)


def _pairs(
    kind: Literal["lock", "veto"], before: Sequence[Pair], after: Sequence[Pair]
) -> Iterator[InputChange]:
    old, new = set(before), set(after)
    for pair in sorted(old ^ new, key=lambda each: (each.eu_city_id, each.partner_city_id)):
        was, is_ = ("yes", None) if pair in old else (None, "yes")
        yield InputChange(kind, "", was, is_, pair=pair)


def _cities(before: Sequence[City], after: Sequence[City]) -> Iterator[InputChange]:
    old, new = ({city.id: city for city in side} for side in (before, after))
    for id_ in sorted(old.keys() | new.keys()):
        if id_ not in old or id_ not in new:
            was, is_ = ("yes", None) if id_ in old else (None, "yes")
            yield InputChange("city", "", was, is_, city_id=id_)
        elif old[id_] != new[id_]:
            yield from _facts(old[id_], new[id_])


def _facts(before: City, after: City) -> Iterator[InputChange]:
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new and field.name != "levels":
            yield InputChange("fact", field.name, _shown(old), _shown(new), city_id=before.id)
    levels = [{level.topic: level for level in city.levels} for city in (before, after)]
    for topic in sorted(levels[0].keys() | levels[1].keys()):
        shown = [
            f"seeks {side[topic].seeks}, offers {side[topic].offers}" if topic in side else None
            for side in levels
        ]
        if shown[0] != shown[1]:
            yield InputChange("level", topic, shown[0], shown[1], city_id=before.id)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
