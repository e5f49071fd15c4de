"""Applications: from a city's draft to the programme team's decision.

    draft ── submit ─▶ submitted ── assess ─▶ eligible │ ineligible
    submitted, eligible ── admit ─▶ admitted
    submitted, eligible, admitted ── reserve ─▶ reserve ── admit, step in ─▶ admitted
    submitted, eligible, ineligible, reserve ── reject ─▶ rejected
    (all but rejected) ── withdraw ─▶ withdrawn ── submit, before the deadline ─▶ submitted

Promises that a draft leaves no event: nobody but its city and the officers knows of it.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from services.matching.domain.eligibility import CityFacts, Finding, Waiver, missed, waive
from services.matching.domain.exchanges import Exchange
from services.matching.domain.programmes import Stamp
from services.matching.errors import (
    ApplicationCapacityExceeded,
    ApplicationCityUnknown,
    ApplicationCityWithdrawn,
    ApplicationSideMismatch,
    ApplicationStatusUnfit,
    ApplicationThresholdMissed,
    CallClosed,
)
from shared.contracts.matching import (
    ApplicationAdmittedV1,
    ApplicationAssessedV1,
    ApplicationEvent,
    ApplicationRejectedV1,
    ApplicationState,
    ApplicationSubmittedV1,
    ApplicationWithdrawnV1,
    Side,
)
from shared.ids import ApplicationId, CityId, ExchangeId, TopicCode

Status = Literal[
    "draft", "submitted", "eligible", "ineligible", "admitted", "reserve", "rejected", "withdrawn"
]
NOT_ADMITTED: tuple[Status, ...] = tuple(each for each in get_args(Status) if each != "admitted")
"""Every other status: who has one does not take part in rounds."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a city says of itself for this exchange, for scores and for its own limits."""

    projects: tuple[TopicCode, ...] = ()
    """Topics in which it has an ongoing project."""
    maturity: int | None = None
    """Experience with city cooperation: 0 none, 4 has led several; None is unknown."""
    prefers: tuple[str, ...] = ()
    """Countries that it would rather work with; ISO 3166-1 alpha-2."""
    capacity: int | None = None
    """Partners that it wants at most; None: as many as the exchange allows."""


NO_CRITERIA = Criteria()


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
    criteria: Criteria = NO_CRITERIA
    findings: tuple[Finding, ...] = ()
    """What the last assessment found against it."""
    rank: int | None = None
    """Its place on the reserve list of its side, 1 first; None: none, or not on the list."""
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


def capacity_of(application: Application, exchange: Exchange) -> int:
    """Give how many partners the city takes at most: its own limit within the exchange's."""
    partners = exchange.terms.max_partners
    most = partners.eu if application.side == "eu" else partners.partner
    return min(most, application.criteria.capacity or most)


def require_capacity(criteria: Criteria, side: Side, exchange: Exchange) -> None:
    """Let pass a wish for no more partners than the exchange allows on that side.

    Raises:
        ApplicationCapacityExceeded: 422.
    """
    partners = exchange.terms.max_partners
    most = partners.eu if side == "eu" else partners.partner
    if criteria.capacity is not None and criteria.capacity > most:
        raise ApplicationCapacityExceeded(most)


def revise_draft(
    application: Application, statement: str | None, criteria: Criteria | None, stamp: Stamp
) -> Application:
    """Write statement or criteria anew; None leaves them as they are.

    Raises:
        ApplicationStatusUnfit: it is no draft any more (409).
    """
    require_status(application, "draft")
    draft = replace(
        application,
        statement=application.statement if statement is None else statement,
        criteria=criteria or application.criteria,
        version=application.version + 1,
    )
    return _stamped(draft, stamp)


def submit(
    application: Application, exchange: Exchange, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Hand the application in.

    Raises:
        CallClosed: the deadline has passed (409).
        ApplicationStatusUnfit: it was handed in already (409).
    """
    require_status(application, "draft", "withdrawn")
    require_open_call(exchange, stamp.at)
    submitted = in_status(application, "submitted", stamp)
    submitted = replace(submitted, submitted_at=stamp.at)
    return submitted, ApplicationSubmittedV1(state=public(submitted), changed=("status",))


def assess(
    application: Application,
    exchange: Exchange,
    city: CityFacts | None,
    waiver: str | None,
    stamp: Stamp,
) -> tuple[Application, ApplicationEvent]:
    """Find whether the city is eligible; ``waiver`` says why thresholds are not applied.

    It may be assessed again when the register knows more. A hard threshold is not waived here
    either: the city is then ineligible, with what stands against it on record.

    Raises:
        ApplicationCityUnknown, ApplicationSideMismatch: 422.
        ApplicationStatusUnfit, ApplicationCityWithdrawn: 409.
    """
    require_status(application, "submitted", "eligible", "ineligible")
    city = _require_taking_part(application, exchange, city)
    waivers = application.waivers
    if waiver is not None:
        with suppress(ApplicationThresholdMissed):
            waivers = waive(exchange.terms, city, waivers, waiver, stamp)
    found = missed(exchange.terms, city, waivers)
    assessed = in_status(application, "ineligible" if found else "eligible", stamp)
    assessed = replace(assessed, waivers=waivers, findings=found)
    changed = ("status",) if assessed.status != application.status else ()
    return assessed, ApplicationAssessedV1(state=public(assessed), changed=changed)


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
    require_status(application, "submitted", "eligible", "reserve")
    city = _require_taking_part(application, exchange, city)
    waivers = waive(exchange.terms, city, application.waivers, waiver, stamp)
    admitted = in_status(application, "admitted", stamp)
    admitted = replace(admitted, waivers=waivers, findings=(), decision_reason=None, rank=None)
    return admitted, ApplicationAdmittedV1(state=public(admitted), changed=("status",))


def reject(
    application: Application, reason: str, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Decide against the city.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    require_status(application, "submitted", "eligible", "ineligible", "reserve")
    rejected = replace(in_status(application, "rejected", stamp), decision_reason=reason, rank=None)
    return rejected, ApplicationRejectedV1(state=public(rejected), changed=("status",))


def withdraw(
    application: Application, stamp: Stamp
) -> tuple[Application, tuple[ApplicationEvent, ...]]:
    """Take the application back; a draft's withdrawal is no event.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    require_status(
        application, "draft", "submitted", "eligible", "ineligible", "reserve", "admitted"
    )
    withdrawn = replace(in_status(application, "withdrawn", stamp), rank=None)
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


def _require_taking_part(
    application: Application, exchange: Exchange, city: CityFacts | None
) -> CityFacts:
    if city is None:
        raise ApplicationCityUnknown("The register has not told us of this city yet.")
    if city.withdrawn:
        raise ApplicationCityWithdrawn
    require_side(application.side, city.country, exchange)
    return city


def require_status(application: Application, *fit: Status) -> None:
    """Let pass an application in one of these states.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    if application.status not in fit:
        raise ApplicationStatusUnfit(f"The application is {application.status}.")


def in_status(application: Application, status: Status, stamp: Stamp) -> Application:
    """Give the application in another state, with who brought it there and when."""
    return _stamped(replace(application, status=status), stamp)


def _stamped(application: Application, stamp: Stamp) -> Application:
    return replace(application, changed_by=stamp.by, changed_at=stamp.at)
