"""Fairness of exchanges and programmes, as data and as a page, counted when asked for."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from services.matching.fairness_page import page, sentences
from services.matching.store import topic_labels
from services.matching.usecases.fairness import Counted, of_exchange, of_programme
from shared.auth import Anyone
from shared.commands import Database
from shared.ids import ExchangeRef, ProgrammeRef
from shared.mongo import Mongo
from shared.web import Output

ROUTES = APIRouter(tags=["fairness"])


class GroupOut(Output):
    """What became of the applications of one group; the outcomes sum to `applied`."""

    name: str
    """A side, a country, a size class, a topic's code, `unknown`, or `others` for small groups."""
    applied: int
    cooperating: int
    """Both cities said yes, whatever came after."""
    proposed: int
    without: int
    """Admitted, and no partner."""
    reserve: int
    pending: int
    not_admitted: int
    """Rejected, found ineligible, or withdrawn."""
    rounds_without: int
    """Published rounds in which a city went without, of all its cities together."""
    longest_without: int
    waited_days: int | None
    """The median from the application to a partner, or to now for admitted cities without one."""


class DimensionOut(Output):
    """All groups of one kind; for topics each city counts in each of its topics."""

    kind: Literal["side", "country", "size", "topic"]
    groups: tuple[GroupOut, ...]


class FairnessOut(Output):
    """Who applied, got a partner, waits: in all, and by side, country, size and topic."""

    name: str
    counted_at: datetime
    rounds: int
    whole: GroupOut
    dimensions: tuple[DimensionOut, ...]
    pooled_below: int
    """Groups of fewer cities are under `others`, except for officers."""
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, counted: Counted) -> "FairnessOut":
        """Show a report."""
        found = counted.fairness
        return cls(
            name=counted.name,
            counted_at=found.counted_at,
            rounds=found.rounds,
            whole=GroupOut.model_validate(found.whole, from_attributes=True),
            dimensions=tuple(
                DimensionOut.model_validate(each, from_attributes=True) for each in found.dimensions
            ),
            pooled_below=found.pooled_below,
            sentences=tuple(sentences(found)),
        )


@ROUTES.get("/v1/exchanges/{exchange_id}/fairness")
async def read_exchange_fairness(
    exchange_id: ExchangeRef, mongo: Database, who: Anyone
) -> FairnessOut:
    """Count who applied to an exchange, who got a partner and who waits."""
    return FairnessOut.of(await of_exchange(mongo, who, exchange_id))


@ROUTES.get("/v1/exchanges/{exchange_id}/fairness/page", response_class=HTMLResponse)
async def show_exchange_fairness(
    exchange_id: ExchangeRef, mongo: Database, who: Anyone
) -> Response:
    """Show the same as one page with plots; it needs no network and can be published as it is."""
    return await _page(mongo, await of_exchange(mongo, who, exchange_id))


@ROUTES.get("/v1/programmes/{programme_id}/fairness")
async def read_programme_fairness(
    programme_id: ProgrammeRef, mongo: Database, who: Anyone
) -> FairnessOut:
    """Count the same over all exchanges of a programme: a city counts once per application."""
    return FairnessOut.of(await of_programme(mongo, who, programme_id))


@ROUTES.get("/v1/programmes/{programme_id}/fairness/page", response_class=HTMLResponse)
async def show_programme_fairness(
    programme_id: ProgrammeRef, mongo: Database, who: Anyone
) -> Response:
    """Show the same as one page with plots."""
    return await _page(mongo, await of_programme(mongo, who, programme_id))


async def _page(mongo: Mongo, counted: Counted) -> Response:
    codes = {
        group.name
        for dimension in counted.fairness.dimensions
        if dimension.kind == "topic"
        for group in dimension.groups
    }
    labels = await topic_labels(mongo, codes)
    return HTMLResponse(page(counted.name, counted.fairness, labels))
