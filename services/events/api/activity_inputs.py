"""What people send to plan and change activities.

Promises: times come in as civil times with the zone of the place, and within the years that
calendars and the database can hold.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Self, TypeVar

from pydantic import Field, NaiveDatetime, StringConstraints, WithJsonSchema, model_validator

from services.events.domain.activities import ActivityPlan
from services.events.domain.agenda import SessionPlan
from services.events.domain.civil import CivilSpan, whole_days
from services.events.domain.states import ActivityKind
from shared.ids import CityRef, PairingRef, id_form
from shared.web import Input, Name, Text

IdT = TypeVar("IdT", bound=str)

FIRST_YEAR, END_YEAR = 1990, 2100
# City exchanges in Europe began in the 1990s; far dates overflow calendars and the database.

CIVIL_FORM = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?$",
        "description": "What the clocks of the place show, without an offset.",
        "examples": ["2027-04-12T09:30:00"],
    }
)
# Not `date-time`: that format is RFC 3339's, which has an offset always.
CivilTime = Annotated[
    NaiveDatetime,
    Field(
        ge=datetime(FIRST_YEAR, 1, 1),  # noqa: DTZ001 - civil times have no zone of their own
        lt=datetime(END_YEAR, 1, 1),  # noqa: DTZ001 - as above
    ),
    CIVIL_FORM,
]
Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), lt=date(END_YEAR, 1, 1))]
ZoneName = Annotated[
    str,
    StringConstraints(min_length=3, max_length=64),
    Field(description="IANA name of the place's time zone.", examples=["Europe/Prague"]),
]
Hosts = Annotated[tuple[CityRef, ...], Field(min_length=1, max_length=20)]
Pairings = Annotated[tuple[PairingRef, ...], Field(max_length=100)]
SessionRef = Annotated[str, id_form("ses")]


class SessionIn(Input):
    """One timed item of an agenda."""

    id: SessionRef | None = None
    """Of a session that stays; leave it out for a new one."""
    title: Name
    starts: CivilTime
    ends: CivilTime
    place: Name | None = None

    def plan(self) -> SessionPlan:
        """Give it to the domain."""
        return SessionPlan(self.id, self.title, self.starts, self.ends, self.place)


Agenda = Annotated[tuple[SessionIn, ...], Field(max_length=100)]


class AgendaIn(Input):
    """The whole agenda; what is not in it is taken out."""

    agenda: Agenda


class ActivityIn(Input):
    """A new activity: with `starts` and `ends`, or with `starts_on` and `ends_on` (whole days)."""

    kind: ActivityKind
    title: Name
    time_zone: ZoneName
    starts: CivilTime | None = None
    ends: CivilTime | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    """The last day, which is part of the activity."""
    host_city_ids: Hosts
    pairing_ids: Pairings = ()
    place: Name | None = None
    agenda: Agenda = ()
    illustrative: bool = False
    """Whether it was made up for a demonstration."""

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        times, days = (self.starts, self.ends), (self.starts_on, self.ends_on)
        if (None in times) == (None in days) or (any(times) and any(days)):
            raise ValueError("give either starts and ends, or starts_on and ends_on")
        return self

    def plan(self) -> ActivityPlan:
        """Give it to the domain."""
        if self.starts_on is not None and self.ends_on is not None:
            span = whole_days(self.starts_on, self.ends_on, self.time_zone)
        else:
            starts, ends = self.starts or datetime.min, self.ends or datetime.min  # noqa: DTZ901
            span = CivilSpan(starts, ends, self.time_zone)
        return ActivityPlan(
            kind=self.kind,
            title=self.title,
            span=span,
            host_city_ids=_once(self.host_city_ids),
            pairing_ids=_once(self.pairing_ids),
            place=self.place,
            agenda=tuple(each.plan() for each in self.agenda),
            illustrative=self.illustrative,
        )


class ActivityPatch(Input):
    """What changes of an activity; what is left out or null stays, but a null `place` is removed.

    A new `time_zone` alone leaves all civil times as they are, those of the agenda too.
    """

    kind: ActivityKind | None = None
    title: Name | None = None
    time_zone: ZoneName | None = None
    starts: CivilTime | None = None
    ends: CivilTime | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    host_city_ids: Hosts | None = None
    pairing_ids: Pairings | None = None
    place: Name | None = None
    agenda: Agenda | None = None
    illustrative: bool | None = None

    @model_validator(mode="after")
    def _one_kind_of_dates(self) -> Self:
        if (self.starts or self.ends) and (self.starts_on or self.ends_on):
            raise ValueError("give times or days, not both")
        return self

    def revise(self, plan: ActivityPlan) -> ActivityPlan:
        """Give the plan with what changes."""
        pairings, agenda, illustrative = self.pairing_ids, self.agenda, self.illustrative
        return ActivityPlan(
            kind=self.kind or plan.kind,
            title=self.title or plan.title,
            span=self._span(plan.span),
            host_city_ids=_once(self.host_city_ids or plan.host_city_ids),
            pairing_ids=plan.pairing_ids if pairings is None else _once(pairings),
            place=self.place if "place" in self.model_fields_set else plan.place,
            agenda=plan.agenda if agenda is None else tuple(each.plan() for each in agenda),
            illustrative=plan.illustrative if illustrative is None else illustrative,
        )

    def _span(self, span: CivilSpan) -> CivilSpan:
        zone = self.time_zone or span.time_zone
        if self.starts_on or self.ends_on:
            first, last = _days(span)
            return whole_days(self.starts_on or first, self.ends_on or last, zone)
        if self.starts or self.ends:
            return CivilSpan(self.starts or span.starts, self.ends or span.ends, zone)
        return replace(span, time_zone=zone)


def _days(span: CivilSpan) -> tuple[date, date]:
    last = span.ends.date()
    return span.starts.date(), date.fromordinal(last.toordinal() - 1) if span.all_day else last


def _once(ids: tuple[IdT, ...]) -> tuple[IdT, ...]:
    return tuple(dict.fromkeys(ids))


class CancelIn(Input):
    """Why something is called off; everyone sees it."""

    reason: Text
