"""What the index knows of a good practice: its text in parts, and what it is filtered by.

Promises: holds the text of practices that are not published too, since their city and the officers
look for those; what one caller finds is decided by each search (criteria.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Final, Literal, Self

from services.registry.domain.cities import City
from services.registry.domain.practice_states import Practice
from services.registry.domain.topics import Topic
from services.registry.search.practices.prose import composed
from shared.ids import TopicCode

PartName = Literal[
    "title", "topic", "problem", "solution", "evidence", "transferability", "cost"
]  # fmt: skip

Part = tuple[PartName, str]

PUBLISHED: Final = "published"
"""The status of a practice that everyone may read; what a search without a status finds."""

WORKING_LANGUAGE: Final = "en"
"""A practice may be written in it whatever languages its documents and people have."""


@dataclass(frozen=True, slots=True)
class Label:
    """A word for a topic; `language` is BCP 47, "" for the terms of other vocabularies."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class PracticeDocument:
    """A good practice as it can be found and shown; `country` and `city` are its city's."""

    id: str
    city_id: str
    city: str
    country: str
    status: str
    parts: tuple[Part, ...]
    """What it says, NFC, in the order in which people read it; the title is first."""
    topics: tuple[str, ...]
    labels: tuple[Label, ...]
    languages: tuple[str, ...]
    published_at: datetime | None
    recheck_on: date | None
    illustrative: bool
    version: int

    @property
    def title(self) -> str:
        """The practice's title."""
        return self.parts[0][1]

    @property
    def written_in(self) -> tuple[str, ...]:
        """The languages whose words the text may have."""
        return tuple(dict.fromkeys((*self.languages, WORKING_LANGUAGE)))

    def digest(self) -> bytes:
        """Give 16 bytes that differ for documents that differ."""
        return blake2b(repr(self).encode(), digest_size=16).digest()

    def shown(self) -> Self:
        """Give all of it: what is found is shown with the words around it."""
        return self


def practice_document(
    practice: Practice, city: City | None, topics: Mapping[TopicCode, Topic]
) -> PracticeDocument:
    """Read a practice's document; its city is None while it can't be read."""
    content = practice.content
    known = [topics[code] for code in content.topics if code in topics]
    return PracticeDocument(
        id=practice.id,
        city_id=practice.city_id,
        city=city.facts.name if city else "",
        country=city.facts.country if city else "",
        status=practice.status,
        parts=_parts(practice),
        topics=content.topics,
        labels=tuple(dict.fromkeys(label for topic in known for label in _labels(topic))),
        languages=content.languages,
        published_at=practice.published_at,
        recheck_on=practice.recheck_on,
        illustrative=content.illustrative,
        version=practice.version,
    )


def _parts(practice: Practice) -> tuple[Part, ...]:
    content = practice.content
    parts: tuple[tuple[PartName, str | None], ...] = (
        ("title", content.title),
        ("problem", content.problem),
        ("solution", content.solution),
        ("evidence", content.evidence),
        ("transferability", content.transferability),
        ("cost", content.cost),
    )
    return tuple((name, composed(text)) for name, text in parts if text)


def _labels(topic: Topic) -> list[Label]:
    meaning = topic.meaning
    named = [Label(language, composed(text)) for language, text in meaning.labels.items()]
    terms = (term for terms in meaning.vocabularies.values() for term in terms)
    return named + [Label("", composed(term)) for term in terms]
