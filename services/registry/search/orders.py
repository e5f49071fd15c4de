"""Orders of documents in which a page can go on behind any of them.

Promises: each order is total, for its text ends in the document's id. tantivy sorts by text but has
no range over it, hence each order has a number beside the text (`name_key` beside `by_name`) that
never contradicts it and often ties.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.registry.places import fold_name

MAX_TITLE_CHARS: Final = 120
"""So much of a name decides its place in the order; a cursor has room for no more."""

NUMBER_DIGITS: Final = 20
"""As many as the greatest number of 64 bits has."""

_HEAD_BYTES: Final = 8

Key = tuple[int, str]
"""A place in one of the orders: its number, then its text."""


@dataclass(frozen=True, slots=True)
class Order:
    """How texts of an order look, and the number of each."""

    form: re.Pattern[str]
    number: Callable[[str], int]


def order_by_title(prefix: str) -> Order:
    """Give the order of names or titles of aggregates whose ids start so."""
    form = re.compile(f"[^\\0]*\0{prefix}_[0-9a-f]{{32}}")
    return Order(form, lambda text: _head_number(text.partition("\0")[0]))


def order_by_number(prefix: str) -> Order:
    """Give the order of a number of at most 63 bits."""
    form = re.compile(f"0[0-9]{{{NUMBER_DIGITS - 1}}}{prefix}_[0-9a-f]{{32}}")
    return Order(form, lambda text: int(text[:NUMBER_DIGITS]))


def title_key(title: str, id_: str) -> Key:
    """Give the place of a name or title in its order: without case and accents."""
    folded = fold_name(title)[:MAX_TITLE_CHARS].replace("\0", "")
    return _head_number(folded), f"{folded}\0{id_}"


def number_key(number: int, id_: str) -> Key:
    """Give the place of a number in its order."""
    return number, f"{number:0{NUMBER_DIGITS}d}{id_}"


def key_of(orders: Mapping[str, Order], order: str, text: str) -> Key:
    """Give a place in an order by its text alone, as a cursor brings it.

    Raises:
        ValueError: the text is none of this order.
    """
    if not orders[order].form.fullmatch(text):
        raise ValueError("no place in this order")
    return orders[order].number(text), text


def _head_number(folded: str) -> int:
    head = folded.encode()[:_HEAD_BYTES].ljust(_HEAD_BYTES, b"\0")
    return int.from_bytes(head, "big")
