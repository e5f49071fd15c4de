"""How many of what there were at a moment, told apart by what they counted as then.

Promises: pure and repeatable: the same steps give the same figures. What belongs to a city can be
told apart by that city's country and kind; one with several values (a practice's topics) counts
once under each, so that rows may add up to more than the total.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from services.registry.domain.trail import Countable, Facts
from services.registry.errors import CountDimensionUnknown

_CITYS: Final = ("country", "kind")
"""What the city of something is told apart by."""

DIMENSIONS: Final[Mapping[Countable, tuple[str, ...]]] = MappingProxyType(
    {
        "city": ("status", "country", "kind", "illustrative"),
        "topic": ("status",),
        "interest": ("status", "topic", "seeks", "offers", *_CITYS, "illustrative"),
        "practice": ("status", "topic", *_CITYS, "illustrative"),
        "contact": ("status", *_CITYS, "illustrative"),
        "participation": (
            "status",
            "programme",
            "exchange",
            "side",
            *_CITYS,
            "illustrative",
        ),
    }
)

Values = tuple[str | int | bool | None, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How many have these values, in the order of what was asked; None where nothing is known."""

    values: Values
    count: int


def default_aggregate(by: Sequence[str]) -> Countable:
    """Give what is counted when only `by` is said: the first kind that has all of it."""
    order: tuple[Countable, ...] = ("city", "interest", "participation")
    return next((each for each in order if set(by) <= set(DIMENSIONS[each])), "city")


def require_dimensions(of: Countable, by: Iterable[str]) -> None:
    """Let pass what `of` can be told apart by.

    Raises:
        CountDimensionUnknown: 422 `count_dimension_unknown`.
    """
    if not set(by) <= set(DIMENSIONS[of]):
        raise CountDimensionUnknown(of, DIMENSIONS[of])


def needs_cities(of: Countable, by: Iterable[str]) -> bool:
    """Tell whether the facts of cities are needed besides those of what is counted."""
    return of != "city" and not set(by).isdisjoint(_CITYS)


def of_programmes(
    participations: Iterable[Facts], programmes: Mapping[str, str]
) -> Iterator[Facts]:
    """Add to each participation its programme, by exchange; None where it is not known yet."""
    for each in participations:
        yield {**each, "programme": programmes.get(each.get("exchange", ""))}


def count(
    facts: Iterable[Facts], by: Sequence[str], cities: Mapping[str, Facts] = MappingProxyType({})
) -> list[Row]:
    """Count by these dimensions, in the order of their values; `cities` by id, where needed."""
    counter: Counter[Values] = Counter()
    for each in facts:
        city = cities.get(each.get("city_id", ""), {})
        for values in product(*(_values(each, city, name) for name in by)):
            counter[values] += 1
    return [Row(values, counter[values]) for values in sorted(counter, key=_order)]


def _values(facts: Facts, city: Facts, name: str) -> Iterator[Any]:
    value = facts[name] if name in facts else city.get(name)
    if isinstance(value, (list, tuple)):
        yield from value or (None,)
    else:
        yield value


def _order(values: Values) -> tuple[tuple[bool, str], ...]:
    return tuple((each is None, str(each)) for each in values)
