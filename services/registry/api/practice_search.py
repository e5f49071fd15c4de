"""The route that finds good practices by what they say, and by filters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Final, Literal, Self, cast, get_args

from fastapi import APIRouter, Depends, Query

from services.registry import store
from services.registry.api.fields import Day
from services.registry.api.search import SearchesHere, searched
from services.registry.domain.practice_states import Status
from services.registry.search.pages import Place
from services.registry.search.practices.criteria import PracticeCriteria
from services.registry.search.practices.documents import PUBLISHED, PartName
from services.registry.search.practices.finding import (
    PracticeFacet,
    PracticeHit,
    PracticeSort,
    PracticesWanted,
    find_practices,
)
from services.registry.search.practices.snippets import Snippet
from shared.auth import Anyone, Principal, Role
from shared.auth.principal import require_city, require_role
from shared.commands import Database
from shared.errors import CursorInvalid
from shared.ids import CityId, CityRef, PracticeId, TopicCode, TopicRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.web import CountryCode, Output

ROUTER = APIRouter(prefix="/v1/search", tags=["search"])

_ANY: Final = "any"
_SUMMARY_CHARS: Final = 200
_FACETS: Final = frozenset(get_args(PracticeFacet))
_FACET: Final = "(country|topic|language|status)"


class SnippetOut(Output):
    """A piece of the practice in which words stand that were asked for."""

    part: PartName
    text: str
    marks: tuple[tuple[int, int], ...]
    """Those words: first character and behind the last one, counted in `text` by code points."""
    cut: tuple[bool, bool]
    """Whether the part goes on before the piece, and behind it."""

    @classmethod
    def of(cls, snippet: Snippet) -> Self:
        """Show a snippet."""
        return cls(part=snippet.part, text=snippet.text, marks=snippet.marks, cut=snippet.cut)


class PracticeHitOut(Output):
    """A good practice that was found."""

    id: PracticeId
    version: int
    city_id: CityId
    city: str
    country: str
    status: Status
    title: str
    summary: str
    """How the description of the problem begins."""
    topics: tuple[TopicCode, ...]
    languages: tuple[str, ...]
    published_at: datetime | None
    recheck_on: date | None
    illustrative: bool
    likeness: float | None
    """0 to 1: how much of it says what was asked for; null in other orders than by relevance."""
    snippets: tuple[SnippetOut, ...]

    @classmethod
    def of(cls, hit: PracticeHit) -> Self:
        """Show a hit."""
        practice = hit.practice
        return cls(
            id=PracticeId(practice.id),
            version=practice.version,
            city_id=CityId(practice.city_id),
            city=practice.city,
            country=practice.country,
            status=cast("Status", practice.status),
            title=practice.title,
            summary=dict(practice.parts).get("problem", "")[:_SUMMARY_CHARS],
            topics=tuple(map(TopicCode, practice.topics)),
            languages=practice.languages,
            published_at=practice.published_at,
            recheck_on=practice.recheck_on,
            illustrative=practice.illustrative,
            likeness=hit.likeness,
            snippets=tuple(map(SnippetOut.of, hit.snippets)),
        )


class PracticeSearchPage(Output):
    """One page of what was found; follow `next` until it is null."""

    items: tuple[PracticeHitOut, ...]
    next: str | None = None
    total: int | None = None
    """How many there are in all; only when facets are asked for."""
    facets: dict[PracticeFacet, dict[str, int]] | None = None
    """How many there are by value, most frequent first."""


async def readable_status(
    who: Anyone,
    mongo: Database,
    city_id: Annotated[CityRef | None, Query()] = None,
    status: Annotated[
        Literal[Status, "any"],
        Query(description="What is not published is for officers and the practice's own city."),
    ] = PUBLISHED,
) -> PracticeCriteria:
    """Read whose practices in which status, as far as the caller may know of them.

    The id of a merged record is read as that of the one it was merged into.

    Raises:
        Forbidden: 403 `access_denied`.
    """
    city_id = await store.standing_id(mongo, city_id) if city_id else None
    if status not in (PUBLISHED, _ANY):
        if city_id is None:
            require_role(who, Role.OFFICER, Role.COORDINATOR)
        else:
            require_city(who, city_id)
    chosen = None if status == _ANY else status
    return PracticeCriteria(city_id=city_id, status=chosen, readable=_readable(who))


async def text_and_day(
    whose: Annotated[PracticeCriteria, Depends(readable_status)],
    q: Annotated[str, Query(max_length=200, description="Words of the text.")] = "",
    due_until: Annotated[
        Day | None, Query(description="To be looked at again by this day.")
    ] = None,
) -> PracticeCriteria:
    """Read which words, and until when the next check is due."""
    return replace(whose, text=q, due_until=due_until)


async def practice_criteria(
    said: Annotated[PracticeCriteria, Depends(text_and_day)],
    topic: Annotated[TopicRef | None, Query()] = None,
    country: Annotated[CountryCode | None, Query()] = None,
    language: Annotated[
        str | None,
        Query(pattern="^[a-z]{2,3}$", description="Of the documents and the people, ISO 639."),
    ] = None,
) -> PracticeCriteria:
    """Put the filters together."""
    return replace(said, topic=topic, country=country, language=language)


async def practice_facets(
    facets: Annotated[
        str,
        Query(
            pattern=f"^$|^{_FACET}(,{_FACET}){{0,3}}$",
            description="Counts by these, with commas: country, topic, language, status.",
        ),
    ] = "",
) -> tuple[PracticeFacet, ...]:
    """Read which facets are wanted."""
    named = dict.fromkeys(facets.split(",")) if facets else {}
    return tuple(cast("PracticeFacet", name) for name in named if name in _FACETS)


async def practices_wanted(
    which: Annotated[PracticeCriteria, Depends(practice_criteria)],
    facets: Annotated[tuple[PracticeFacet, ...], Depends(practice_facets)],
    sort: Annotated[
        PracticeSort | None,
        Query(description="Without it: by relevance with `q`, else the newest first."),
    ] = None,
    limit: Annotated[Limit, Query()] = DEFAULT_LIMIT,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> PracticesWanted:
    """Read which page is wanted.

    Raises:
        CursorInvalid: 422 `cursor_invalid`.
    """
    chosen: PracticeSort = sort or ("relevance" if which.text else "newest")
    after = None
    if cursor is not None:
        of, tier, text = decode_cursor(cursor, str, int, str)
        if of != chosen:
            raise CursorInvalid
        after = Place(tier, text)
    return PracticesWanted(which, chosen, limit, after, facets)


@ROUTER.get("/practices")
async def search_practices(
    _who: Anyone,
    searches: SearchesHere,
    wanted: Annotated[PracticesWanted, Depends(practices_wanted)],
) -> PracticeSearchPage:
    """Find good practices by their words in any form, with up to two typos, and by filters.

    All words must be there; the last one may be a beginning. When nothing is found one typo a word
    is allowed, then two, then some of the words are enough. Words in the title count most, then
    those of the topics in all languages, the problem and the solution, the rest.
    """
    found = await searched(searches.practices, lambda index: find_practices(index, wanted))
    last = found.hits[-1].place if found.more and found.hits else None
    return PracticeSearchPage(
        items=tuple(map(PracticeHitOut.of, found.hits)),
        next=encode_cursor(wanted.sort, last.tier, last.text) if last else None,
        total=found.total,
        facets=_facets(found.facets),
    )


def _readable(who: Principal) -> frozenset[str] | None:
    if Role.OFFICER in who.roles:
        return None
    return frozenset(who.cities) if Role.COORDINATOR in who.roles else frozenset()


def _facets(
    found: Mapping[str, Mapping[str, int]] | None,
) -> dict[PracticeFacet, dict[str, int]] | None:
    if found is None:
        return None
    return {cast("PracticeFacet", name): dict(counts) for name, counts in found.items()}
