"""The route that finds cities by name, topic, size, side and distance."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Final, TypeVar, cast, get_args

from fastapi import APIRouter, Depends, Query, Request

from services.registry.api.search_models import CityHit, SearchPage
from services.registry.domain.cities import Kind, Status
from services.registry.errors import SearchCircleMissing, SearchRebuilding
from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.finding import FacetName, Sort, Wanted, find
from services.registry.search.cities.globe import Circle
from services.registry.search.index import SearchIndex
from services.registry.search.keeper import SearchKeeper
from services.registry.search.pages import Place
from services.registry.search.searches import CityKeeper, Searches
from services.registry.search.subject import DocumentT
from services.registry.search.view import IndexBrokenError
from shared.auth import Anyone
from shared.contracts.matching import Side
from shared.errors import CursorInvalid, FieldError, InvalidInput
from shared.ids import ExchangeRef, TopicRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.web import CountryCode

ROUTER = APIRouter(prefix="/v1/search", tags=["search"])

_MAX_KM: Final = 1000.0
"""Further away nothing is near; keeps a search to some ten thousand distances."""
_DEFAULT_KM: Final = 50.0
_MAX_POPULATION: Final = 10_000_000_000
"""More people than there are."""
_NUMBER: Final = r"-?\d{1,3}(\.\d{1,10})?"
_FACETS: Final = frozenset(get_args(FacetName))

T = TypeVar("T")

Level = Annotated[int, Query(ge=0, le=5)]
People = Annotated[int | None, Query(ge=0, le=_MAX_POPULATION)]


async def searches_here(request: Request) -> Searches:
    """Give the keepers of this process's indexes.

    Raises:
        SearchRebuilding: the process has none yet (503 `search_rebuilding`).
    """
    searches: Searches | None = getattr(request.app.state, "search", None)
    if searches is None:
        raise SearchRebuilding
    return searches


SearchesHere = Annotated[Searches, Depends(searches_here)]


async def city_keeper(searches: SearchesHere) -> CityKeeper:
    """Give the keeper of the index of cities."""
    return searches.cities


Keeper = Annotated[CityKeeper, Depends(city_keeper)]


async def text_and_place(
    q: Annotated[str, Query(max_length=200, description="A name or how it begins.")] = "",
    near: Annotated[
        str | None,
        Query(pattern=f"^{_NUMBER},{_NUMBER}$", description="Latitude,longitude in degrees."),
    ] = None,
    within_km: Annotated[float | None, Query(gt=0, le=_MAX_KM)] = None,
) -> tuple[str, Circle | None]:
    """Read what is looked for, and around which point.

    Raises:
        InvalidInput: 422 `input_invalid`. SearchCircleMissing: 422 `search_circle_missing`.
    """
    if near is None:
        if within_km is not None:
            raise SearchCircleMissing("within_km")
        return q, None
    latitude, longitude = (float(part) for part in near.split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        message = "must be a latitude up to 90 and a longitude up to 180 degrees"
        raise InvalidInput(errors=[FieldError("near", "position_invalid", message)])
    return q, Circle((latitude, longitude), within_km or _DEFAULT_KM)


async def size_and_kind(
    country: Annotated[CountryCode | None, Query()] = None,
    kind: Kind | None = None,
    status: Annotated[
        Status | None, Query(description="Leave it out for the cities that take part.")
    ] = None,
    min_population: People = None,
    max_population: People = None,
) -> Criteria:
    """Read which bodies, of which size."""
    return Criteria(
        country=country,
        kinds=(kind,) if kind else (),
        status=status,
        min_population=min_population,
        max_population=max_population,
    )


async def side_and_exchange(
    size: Annotated[Criteria, Depends(size_and_kind)],
    side: Annotated[
        Side | None, Query(description="Admitted on this side of `exchange_id`, or of any.")
    ] = None,
    exchange_id: Annotated[
        ExchangeRef | None, Query(description="Admitted to this exchange.")
    ] = None,
) -> Criteria:
    """Read on which side of which exchange."""
    return replace(size, side=side, exchange_id=exchange_id)


async def criteria(
    text: Annotated[tuple[str, Circle | None], Depends(text_and_place)],
    bodies: Annotated[Criteria, Depends(side_and_exchange)],
    topic: Annotated[TopicRef | None, Query()] = None,
    min_seeks: Level = 0,
    min_offers: Level = 0,
) -> Criteria:
    """Put the filters together."""
    wanted, near = text
    return replace(
        bodies, text=wanted, near=near, topic=topic, min_seeks=min_seeks, min_offers=min_offers
    )


async def facet_names(
    facets: Annotated[
        str,
        Query(
            pattern="^$|^(country|kind|topic|side)(,(country|kind|topic|side)){0,3}$",
            description="Counts by these, with commas: country, kind, topic, side.",
        ),
    ] = "",
) -> tuple[FacetName, ...]:
    """Read which facets are wanted."""
    named = dict.fromkeys(facets.split(",")) if facets else {}
    return tuple(cast("FacetName", name) for name in named if name in _FACETS)


async def wanted_page(
    which: Annotated[Criteria, Depends(criteria)],
    facets: Annotated[tuple[FacetName, ...], Depends(facet_names)],
    sort: Annotated[
        Sort | None,
        Query(description="Without it: by relevance, by distance with `near`, else by name."),
    ] = None,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Wanted:
    """Read which page is wanted.

    Raises:
        SearchCircleMissing: 422 `search_circle_missing`. CursorInvalid: 422 `cursor_invalid`.
    """
    chosen: Sort = sort or _natural(which)
    if chosen == "distance" and which.near is None:
        raise SearchCircleMissing("sort")
    after = None
    if cursor is not None:
        of, tier, text = decode_cursor(cursor, str, int, str)
        if of != chosen:
            raise CursorInvalid
        after = Place(tier, text)
    return Wanted(which, chosen, limit, after, facets)


@ROUTER.get("/cities")
async def search_cities(
    _who: Anyone, keeper: Keeper, wanted: Annotated[Wanted, Depends(wanted_page)]
) -> SearchPage:
    """Find cities by any of their names, in any script, with up to two typos, and by filters.

    As few typos as needed: one is allowed when nothing is found as written, two when nothing is
    found with one. Among what matches equally well bigger cities come first. Levels without
    `topic` mean any topic.
    """
    found = await searched(keeper, lambda index: find(index, wanted))
    last = found.hits[-1].place if found.more and found.hits else None
    return SearchPage(
        items=tuple(CityHit.of(hit) for hit in found.hits),
        next=encode_cursor(wanted.sort, last.tier, last.text) if last else None,
        total=found.total,
        facets=_facets(found.facets),
    )


async def searched(
    keeper: SearchKeeper[DocumentT], search: Callable[[SearchIndex[DocumentT]], T]
) -> T:
    """Search in a thread; an index that fails is built anew.

    Raises:
        SearchRebuilding: 503 `search_rebuilding`. CursorInvalid: 422 `cursor_invalid`.
    """
    index = keeper.index
    try:
        return await asyncio.to_thread(search, index)
    except IndexBrokenError as error:
        keeper.rebuild()
        raise SearchRebuilding from error
    except ValueError as error:
        raise CursorInvalid from error


def _natural(which: Criteria) -> Sort:
    if which.text:
        return "relevance"
    return "name" if which.near is None else "distance"


def _facets(
    found: Mapping[str, Mapping[str, int]] | None,
) -> dict[FacetName, dict[str, int]] | None:
    if found is None:
        return None
    return {cast("FacetName", name): dict(counts) for name, counts in found.items()}
