"""One at a time, for changes whose rule spans several documents."""

from services.registry.domain.changes import Author
from services.registry.store import TURNSTILES, Turnstile
from shared.auth.principal import Principal
from shared.unit_of_work import Tx

CITY_GROUPS = "city_groups"
"""Passed by every change of members or of a population: no cycles, and sums that add up."""

TOPIC_TREE = "topic_tree"
"""Passed by every change of a parent: no cycles."""

TAXONOMY = "taxonomy"
"""Passed by every change of a topic: the number of the turn is the taxonomy's version."""


def profile_turn(city_id: str) -> str:
    """Name the turnstile that every change of a city's interests passes."""
    return f"profile:{city_id}"


def contacts_turn(city_id: str) -> str:
    """Name the turnstile that every appointment for a city passes."""
    return f"contacts:{city_id}"


def practices_turn(city_id: str) -> str:
    """Name the turnstile that every new practice of a city passes."""
    return f"practices:{city_id}"


async def take_turn(tx: Tx, name: str) -> int:
    """Let this transaction go on alone among those that take this turn; give its number, from 1."""
    before = await tx.get(TURNSTILES, name) or Turnstile(name)
    tx.put(TURNSTILES, Turnstile(name, before.passed + 1))
    return before.passed + 1


async def turns_taken(tx: Tx, name: str) -> int:
    """Give the number of the last turn, 0 before the first."""
    last = await tx.get(TURNSTILES, name)
    return last.passed if last else 0


def author_of(tx: Tx, who: Principal) -> Author:
    """Give the author of what happens in this transaction."""
    return Author(who.subject, tx.now)
