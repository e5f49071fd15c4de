"""The files of the demonstration as typed rows, so that making the story needs no I/O.

Promises: one read, nothing added and nothing left out. What a page does not state stays None.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, TypedDict

from services.registry.places import Places, load_places

BodyKind = Literal["city", "metropolitan_area", "region", "association"]


class PairingRow(TypedDict):
    """A pairing as published; a cell such as "Wuhan / Chengdu" names two partners at once."""

    programme: str
    year: str
    level: str
    eu_city: str
    eu_country: str
    partner_city: str
    partner_country: str
    topics: list[str]
    eu_population: int | None
    partner_population: int | None
    url: str


class UnpairedRow(TypedDict):
    """The bodies that took part in an exchange for which no page names the pairs."""

    programme: str
    eu: list[str]
    partners: list[str]
    url: str


class Vocabulary(TypedDict):
    """The terms in which a programme or network speaks of topics."""

    url: str
    terms: list[str]


class BodyRow(TypedDict):
    """A participating body; `time_zone` is given only where there is no place to read it from."""

    key: str
    name: str
    kind: BodyKind
    country: str
    geonames_id: int | None
    time_zone: str | None
    members: list[str]
    note: str | None


class ExchangeRow(TypedDict):
    """An exchange: the partner country and the vocabulary of its call."""

    country: str
    published_as: str
    theme_vocabulary: str


class ProgrammeRow(TypedDict):
    """A programme under our name and under the names that the pages give it."""

    key: str
    name: str
    first_year: int
    last_year: int
    published_as: list[str]
    exchanges: list[ExchangeRow]


class PhraseRow(TypedDict):
    """A topic that a published phrase speaks of; 1.0 is certain, below 0.5 is a weak hint."""

    topic: str
    confidence: float


class PeopleRow(TypedDict):
    """Made-up names of a country and the platform's language for its contacts."""

    language: str
    given: list[str]
    family: list[str]


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything the story is made of. `topic_labels` are the English labels by topic code."""

    pairings: tuple[PairingRow, ...]
    unpaired: tuple[UnpairedRow, ...]
    vocabularies: Mapping[str, Vocabulary]
    bodies: Mapping[str, BodyRow]
    programmes: tuple[ProgrammeRow, ...]
    phrases: Mapping[str, list[PhraseRow]]
    topic_labels: Mapping[str, str]
    people: Mapping[str, PeopleRow]
    places: Places


def load_sources() -> Sources:
    """Read all files; `bodies` is keyed by the name under which world_cities.json knows a body."""
    demo = files("deploy.demo") / "data"
    registry = files("services.registry") / "data"
    published = json.loads((demo / "world_cities.json").read_text("utf-8"))
    bodies: list[BodyRow] = json.loads((demo / "bodies.json").read_text("utf-8"))["bodies"]
    topics = json.loads((registry / "topics.json").read_text("utf-8"))["topics"]
    return Sources(
        pairings=tuple(published["pairings"]),
        unpaired=tuple(published["participants_without_published_pair"]),
        vocabularies=published["vocabularies"],
        bodies={body["name"]: body for body in bodies},
        programmes=tuple(json.loads((demo / "programmes.json").read_text("utf-8"))["programmes"]),
        phrases=json.loads((registry / "topic_phrases.json").read_text("utf-8"))["phrases"],
        topic_labels={topic["code"]: topic["labels"]["en"] for topic in topics},
        people=json.loads((demo / "people.json").read_text("utf-8"))["countries"],
        places=load_places(),
    )
