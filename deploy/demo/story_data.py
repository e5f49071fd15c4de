"""The story that the demonstration plays: the two World Cities programmes as the pages tell them.

Promises: programmes, exchanges, bodies, participations and pairings are facts of the files beside
(`deploy/demo/data`); interests, contacts and the themes of calls without published themes are drawn
from a seed and marked illustrative. `story_of` is pure: same sources and seed, same story. Every
published pairing is a candidate for matching (each side seeks something the other offers).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from deploy.demo.data.illustration import (
    Contact,
    Interest,
    TopicsInView,
    draw_contacts,
    draw_interests,
    draw_themes,
)
from deploy.demo.data.sources import BodyKind, BodyRow, ExchangeRow, ProgrammeRow, Sources

MIN_CONFIDENCE = 0.5
"""A phrase that speaks of a topic with less is a hint (British Week in Tianjin), not a topic."""

SECOND_CONFIDENCE = 0.8
"""A phrase gives its best topic; a second one only when it is as good as said."""

MAX_PAIR_TOPICS = 6
"""Pairings of the record carry 1 to 6 topics; more means that nothing was chosen."""

DRAWN_THEMES = 3
"""Themes of a call whose page names none: as many as the exchange with Canada published."""

GENERAL_VOCABULARY = "world_cities_overall_areas"
"""Areas of the whole programme: a call that knows only these has no published themes of its own."""

Side = Literal["eu", "partner"]


@dataclass(frozen=True, slots=True)
class Programme:
    """A funded edition."""

    key: str
    name: str
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """EU bodies with the bodies of one partner country (ISO 3166-1 alpha-2).

    `illustrative_themes`: the themes of the call were drawn, because no page names them.
    """

    key: str
    programme_key: str
    name: str
    partner_country: str
    themes: tuple[str, ...]
    illustrative_themes: bool


@dataclass(frozen=True, slots=True)
class Body:
    """A participating body. Population and position are GeoNames' or None: unknown is not invented.

    A group has `members` (keys of bodies) and counts by the sum of their populations.
    """

    key: str
    name: str
    kind: BodyKind
    country: str
    geonames_id: int | None
    population: int | None
    latitude: float | None
    longitude: float | None
    time_zone: str
    members: tuple[str, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Participation:
    """A body's part in an exchange; `capacity` is its number of partners there, at least 1."""

    exchange_key: str
    body_key: str
    side: Side
    capacity: int


@dataclass(frozen=True, slots=True)
class PublishedPairing:
    """A pairing of the record: the words of its page, the topics they speak of, and the page."""

    exchange_key: str
    eu_key: str
    partner_key: str
    topics: tuple[str, ...]
    phrases: tuple[str, ...]
    eu_population: int | None
    partner_population: int | None
    source_url: str


@dataclass(frozen=True, slots=True)
class Story:
    """All of it, in the order in which the demonstration plays it."""

    programmes: tuple[Programme, ...]
    exchanges: tuple[Exchange, ...]
    bodies: tuple[Body, ...]
    participations: tuple[Participation, ...]
    interests: tuple[Interest, ...]
    contacts: tuple[Contact, ...]
    pairings: tuple[PublishedPairing, ...]


def story_of(sources: Sources, seed: int) -> Story:
    """Make the story; the seed decides what is illustrative and nothing else.

    Members of groups come before the groups in `bodies`; they take no part themselves and have
    neither interests nor contacts.
    """
    exchanges = tuple(_exchanges(sources, seed))
    pairings = tuple(_pairings(sources))
    participations = tuple(_participations(sources, pairings))
    bodies = tuple(sorted(_bodies(sources), key=lambda body: bool(body.members)))
    taking_part = {participation.body_key for participation in participations}
    active = [body for body in bodies if body.key in taking_part]
    return Story(
        programmes=tuple(
            Programme(row["key"], row["name"], row["first_year"], row["last_year"])
            for row in sources.programmes
        ),
        exchanges=exchanges,
        bodies=bodies,
        participations=participations,
        interests=tuple(
            interest
            for body in active
            for interest in draw_interests(
                body.key,
                _topics_in_view(body.key, participations, exchanges, pairings),
                sources.topic_labels,
                seed,
            )
        ),
        contacts=tuple(
            contact
            for body in active
            for contact in draw_contacts(
                body.key, sources.people[body.country], body.time_zone, seed
            )
        ),
        pairings=pairings,
    )


