"""How activities are shown, and how a listing of them is narrowed.

Promises: times go out twice, as instants and as what the clocks of the place show.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.events.api.activity_inputs import CIVIL_FORM, END_YEAR, FIRST_YEAR
from services.events.domain.activities import last_day
from services.events.domain.civil import civil_time
from services.events.domain.states import Activity, ActivityKind, ActivityStatus, AgendaSession
from services.events.store import ActivityQuery
from shared.ids import CityRef, PairingRef
from shared.paging import DEFAULT_LIMIT, Cursor, Limit
from shared.web import Output, Version

ShownTime = Annotated[datetime, CIVIL_FORM]
Instant = Annotated[
    AwareDatetime,
    Field(
        ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC),
        lt=datetime(END_YEAR, 1, 1, tzinfo=UTC),
        description="A time with its offset from UTC.",
    ),
]


class SessionOut(Output):
    """One timed item of an agenda; `starts` and `ends` are in the activity's zone."""

    id: str
    title: str
    starts: ShownTime
    ends: ShownTime
    starts_at: datetime
    ends_at: datetime
    place: str | None

    @classmethod
    def of(cls, session: AgendaSession, zone: str) -> Self:
        """Show a session."""
        return cls(
            id=session.id,
            title=session.title,
            starts=civil_time(session.starts_at, zone),
            ends=civil_time(session.ends_at, zone),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            place=session.place,
        )


class AttentionOut(Output):
    """Why the programme team should look at an activity."""

    pairing_id: str
    reason: str


class ActivityOut(Output):
    """A working meeting, study visit, conference or webinar.

    `starts` and `ends` are in `time_zone`. Of whole days (`all_day`), `starts_on` and `ends_on`
    are the first and the last.
    """

    id: str
    version: Version
    kind: ActivityKind
    title: str
    status: ActivityStatus
    time_zone: str
    all_day: bool
    starts: ShownTime
    ends: ShownTime
    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime
    host_city_ids: tuple[str, ...]
    pairing_ids: tuple[str, ...]
    place: str | None
    agenda: tuple[SessionOut, ...]
    attention: tuple[AttentionOut, ...]
    """What happened to its pairings; nothing is cancelled by that."""
    cancelled_reason: str | None
    illustrative: bool
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, activity: Activity) -> Self:
        """Show an activity."""
        zone = activity.time_zone
        starts = civil_time(activity.starts_at, zone)
        return cls(
            id=activity.id,
            version=activity.version,
            kind=activity.kind,
            title=activity.title,
            status=activity.status,
            time_zone=zone,
            all_day=activity.all_day,
            starts=starts,
            ends=civil_time(activity.ends_at, zone),
            starts_on=starts.date(),
            ends_on=last_day(activity),
            starts_at=activity.starts_at,
            ends_at=activity.ends_at,
            host_city_ids=activity.host_city_ids,
            pairing_ids=activity.pairing_ids,
            place=activity.place,
            agenda=tuple(SessionOut.of(each, zone) for each in activity.agenda),
            attention=tuple(
                AttentionOut(pairing_id=each.pairing_id, reason=each.reason)
                for each in activity.attention
            ),
            cancelled_reason=activity.cancelled_reason,
            illustrative=activity.illustrative,
            created_at=activity.created.at,
            changed_at=activity.changed.at,
        )


class ActivityFilter(BaseModel):
    """The query parameters of the listing."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host_city_id: CityRef | None = None
    pairing_id: PairingRef | None = None
    status: ActivityStatus | None = None
    takes_place_from: Instant | None = None
    """Only what ends after this."""
    takes_place_until: Instant | None = None
    """Only what starts before this."""
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None

    def query(self) -> ActivityQuery:
        """Give it to the store."""
        return ActivityQuery(
            self.host_city_id,
            self.pairing_id,
            self.status,
            self.takes_place_from,
            self.takes_place_until,
        )
