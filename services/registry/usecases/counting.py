"""Figures at any date in the past, from the records of what changed until then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.registry.domain import counts as rules
from services.registry.domain.counts import Row
from services.registry.domain.trail import Countable
from services.registry.errors import CountMomentAhead
from services.registry.store import facts_at, programmes_of
from shared.mongo import Mongo

SETTLED_AFTER: Final = timedelta(seconds=60)
"""A change that was begun by then is committed or given up: figures older than this stay."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures as of a moment; `settled` once no change of before can come in any more."""

    of: Countable
    by: tuple[str, ...]
    as_of: datetime
    settled: bool
    total: int
    rows: tuple[Row, ...]


async def count_records(
    mongo: Mongo, of: Countable | None, by: Sequence[str], as_of: datetime | None
) -> Counted:
    """Count what there was at a moment, now unless given, told apart by `by`.

    Without `of` it is the first of cities, interests and participations that can be.

    Raises:
        CountDimensionUnknown, CountMomentAhead: 422.
    """
    now, names = mongo.clock.now(), tuple(dict.fromkeys(by))
    at, kind = as_of or now, of or rules.default_aggregate(names)
    rules.require_dimensions(kind, names)
    if at > now:
        raise CountMomentAhead
    facts = await facts_at(mongo, kind, at)
    counted = list(facts.values())
    if "programme" in names:
        counted = list(rules.of_programmes(counted, await programmes_of(mongo)))
    needed = rules.needs_cities(kind, names)
    cities = await facts_at(mongo, "city", at) if needed else {}
    rows = tuple(rules.count(counted, names, cities))
    return Counted(kind, names, at, now - at >= SETTLED_AFTER, len(counted), rows)
