"""Applications: from a city's draft to the programme team's decision.

    draft ── submit ─▶ submitted ── admit ──▶ admitted
                           │  ├──── reserve ▶ reserve ── admit ▶ admitted
                           │  └──── reject ─▶ rejected
    (all but rejected) ── withdraw ─▶ withdrawn ── submit, before the deadline ─▶ submitted

Promises that a draft leaves no event: nobody but its city and the officers knows of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.matching.domain.exchanges import Exchange, ThresholdKind
from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    ApplicationCityUnknown,
    ApplicationCityWithdrawn,
    ApplicationSideMismatch,
    ApplicationStatusUnfit,
    ApplicationThresholdMissed,
    ApplicationWaiverMissing,
    CallClosed,
)
from shared.contracts.matching import (
    ApplicationAdmittedV1,
    ApplicationEvent,
    ApplicationRejectedV1,
    ApplicationReservedV1,
    ApplicationState,
    ApplicationSubmittedV1,
    ApplicationWithdrawnV1,
    Side,
)
from shared.ids import ApplicationId, CityId, ExchangeId

Status = Literal["draft", "submitted", "admitted", "reserve", "rejected", "withdrawn"]


@dataclass(frozen=True, slots=True)
class CityFacts:
    """What admission looks at; None is unknown."""

    country: str
    withdrawn: bool
    population: int | None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A threshold that the programme team did not apply, and why."""

    min_population: int
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """One city's expression of interest in one exchange."""

    id: ApplicationId
    exchange_id: ExchangeId
    city_id: CityId
    side: Side
    statement: str
    illustrative: bool
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    status: Status = "draft"
    submitted_at: datetime | None = None
    decision_reason: str | None = None
    waivers: tuple[Waiver, ...] = ()
    version: int = 1
    """A draft counts its own versions: it has no events."""


def require_open_call(exchange: Exchange, now: datetime) -> None:
    """Let pass while the call is open.

    Raises:
        CallClosed: 409.
    """
    if not exchange.takes_applications(now):
        zone, day = exchange.terms.time_zone, exchange.terms.deadline_date.isoformat()
        raise CallClosed(f"The call ended on {day} at 23:59 ({zone}), or was closed before.")


def require_side(side: Side, country: str, exchange: Exchange) -> None:
    """Let pass a city on the side that its country belongs to.

    Raises:
        ApplicationSideMismatch: 422.
    """
    if (side == "partner") != (country == exchange.terms.partner_country):
        raise ApplicationSideMismatch


def revise_draft(application: Application, statement: str, stamp: Stamp) -> Application:
    """Write the statement anew.

    Raises:
        ApplicationStatusUnfit: it is no draft any more (409).
    """
    _require_status(application, "draft")
    draft = replace(application, statement=statement, version=application.version + 1)
    return _stamped(draft, stamp)


def submit(
    application: Application, exchange: Exchange, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Hand the application in.

    Raises:
        CallClosed: the deadline has passed (409).
        ApplicationStatusUnfit: it was handed in already (409).
    """
    _require_status(application, "draft", "withdrawn")
    require_open_call(exchange, stamp.at)
    submitted = _in_status(application, "submitted", stamp)
    submitted = replace(submitted, submitted_at=stamp.at)
    return submitted, ApplicationSubmittedV1(state=public(submitted), changed=("status",))


def admit(
    application: Application,
    exchange: Exchange,
    city: CityFacts | None,
    waiver: str | None,
    stamp: Stamp,
) -> tuple[Application, ApplicationEvent]:
    """Admit the city to the exchange; ``waiver`` says why a soft threshold is not applied.

    Raises:
        ApplicationCityUnknown, ApplicationSideMismatch: 422.
        ApplicationStatusUnfit, ApplicationCityWithdrawn: 409.
        ApplicationThresholdMissed, ApplicationWaiverMissing: 409.
    """
    _require_status(application, "submitted", "reserve")
    if city is None:
        raise ApplicationCityUnknown("The register has not told us of this city yet.")
    if city.withdrawn:
        raise ApplicationCityWithdrawn
    require_side(application.side, city.country, exchange)
    waivers = _waivers(exchange, city, waiver, stamp)
    admitted = _in_status(application, "admitted", stamp)
    admitted = replace(admitted, waivers=(*application.waivers, *waivers), decision_reason=None)
    return admitted, ApplicationAdmittedV1(state=public(admitted), changed=("status",))


def reserve(
    application: Application, reason: str, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Put the city on the reserve list.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    _require_status(application, "submitted", "admitted")
    reserved = replace(_in_status(application, "reserve", stamp), decision_reason=reason)
    return reserved, ApplicationReservedV1(state=public(reserved), changed=("status",))


def reject(
    application: Application, reason: str, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Decide against the city.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    _require_status(application, "submitted", "reserve")
    rejected = replace(_in_status(application, "rejected", stamp), decision_reason=reason)
    return rejected, ApplicationRejectedV1(state=public(rejected), changed=("status",))


def withdraw(
    application: Application, stamp: Stamp
) -> tuple[Application, tuple[ApplicationEvent, ...]]:
    """Take the application back; a draft's withdrawal is no event.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    _require_status(application, "draft", "submitted", "reserve", "admitted")
    withdrawn = _in_status(application, "withdrawn", stamp)
    if application.submitted_at is None:
        return replace(withdrawn, version=application.version + 1), ()
    event = ApplicationWithdrawnV1(state=public(withdrawn), changed=("status",))
    return withdrawn, (event,)


def public(application: Application) -> ApplicationState:
    """Give the state that other services may copy: without the statement."""
    return ApplicationState(
        id=application.id,
        exchange_id=application.exchange_id,
        city_id=application.city_id,
        side=application.side,
        status=application.status,
        illustrative=application.illustrative,
    )


def _waivers(
    exchange: Exchange, city: CityFacts, reason: str | None, stamp: Stamp
) -> tuple[Waiver, ...]:
    missed = [
        threshold
        for threshold in exchange.terms.thresholds
        if city.population is None or city.population < threshold.min_population
    ]
    for threshold in missed:
        if threshold.kind == ThresholdKind.HARD and city.population is not None:
            raise ApplicationThresholdMissed(
                f"The city has {city.population} inhabitants; {threshold.min_population} are "
                "needed, and this threshold can't be waived."
            )
    if missed and reason is None:
        raise ApplicationWaiverMissing
    return tuple(Waiver(each.min_population, reason or "", stamp.by, stamp.at) for each in missed)


def _require_status(application: Application, *fit: Status) -> None:
    if application.status not in fit:
        raise ApplicationStatusUnfit(f"The application is {application.status}.")


def _in_status(application: Application, status: Status, stamp: Stamp) -> Application:
    return _stamped(replace(application, status=status), stamp)


def _stamped(application: Application, stamp: Stamp) -> Application:
    return replace(application, changed_by=stamp.by, changed_at=stamp.at)
