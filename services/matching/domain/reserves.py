"""The reserve list of one side of an exchange: who steps in first when a city is left alone.

Promises one order that everybody can check: by place, and of equal places the earlier application.
"""

from collections.abc import Iterable
from dataclasses import replace

from services.matching.domain.applications import (
    Application,
    in_status,
    public,
    require_status,
)
from services.matching.domain.programmes import Stamp
from shared.contracts.matching import (
    ApplicationAdmittedV1,
    ApplicationEvent,
    ApplicationReservedV1,
)


def in_order(reserves: Iterable[Application]) -> list[Application]:
    """Sort the applications of a list, first to step in first."""
    return sorted(reserves, key=lambda each: (each.rank or 0, each.id))


def next_place(reserves: Iterable[Application]) -> int:
    """Give the place behind all that are on the list."""
    return max((each.rank or 0 for each in reserves), default=0) + 1


def reserve(
    application: Application, reason: str, rank: int, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Put the city on the reserve list of its side, at a place that is free.

    Raises:
        ApplicationStatusUnfit: 409.
    """
    require_status(application, "submitted", "eligible", "admitted")
    reserved = in_status(application, "reserve", stamp)
    reserved = replace(reserved, decision_reason=reason, rank=rank)
    return reserved, ApplicationReservedV1(state=public(reserved), changed=("status",))


def move(
    application: Application, place: int, stamp: Stamp
) -> tuple[Application, tuple[ApplicationEvent, ...]]:
    """Give it another place of its reserve list; its old place again is no event.

    Raises:
        ApplicationStatusUnfit: it is not on the list (409).
    """
    require_status(application, "reserve")
    if application.rank == place:
        return application, ()
    moved = replace(application, rank=place, changed_by=stamp.by, changed_at=stamp.at)
    return moved, (ApplicationReservedV1(state=public(moved), changed=("rank",)),)


def step_in(
    application: Application, reason: str, stamp: Stamp
) -> tuple[Application, ApplicationEvent]:
    """Admit a city of the reserve list for which a re-match has found a partner.

    Its eligibility was decided when it was put on the list.

    Raises:
        ApplicationStatusUnfit: it has left the list meanwhile (409).
    """
    require_status(application, "reserve")
    admitted = in_status(application, "admitted", stamp)
    admitted = replace(admitted, decision_reason=reason, rank=None)
    return admitted, ApplicationAdmittedV1(state=public(admitted), changed=("status",))
