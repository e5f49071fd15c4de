"""The routes that calendars read.

Source: RFC 5545 section 8.1 (media type text/calendar and its parameters).
"""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from services.events import errors
from services.events.api.problems import problems
from services.events.domain.calendar import calendar_text, feed_text
from services.events.domain.states import Activity
from services.events.store import ACTIVITIES, CITY_COPIES, activities_of_city
from shared.auth import Authenticated
from shared.commands import Database
from shared.ids import ActivityRef, CityRef
from shared.web import etag

MEDIA_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"

ROUTER = APIRouter(prefix="/v1", tags=["calendars"])


_TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "iCalendar text.",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    }
}


@ROUTER.get(
    "/activities/{activity_id}/calendar.ics",
    response_class=Response,
    responses=problems(errors.ActivityNotFound) | _TEXT,
)
async def read_calendar(activity_id: ActivityRef, _who: Authenticated, mongo: Database) -> Response:
    """Give an activity and its sessions as a calendar, without attendees."""
    activity = await mongo.get(ACTIVITIES, activity_id)
    if activity is None:
        raise errors.ActivityNotFound
    return _calendar(calendar_text(activity), etag(activity.version))


@ROUTER.get(
    "/cities/{city_id}/calendar.ics",
    response_class=Response,
    responses=problems() | _TEXT,
)
async def read_city_calendar(
    city_id: CityRef,
    _who: Authenticated,
    mongo: Database,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Give a city's calendar to subscribe to: what it hosts and what it is invited to.

    Up to 200 activities, the latest first; cancelled ones stay in it as cancelled.
    """
    activities = await activities_of_city(mongo, city_id)
    city = await mongo.get(CITY_COPIES, city_id)
    name = f"World Cities: {city.name}" if city else "World Cities"
    tag = _feed_tag(name, activities)
    if if_none_match == tag:  # calendars ask every hour: nothing is written for the same answer
        return Response(status_code=304, headers={"ETag": tag})
    return _calendar(await asyncio.to_thread(feed_text, name, activities), tag)


def _feed_tag(name: str, activities: Sequence[Activity]) -> str:
    versions = " ".join(f"{each.id}.{each.version}" for each in activities)
    return f'"{hashlib.sha256(f"{name} {versions}".encode()).hexdigest()}"'


def _calendar(text: str, tag: str) -> Response:
    return Response(text, media_type=MEDIA_TYPE, headers={"ETag": tag})
