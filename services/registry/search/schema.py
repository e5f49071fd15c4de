"""The fields of the index, and how a city becomes one of its documents.

Promises: the orders `by_name` and `by_population` are total: each ends in the city's id, so that a
page can go on behind any city. tantivy sorts by text but has no range over it, hence each order has
a number beside it (`name_key`, `population_key`) that never contradicts it and often ties.
"""

import re
from functools import cache
from typing import Final

import tantivy

from services.registry.places import fold_name
from services.registry.search.documents import Document

MAX_NAME_CHARS: Final = 120
"""So much of a name decides its place in the order; a cursor has room for no more."""

_POPULATION_BITS: Final = 34
"""17 thousand million: more people than the largest association could ever count."""
_TIE_BITS: Final = 29
"""Cities without a population tie in thousands; bits of the id after it keep ties few."""
_MOST: Final = (1 << _POPULATION_BITS) - 1
_KEY_BYTES: Final = 8

_NUMBER_DIGITS: Final = 20
_NAME_TEXT: Final = re.compile("[^\\0]*\0cty_[0-9a-f]{32}")
_POPULATION_TEXT: Final = re.compile("0[0-9]{19}cty_[0-9a-f]{32}")
"""What a cursor may bring; 0 and 19 digits fit into 64 bits."""

Key = tuple[int, str]
"""A place in one of the orders: its number, then its text."""


@cache
def schema() -> tantivy.Schema:
    """Give the schema; the same object for all, since queries are made with it too."""
    builder = tantivy.SchemaBuilder()
    for field in ("name", "part", "seeks", "offers"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("id", "country", "kind", "status", "topic", "by_name", "by_population"):
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in ("slot", "population", "name_key", "population_key"):
        builder.add_unsigned_field(field, indexed=True, fast=True)
    for field in ("latitude", "longitude"):
        builder.add_float_field(field, indexed=True, fast=True)
    return builder.build()


def tantivy_document(city: Document, slot: int) -> tantivy.Document:
    """Give the index's document of the city with this slot.

    Each type is named: `Document(n=3)` would guess a signed number, which kills the writer.
    """
    made = tantivy.Document()
    made.add_unsigned("slot", slot)
    for field, texts in _texts(city):
        for text in texts:
            made.add_text(field, text)
    number, text = name_key(city)
    made.add_unsigned("name_key", number)
    made.add_text("by_name", text)
    number, text = population_key(city)
    made.add_unsigned("population_key", number)
    made.add_text("by_population", text)
    if city.population is not None:
        made.add_unsigned("population", city.population)
    if city.position is not None:
        made.add_float("latitude", float(city.position[0]))
        made.add_float("longitude", float(city.position[1]))
    return made


def name_key(city: Document) -> Key:
    """Give the city's place in the order of names."""
    folded = fold_name(city.name)[:MAX_NAME_CHARS]
    return _head_number(folded), f"{folded}\0{city.id}"


def population_key(city: Document) -> Key:
    """Give the city's place in the order of populations: most first, unknown last."""
    fewer = _MOST - min(city.population or 0, _MOST)
    tie = int(city.id[-8:], 16) & ((1 << _TIE_BITS) - 1)
    number = (fewer << _TIE_BITS) | tie
    return number, f"{number:0{_NUMBER_DIGITS}d}{city.id}"


def key_of(order: str, text: str) -> Key:
    """Give a place in an order by its text alone, as a cursor brings it.

    Raises:
        ValueError: the text is none of this order.
    """
    form = _POPULATION_TEXT if order == "by_population" else _NAME_TEXT
    if not form.fullmatch(text):
        raise ValueError("no place in this order")
    if order == "by_population":
        return int(text[:_NUMBER_DIGITS]), text
    return _head_number(text.partition("\0")[0]), text


def level_term(topic: str, level: int) -> str:
    """Name "at this level or above" on a topic; "" is any topic."""
    return f"{topic}:{level}"


def _head_number(folded: str) -> int:
    head = folded.encode()[:_KEY_BYTES].ljust(_KEY_BYTES, b"\0")
    return int.from_bytes(head, "big")


def _texts(city: Document) -> list[tuple[str, set[str]]]:
    stands = city.stands
    return [
        ("id", {city.id}),
        ("name", set(city.names)),
        ("part", {part for name in city.names for part in _parts(name)}),
        ("country", {city.country}),
        ("kind", {city.kind}),
        ("status", {city.status}),
        ("topic", {stand.topic for stand in stands}),
        ("seeks", {t for each in stands for t in _levels(each.topic, each.seeks)}),
        ("offers", {t for each in stands for t in _levels(each.topic, each.offers)}),
    ]


def _parts(name: str) -> list[str]:
    """Give a name from its second word on, from its third, and so forth."""
    words = name.split(" ")
    return [" ".join(words[start:]) for start in range(1, len(words))]


def _levels(topic: str, highest: int) -> list[str]:
    levels = range(1, highest + 1)
    return [level_term(each, level) for each in (topic, "") for level in levels]
