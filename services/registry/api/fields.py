"""Kinds of input that several routes of the registry take."""

from datetime import date, datetime
from typing import Annotated, Final
from zoneinfo import available_timezones

from fastapi import Depends, Header
from pydantic import AfterValidator, Field, StringConstraints

from services.registry.domain.changes import Audit
from shared.web import Output
from shared.web.versions import expected_version

_ZONES: Final = frozenset(available_timezones())

_FIRST_YEAR: Final = 1990
"""No programme is older: an earlier date is a slip of the pen."""

_LAST_YEAR: Final = 2100

SOURCE_CHARS: Final = 300
"""Room for the address of a page."""


def _known_zone(name: str) -> str:
    if name not in _ZONES:
        raise ValueError("must be a zone of the IANA database, such as Europe/Riga")
    return name


def _likely_day(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"must be between {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
"""The name of a time zone. Source: IANA time zone database."""
Day = Annotated[date, AfterValidator(_likely_day)]
"""A civil date, ISO 8601."""
SourceText = Annotated[str, StringConstraints(min_length=1, max_length=SOURCE_CHARS)]
"""Where a fact is from: the address of a page, or words."""
PlaceId = Annotated[int, Field(ge=1, le=2_147_483_647)]
"""The id of a place at GeoNames."""


async def version_if_given(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag that you have seen; leave it out to create.",
        ),
    ] = None,
) -> int | None:
    """Return the version that the sender has seen, or None if they say none.

    Raises:
        BadRequest: 400 `request_malformed`. StaleVersion: 412 `version_stale`.
    """
    return None if if_match is None else await expected_version(if_match)


IfMatchGiven = Annotated[int | None, Depends(version_if_given)]
"""For a PUT that creates or changes: the use case asks for a version when there is one."""


class Times(Output):
    """When a resource was made and last changed."""

    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, audit: Audit) -> "Times":
        """Leave out who it was: subjects of tokens are people."""
        return cls(created_at=audit.created_at, changed_at=audit.changed_at)
