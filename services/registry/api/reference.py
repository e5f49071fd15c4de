"""Routes that look things up in the reference data that the registry ships."""

from typing import Annotated, Final, Self

from fastapi import APIRouter, Depends, Query

from services.registry.phrases import Phrases, Taxonomy
from services.registry.places import Place, Places
from services.registry.reference import shipped_phrases, shipped_places, shipped_taxonomy
from shared.auth import Anyone
from shared.web import CountryCode, Output

ROUTER = APIRouter(prefix="/v1", tags=["reference"])

_ATTRIBUTION: Final = "GeoNames (https://www.geonames.org/), CC BY 4.0"
"""What the licence asks to be said wherever the data is shown."""

_MAX_TEXT_CHARS: Final = 1000
"""A theme or a paragraph; a page names too many topics to be of use."""

_MAX_PLACES: Final = 50
"""No name of a place is that frequent in one country."""


class PlaceOut(Output):
    """A place; population is null where GeoNames has no figure."""

    geonames_id: int
    name: str
    country: str
    admin1: str
    """GeoNames' code of the first-order division, which tells places of one name apart."""
    latitude: float
    longitude: float
    population: int | None
    time_zone: str

    @classmethod
    def of(cls, place: Place) -> Self:
        """Show a place."""
        return cls(
            geonames_id=place.geonames_id,
            name=place.name,
            country=place.country,
            admin1=place.admin1,
            latitude=place.latitude,
            longitude=place.longitude,
            population=place.population or None,
            time_zone=place.time_zone,
        )


class PlacesOut(Output):
    """Places of one name, biggest first."""

    items: tuple[PlaceOut, ...]
    attribution: str = _ATTRIBUTION
    """Say this wherever you show them."""


class ReadingOut(Output):
    """A topic that the text speaks of."""

    topic: str
    confidence: float
    """0 to 1; below 0.5 it is a hint."""
    phrase: str
    """The phrase that speaks for it."""
    whole: bool
    """Whether the text is just this phrase."""
    guessed: bool
    """Whether the text has only some words of the phrase; nothing is guessed beside real finds."""


class ReadingsOut(Output):
    """Topics that a text speaks of, surest first."""

    items: tuple[ReadingOut, ...]


class ShippedTopicOut(Output):
    """A topic as it is shipped."""

    code: str
    parent: str | None
    labels: dict[str, str]
    sdgs: tuple[int, ...]
    vocabularies: dict[str, tuple[str, ...]]


class TaxonomyOut(Output):
    """The taxonomy that is shipped; parents stand before their children."""

    version: int
    languages: tuple[str, ...]
    topics: tuple[ShippedTopicOut, ...]


@ROUTER.get("/places")
async def find_places(
    _who: Anyone,
    places: Annotated[Places, Depends(shipped_places)],
    name: Annotated[str, Query(min_length=1, max_length=200, description="In any language.")],
    country: Annotated[CountryCode, Query()],
) -> PlacesOut:
    """Find places by their whole name, to register one by its `geonames_id`."""
    found = places.find(name, country)[:_MAX_PLACES]
    return PlacesOut(items=tuple(PlaceOut.of(place) for place in found))


@ROUTER.get("/topic-phrases")
async def read_phrases(
    _who: Anyone,
    phrases: Annotated[Phrases, Depends(shipped_phrases)],
    text: Annotated[str, Query(min_length=1, max_length=_MAX_TEXT_CHARS)],
) -> ReadingsOut:
    """Find the topics that a text speaks of, by published phrases and the topics' labels."""
    return ReadingsOut(
        items=tuple(
            ReadingOut(
                topic=each.topic,
                confidence=each.confidence,
                phrase=each.phrase,
                whole=each.whole,
                guessed=each.guessed,
            )
            for each in phrases.read(text)
        )
    )


@ROUTER.get("/taxonomy")
async def read_taxonomy(
    _who: Anyone, taxonomy: Annotated[Taxonomy, Depends(shipped_taxonomy)]
) -> TaxonomyOut:
    """Read the taxonomy that is shipped, to define its topics."""
    return TaxonomyOut.model_validate(taxonomy)
