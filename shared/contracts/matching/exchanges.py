"""Programmes, exchanges with their calls, and the applications to them."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.contracts.event import Event, State, Topic

PROGRAMMES = Topic("matching.programme.v1")
EXCHANGES = Topic("matching.exchange.v1")
APPLICATIONS = Topic("matching.application.v1")

Side = Literal["eu", "partner"]


class ProgrammeState(State):
    """A funded edition."""

    name: str
    starts_on: date
    ends_on: date


class ProgrammeEvent(Event):
    """Any event of a programme."""

    TOPIC: ClassVar[Topic] = PROGRAMMES
    state: ProgrammeState


class ProgrammeCreatedV1(ProgrammeEvent):
    """A programme was set up."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.programme.created.v1"


class ExchangeState(State):
    """One strand of a programme: EU cities with cities of one partner country."""

    programme_id: str
    name: str
    partner_country: str
    """ISO 3166-1 alpha-2."""
    status: Literal["open", "closed"]
    deadline_at: datetime
    """End of the call, UTC; its civil form is 23:59 in ``time_zone``."""
    time_zone: str
    """IANA name."""


class ExchangeEvent(Event):
    """Any event of an exchange."""

    TOPIC: ClassVar[Topic] = EXCHANGES
    state: ExchangeState


class ExchangeOpenedV1(ExchangeEvent):
    """An exchange was set up and its call is open."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.exchange.opened.v1"


class ExchangeUpdatedV1(ExchangeEvent):
    """An exchange's rules or its deadline changed."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.exchange.updated.v1"


class ExchangeClosedV1(ExchangeEvent):
    """An exchange's call was closed."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.exchange.closed.v1"


class ApplicationState(State):
    """One city's expression of interest in one exchange."""

    exchange_id: str
    city_id: str
    side: Side
    status: Literal[
        "draft", "submitted", "eligible", "ineligible", "admitted", "reserve", "rejected",
        "withdrawn",
    ]  # fmt: skip
    illustrative: bool = False


class ApplicationEvent(Event):
    """Any event of an application."""

    TOPIC: ClassVar[Topic] = APPLICATIONS
    state: ApplicationState


class ApplicationSubmittedV1(ApplicationEvent):
    """A city handed in its application."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.application.submitted.v1"


class ApplicationAssessedV1(ApplicationEvent):
    """The programme team found a city eligible or ineligible."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.application.assessed.v1"


class ApplicationAdmittedV1(ApplicationEvent):
    """The programme team admitted a city to the exchange."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.application.admitted.v1"


class ApplicationReservedV1(ApplicationEvent):
    """The programme team put a city on the reserve list."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.application.reserved.v1"


class ApplicationRejectedV1(ApplicationEvent):
    """The programme team did not admit a city."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.application.rejected.v1"


class ApplicationWithdrawnV1(ApplicationEvent):
    """A city took its application back."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.application.withdrawn.v1"