def topics_of(phrases: Sequence[str], sources: Sources) -> tuple[str, ...]:
    """Return the topics a pairing's phrases speak of: the best of each phrase first, at most six.

    Raises:
        KeyError: a phrase is not in topic_phrases.json.
    """
    ranked = [
        sorted(sources.phrases[phrase], key=lambda match: -match["confidence"])
        for phrase in phrases
    ]
    best = [matches[0] for matches in ranked if matches[0]["confidence"] >= MIN_CONFIDENCE]
    second = [
        match
        for matches in ranked
        for match in matches[1:]
        if match["confidence"] >= SECOND_CONFIDENCE
    ]
    return tuple(dict.fromkeys(match["topic"] for match in best + second))[:MAX_PAIR_TOPICS]


def _exchange_key(programme: ProgrammeRow, exchange: ExchangeRow) -> str:
    return f"{programme['key']}-{exchange['country'].lower()}"


def _exchanges(sources: Sources, seed: int) -> Iterator[Exchange]:
    for programme in sources.programmes:
        for row in programme["exchanges"]:
            key = _exchange_key(programme, row)
            drawn = row["theme_vocabulary"] == GENERAL_VOCABULARY
            terms = sources.vocabularies[row["theme_vocabulary"]]["terms"]
            published = topics_of(terms, sources)
            yield Exchange(
                key=key,
                programme_key=programme["key"],
                name=f"{programme['name']}: EU and {row['published_as']}",
                partner_country=row["country"],
                themes=draw_themes(key, published, DRAWN_THEMES, seed) if drawn else published,
                illustrative_themes=drawn,
            )


def _exchange_keys(sources: Sources) -> dict[tuple[str, str], str]:
    """Map the record's (programme, partner country) to the key of the exchange."""
    return {
        (label, exchange["published_as"]): _exchange_key(programme, exchange)
        for programme in sources.programmes
        for label in programme["published_as"]
        for exchange in programme["exchanges"]
    }


def _pairings(sources: Sources) -> Iterator[PublishedPairing]:
    keys = _exchange_keys(sources)
    for row in sources.pairings:
        for partner in row["partner_city"].split(" / "):
            yield PublishedPairing(
                exchange_key=keys[row["programme"], row["partner_country"]],
                eu_key=sources.bodies[row["eu_city"]]["key"],
                partner_key=sources.bodies[partner]["key"],
                topics=topics_of(row["topics"], sources),
                phrases=tuple(row["topics"]),
                eu_population=row["eu_population"],
                partner_population=row["partner_population"],
                source_url=row["url"],
            )


def _participations(
    sources: Sources, pairings: Sequence[PublishedPairing]
) -> Iterator[Participation]:
    eu_side = Counter((pairing.exchange_key, pairing.eu_key) for pairing in pairings)
    partner_side = Counter((pairing.exchange_key, pairing.partner_key) for pairing in pairings)
    for (exchange, body), count in eu_side.items():
        yield Participation(exchange, body, "eu", count)
    for (exchange, body), count in partner_side.items():
        yield Participation(exchange, body, "partner", count)
    keys = _exchange_keys(sources)
    for row in sources.unpaired:
        programme, country = row["programme"].removesuffix(")").split(" (")
        for name in row["eu"]:
            yield Participation(keys[programme, country], sources.bodies[name]["key"], "eu", 1)
        for name in row["partners"]:
            yield Participation(keys[programme, country], sources.bodies[name]["key"], "partner", 1)


def _bodies(sources: Sources) -> Iterator[Body]:
    for row in sources.bodies.values():
        place = None if row["geonames_id"] is None else sources.places.by_id(row["geonames_id"])
        yield Body(
            key=row["key"],
            name=row["name"],
            kind=row["kind"],
            country=row["country"],
            geonames_id=row["geonames_id"],
            population=place.population if place else None,
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            time_zone=place.time_zone if place else _stated_zone(row),
            members=tuple(row["members"]),
            note=row["note"],
        )


def _stated_zone(row: BodyRow) -> str:
    if row["time_zone"] is None:
        raise ValueError(f"bodies.json: {row['name']} has neither a known place nor a time zone")
    return row["time_zone"]


def _topics_in_view(
    body_key: str,
    participations: Sequence[Participation],
    exchanges: Sequence[Exchange],
    pairings: Sequence[PublishedPairing],
) -> TopicsInView:
    joined = {part.exchange_key for part in participations if part.body_key == body_key}
    nearby = [pairing for pairing in pairings if pairing.exchange_key in joined]
    own = [pairing for pairing in nearby if body_key in (pairing.eu_key, pairing.partner_key)]
    return TopicsInView(
        themes=frozenset(theme for ex in exchanges if ex.key in joined for theme in ex.themes),
        named=frozenset(topic for pairing in own for topic in pairing.topics),
        discussed=frozenset(topic for pairing in nearby for topic in pairing.topics),
    )
