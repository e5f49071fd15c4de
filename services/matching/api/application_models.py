"""What goes in and out at `/v1/applications`."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.matching.api.exchange_models import Partners
from services.matching.domain.applications import Application, Criteria, Status
from services.matching.domain.terms import ThresholdKind
from shared.contracts.matching import Side
from shared.ids import ApplicationId, CityId, CityRef, ExchangeId, ExchangeRef, TopicRef
from shared.web import CountryCode, Input, Output, Text, Version

MAX_STATEMENT_CHARS = 4000
"""Two pages: what the forms of the real calls asked for."""

MAX_PROJECTS = 20
MAX_COUNTRIES = 30
"""All of the EU and some: a longer list prefers nobody."""

MAX_MATURITY = 4

Statement = Annotated[str, Field(min_length=1, max_length=MAX_STATEMENT_CHARS)]


Projects = Annotated[tuple[TopicRef, ...], Field(max_length=MAX_PROJECTS)]
Countries = Annotated[tuple[CountryCode, ...], Field(max_length=MAX_COUNTRIES)]


class CriteriaModel(Input):
    """What the city says of itself for this exchange."""

    projects: Projects = ()
    """Topics in which it has an ongoing project."""
    maturity: Annotated[int, Field(ge=0, le=MAX_MATURITY)] | None = None
    """Experience with city cooperation: 0 none, 4 has led several."""
    prefers: Countries = ()
    """Countries that it would rather work with."""
    capacity: Partners | None = None
    """Partners that it wants at most; null: as many as the exchange allows."""

    def criteria(self) -> Criteria:
        """Give them as the domain has them; what is named twice counts once."""
        projects, prefers = dict.fromkeys(self.projects), dict.fromkeys(self.prefers)
        return Criteria(tuple(projects), self.maturity, tuple(prefers), self.capacity)


class ApplicationInput(Input):
    """An application to begin, as a draft."""

    exchange_id: ExchangeRef
    city_id: CityRef
    side: Side
    statement: Statement
    criteria: CriteriaModel = CriteriaModel()
    illustrative: bool = False
    """Whether it was generated for a demonstration."""


class DraftChanges(Input):
    """What to change of a draft; what is left out stays."""

    statement: Statement | None = None
    criteria: CriteriaModel | None = None
    """Replaces all criteria."""


class AdmissionInput(Input):
    """An assessment or admission; `waiver_reason` says why a soft threshold is not applied."""

    waiver_reason: Text | None = None


class DecisionInput(Input):
    """Why a city goes to the reserve list, or is rejected."""

    reason: Text


class WaiverOut(Output):
    """A threshold that was not applied, and why."""

    min_population: int
    reason: str
    by: str
    at: datetime


class FindingOut(Output):
    """A threshold that the city is below, or may be where its population is unknown."""

    min_population: int
    kind: ThresholdKind
    population: int | None


class ApplicationOut(Output):
    """One city's expression of interest in one exchange."""

    id: ApplicationId
    exchange_id: ExchangeId
    city_id: CityId
    side: Side
    status: Status
    statement: str
    illustrative: bool
    submitted_at: datetime | None
    decision_reason: str | None
    waivers: tuple[WaiverOut, ...]
    criteria: CriteriaModel
    findings: tuple[FindingOut, ...]
    """What the last assessment found against the city."""
    rank: int | None
    """Its place on the reserve list of its side, 1 first."""
    created_by: str
    created_at: datetime
    changed_at: datetime
    version: Version

    @classmethod
    def of(cls, application: Application) -> "ApplicationOut":
        """Show an application to those who may read it."""
        return cls.model_validate(application, from_attributes=True)
