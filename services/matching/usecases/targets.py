"""What every change starts with: the state that it is about, in the version its sender has seen."""

from dataclasses import dataclass

from services.matching.domain.programmes import Stamp
from shared.auth import Principal
from shared.collection import AggregateT, Collection
from shared.errors import NotFound
from shared.unit_of_work import Tx
from shared.web import require_version


@dataclass(frozen=True, slots=True)
class Target:
    """An aggregate to change: its id, and the version that the sender has seen."""

    id: str
    version: int


async def take(
    tx: Tx, collection: Collection[AggregateT], target: Target, missing: type[NotFound]
) -> AggregateT:
    """Give the target's state.

    Raises:
        NotFound: there is none; as ``missing`` (404).
        StaleVersion: it has changed since (412).
    """
    state = await find(tx, collection, target, missing)
    require_version(state.version, target.version)
    return state


async def find(
    tx: Tx, collection: Collection[AggregateT], target: Target, missing: type[NotFound]
) -> AggregateT:
    """Give the target's state whatever its version: where permission depends on the state.

    Raises:
        NotFound: there is none; as ``missing`` (404).
    """
    state = await tx.get(collection, target.id)
    if state is None:
        raise missing
    return state


def stamp(tx: Tx, who: Principal) -> Stamp:
    """Give who acts and when, for the record."""
    return Stamp(who.subject, tx.now)
