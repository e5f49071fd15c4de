"""Documents that transactions pass one at a time."""

from dataclasses import dataclass

from shared.collection import Collection
from shared.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Turnstile:
    """A document that transactions pass one at a time, when what they must keep spans several.

    Two transactions that read the same documents and write different ones would both commit
    (write skew); here the second finds the first one's write and runs again. `passed` counts.
    """

    id: str
    passed: int = 0


TURNSTILES = Collection("turnstiles", Turnstile)


async def turns_of(mongo: Mongo, name: str) -> int:
    """Give how often a turnstile was passed."""
    last = await mongo.get(TURNSTILES, name)
    return last.passed if last else 0
