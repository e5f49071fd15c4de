"""A page of what is found, and the place behind which the next one begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from services.registry.search.view import Counts

HitT = TypeVar("HitT")

ID_CHARS: Final = 36
"""Every text of an order ends in an id: three letters, `_` and 32 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hit stands in what is found: the number of its tier, and its text in the order."""

    tier: int
    text: str


@dataclass(frozen=True, slots=True)
class Found(Generic[HitT]):
    """A page; `total` and `facets` only when facets were asked for."""

    hits: Sequence[HitT]
    more: bool
    total: int | None = None
    facets: dict[str, Counts] | None = None
