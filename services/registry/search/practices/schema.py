"""The fields of the index of good practices, and how a practice becomes one of its documents."""

from collections import defaultdict
from functools import cache
from typing import Final

import tantivy

from services.registry.search.orders import (
    Key,
    number_key,
    order_by_number,
    order_by_title,
    title_key,
)
from services.registry.search.practices.documents import PartName, PracticeDocument
from services.registry.search.practices.prose import terms_of, words_of
from services.registry.search.subject import Form, Words

GROUPS: Final = {"title": 8.0, "labels": 4.0, "text": 2.0, "more": 1.0}
"""Fields of words, and what a word in one of them is worth: most where people look first."""

_GROUP_OF: Final[dict[PartName, str]] = {
    "title": "title",
    "problem": "text",
    "solution": "text",
    "evidence": "more",
    "transferability": "more",
    "cost": "more",
}
_LATEST_MS: Final = 253_402_300_799_999
"""The end of the year 9999: newest first is how much is missing until then."""
_LATEST_DAY: Final = 3_652_060
"""Behind the last day of the year 9999, as `date.toordinal` counts."""


@cache
def practice_schema() -> tantivy.Schema:
    """Give the schema; the same object for all, since queries are made with it too."""
    builder = tantivy.SchemaBuilder()
    for field in GROUPS:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
    for field in ("id", "city_id", "country", "status", "topic", "language", *_ORDERS):
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in ("slot", "due", "title_key", "newest_key", "recheck_key"):
        builder.add_unsigned_field(field, indexed=True, fast=True)
    return builder.build()


def due_number(practice: PracticeDocument) -> int:
    """Give the day of the next check as a number; no check is behind every day."""
    return practice.recheck_on.toordinal() if practice.recheck_on else _LATEST_DAY


def newest_number(practice: PracticeDocument) -> int:
    """Give a number that is the smaller the later it was published; not published is last."""
    if practice.published_at is None:
        return _LATEST_MS
    return _LATEST_MS - round(practice.published_at.timestamp() * 1000)


def tantivy_practice(practice: PracticeDocument, slot: int) -> tantivy.Document:
    """Give the index's document of the practice with this slot."""
    made = tantivy.Document()
    made.add_unsigned("slot", slot)
    made.add_unsigned("due", due_number(practice))
    for field, texts in _texts(practice):
        for text in texts:
            made.add_text(field, text)
    keys: tuple[tuple[str, Key], ...] = (
        ("title", title_key(practice.title, practice.id)),
        ("newest", number_key(newest_number(practice), practice.id)),
        ("recheck", number_key(due_number(practice), practice.id)),
    )
    for order, (number, text) in keys:
        made.add_unsigned(f"{order}_key", number)
        made.add_text(f"by_{order}", text)
    return made


def _texts(practice: PracticeDocument) -> list[tuple[str, list[str]]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for name, text in practice.parts:
        grouped[_GROUP_OF[name]].append(terms_of(text))
    grouped["labels"] = [terms_of(label.text) for label in practice.labels]
    return [
        *grouped.items(),
        ("id", [practice.id]),
        ("city_id", [practice.city_id]),
        ("country", [practice.country] if practice.country else []),
        ("status", [practice.status]),
        ("topic", list(practice.topics)),
        ("language", sorted({each.partition("-")[0].lower() for each in practice.languages})),
    ]


def practice_words(practice: PracticeDocument) -> Words:
    """Give all words of a practice with the languages that they may be of."""
    words = {word for _, text in practice.parts for word in words_of(text)}
    yield practice.written_in, words
    for label in practice.labels:
        yield (label.language,), words_of(label.text)


_ORDERS: Final = ("by_title", "by_newest", "by_recheck")

FORM: Final = Form(
    practice_schema,
    tantivy_practice,
    {
        "by_title": order_by_title("gpr"),
        "by_newest": order_by_number("gpr"),
        "by_recheck": order_by_number("gpr"),
    },
    practice_words,
)
