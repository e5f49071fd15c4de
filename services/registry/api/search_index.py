"""Routes that look after the search indexes of the process that answers."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter

from services.registry.api.search import SearchesHere
from services.registry.search.checking import Difference, check
from services.registry.search.keeper import SearchKeeper
from services.registry.search.subject import DocumentT
from shared.auth import OfficerOrOperator
from shared.commands import Database
from shared.web import Output

ROUTER = APIRouter(prefix="/v1/search", tags=["search"])

_MOST_IDS = 100


class IndexOut(Output):
    """How one index of the process that answers is doing."""

    ready: bool
    building: bool
    following: bool
    """Whether it hears of changes; else it is as old as `built_at`."""
    documents: int
    built_at: datetime | None
    build_seconds: float | None

    @classmethod
    def of(cls, keeper: SearchKeeper[DocumentT]) -> Self:
        """Show how a keeper's index is doing."""
        build = keeper.last_build
        return cls(
            ready=build is not None,
            building=keeper.building,
            following=keeper.following,
            documents=len(keeper.index) if build else 0,
            built_at=build.at if build else None,
            build_seconds=build.seconds if build else None,
        )


class SearchStatusOut(Output):
    """How the indexes of the process that answers are doing."""

    cities: IndexOut
    practices: IndexOut


class DifferenceOut(Output):
    """What a comparison of an index with its collection found."""

    ok: bool
    documents: int
    extra: tuple[str, ...]
    """In the index only; of each kind at most 100 ids."""
    missing: tuple[str, ...]
    stale: tuple[str, ...]

    @classmethod
    def of(cls, found: Difference) -> Self:
        """Show a difference."""
        return cls(
            ok=found.is_none,
            documents=found.documents,
            extra=found.extra[:_MOST_IDS],
            missing=found.missing[:_MOST_IDS],
            stale=found.stale[:_MOST_IDS],
        )


class SearchCheckOut(Output):
    """What a comparison of all indexes with their collections found."""

    ok: bool
    cities: DifferenceOut
    practices: DifferenceOut


@ROUTER.get("/status")
async def read_search_status(_who: OfficerOrOperator, searches: SearchesHere) -> SearchStatusOut:
    """Read how the indexes of the process that answers are doing."""
    return SearchStatusOut(
        cities=IndexOut.of(searches.cities), practices=IndexOut.of(searches.practices)
    )


@ROUTER.get("/check")
async def check_search(
    _who: OfficerOrOperator, mongo: Database, searches: SearchesHere
) -> SearchCheckOut:
    """Compare the indexes with their collections; one that differs is built anew.

    Reads everything: some seconds. Asks the one process that answers.
    """
    cities = await check(mongo, searches.cities)
    practices = await check(mongo, searches.practices)
    return SearchCheckOut(
        ok=cities.is_none and practices.is_none,
        cities=DifferenceOut.of(cities),
        practices=DifferenceOut.of(practices),
    )
