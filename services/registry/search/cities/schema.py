"""The fields of the index of cities, and how a city becomes one of its documents."""

from functools import cache
from typing import Final

import tantivy

from services.registry.search.cities.documents import Document
from services.registry.search.orders import (
    Key,
    number_key,
    order_by_number,
    order_by_title,
    title_key,
)
from services.registry.search.subject import Form

_POPULATION_BITS: Final = 34
"""17 thousand million: more people than the largest association could ever count."""
_TIE_BITS: Final = 29
"""Cities without a population tie in thousands; bits of the id after it keep ties few."""
_MOST: Final = (1 << _POPULATION_BITS) - 1


@cache
def schema() -> tantivy.Schema:
    """Give the schema; the same object for all, since queries are made with it too."""
    builder = tantivy.SchemaBuilder()
    for field in ("name", "part", "seeks", "offers", "seat"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("id", "country", "kind", "status", "topic", "side", "by_name", "by_population"):
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
    number, text = title_key(city.name, city.id)
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


def population_key(city: Document) -> Key:
    """Give the city's place in the order of populations: most first, unknown last."""
    fewer = _MOST - min(city.population or 0, _MOST)
    tie = int(city.id[-8:], 16) & ((1 << _TIE_BITS) - 1)
    return number_key((fewer << _TIE_BITS) | tie, city.id)


def level_term(topic: str, level: int) -> str:
    """Name "at this level or above" on a topic; "" is any topic."""
    return f"{topic}:{level}"


def seat_terms(exchange_id: str, side: str) -> tuple[str, str]:
    """Name "in this exchange, on whatever side" and "on this side of this exchange"."""
    return exchange_id, f"{exchange_id}:{side}"


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
        ("side", {seat.side for seat in city.seats}),
        ("seat", {t for seat in city.seats for t in seat_terms(seat.exchange_id, seat.side)}),
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


FORM: Final = Form(
    schema,
    tantivy_document,
    {"by_name": order_by_title("cty"), "by_population": order_by_number("cty")},
    lambda _: (),
)
