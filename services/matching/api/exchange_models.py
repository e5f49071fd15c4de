"""What goes in and out at `/v1/programmes` and `/v1/exchanges`."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.matching.api.parts import Day
from services.matching.api.rule_models import RulesModel, WeightsModel
from services.matching.domain.exchanges import Exchange
from services.matching.domain.programmes import Programme
from services.matching.domain.terms import (
    DEFAULT_ANSWER_DAYS,
    Changes,
    MaxPartners,
    RematchMode,
    Terms,
    Threshold,
    ThresholdKind,
)
from shared.ids import ExchangeId, ProgrammeId, ProgrammeRef
from shared.web import CountryCode, Input, Name, Output, Version

MAX_PARTNERS = 20
"""No exchange of the record went beyond 2; 20 leaves room for clusters and bounds a mistake."""

MAX_THRESHOLDS = 10
MAX_ANSWER_DAYS = 180
"""Half a year: councils that meet twice a year can answer; more would outlive the exchange."""

MAX_POPULATION = 100_000_000
"""Above the largest region of any programme; a longer number is a typing error."""

Partners = Annotated[int, Field(ge=1, le=MAX_PARTNERS)]
AnswerDays = Annotated[int, Field(ge=1, le=MAX_ANSWER_DAYS)]


class MaxPartnersModel(Input):
    """Partners that one city may have in the exchange, per side."""

    eu: Partners = 1
    partner: Partners = 1


class ThresholdModel(Input):
    """The least number of inhabitants; `soft` ones can be waived with a reason."""

    min_population: Annotated[int, Field(ge=1, le=MAX_POPULATION)]
    kind: ThresholdKind

    def threshold(self) -> Threshold:
        """Give it as the domain has it."""
        return Threshold(self.min_population, self.kind)


Thresholds = Annotated[tuple[ThresholdModel, ...], Field(max_length=MAX_THRESHOLDS)]


class ExchangeInput(Input):
    """An exchange to set up."""

    programme_id: ProgrammeRef
    name: Name
    partner_country: CountryCode
    time_zone: Annotated[str, Field(min_length=1, max_length=64)]
    """IANA name, such as `Europe/Brussels`."""
    deadline_date: Day
    """The call's last day; it ends at 23:59 in `time_zone`."""
    max_partners: MaxPartnersModel = MaxPartnersModel()
    weights: WeightsModel = WeightsModel()
    thresholds: Thresholds = ()
    rules: RulesModel = RulesModel()
    answer_days: AnswerDays = DEFAULT_ANSWER_DAYS
    """Days to answer a proposed pairing, to 23:59 of the last one in `time_zone`."""
    rematch: RematchMode = RematchMode.MANUAL
    """Whether an officer or the platform has cities matched anew whose partner declined."""

    def terms(self) -> Terms:
        """Give them as the domain has them."""
        return Terms(
            programme_id=self.programme_id,
            name=self.name,
            partner_country=self.partner_country,
            time_zone=self.time_zone,
            deadline_date=self.deadline_date,
            max_partners=MaxPartners(self.max_partners.eu, self.max_partners.partner),
            weights=self.weights.weights(),
            thresholds=tuple(each.threshold() for each in self.thresholds),
            rules=self.rules.rules(),
            answer_days=self.answer_days,
            rematch=self.rematch,
        )


class ExchangeChanges(Input):
    """What to change; what is left out stays."""

    name: Name | None = None
    max_partners: MaxPartnersModel | None = None
    weights: WeightsModel | None = None
    thresholds: Thresholds | None = None
    rules: RulesModel | None = None
    """Replaces all rules: what is left out of them gets its default."""
    answer_days: AnswerDays | None = None
    """Pairings that are proposed already keep their date."""
    rematch: RematchMode | None = None

    def changes(self) -> Changes:
        """Give them as the domain has them."""
        partners = self.max_partners
        return Changes(
            name=self.name,
            max_partners=MaxPartners(partners.eu, partners.partner) if partners else None,
            weights=self.weights.weights() if self.weights else None,
            thresholds=None
            if self.thresholds is None
            else tuple(each.threshold() for each in self.thresholds),
            rules=self.rules.rules() if self.rules else None,
            answer_days=self.answer_days,
            rematch=self.rematch,
        )


class ProgrammeOut(Output):
    """A funded edition."""

    id: ProgrammeId
    name: str
    starts_on: date
    ends_on: date
    created_at: datetime
    version: Version

    @classmethod
    def of(cls, programme: Programme) -> "ProgrammeOut":
        """Show a programme."""
        return cls.model_validate(programme, from_attributes=True)


class ExtensionOut(Output):
    """One move of the deadline, with its reason."""

    from_date: date
    to_date: date
    reason: str
    by: str
    at: datetime


class ExchangeOut(Output):
    """One strand of a programme."""

    id: ExchangeId
    programme_id: ProgrammeId
    name: str
    partner_country: str
    status: Literal["open", "closed"]
    time_zone: str
    deadline_date: date
    deadline_at: datetime
    """23:59 of `deadline_date` in `time_zone`, in UTC."""
    extensions: tuple[ExtensionOut, ...]
    max_partners: MaxPartnersModel
    weights: WeightsModel
    thresholds: tuple[ThresholdModel, ...]
    rules: RulesModel
    answer_days: int
    rematch: RematchMode
    created_at: datetime
    changed_at: datetime
    version: Version

    @classmethod
    def of(cls, exchange: Exchange) -> "ExchangeOut":
        """Show an exchange."""
        terms, partners = exchange.terms, exchange.terms.max_partners
        return cls(
            id=exchange.id,
            programme_id=terms.programme_id,
            name=terms.name,
            partner_country=terms.partner_country,
            status=exchange.status,
            time_zone=terms.time_zone,
            deadline_date=terms.deadline_date,
            deadline_at=exchange.deadline_at,
            extensions=tuple(
                ExtensionOut.model_validate(each, from_attributes=True)
                for each in exchange.extensions
            ),
            max_partners=MaxPartnersModel(eu=partners.eu, partner=partners.partner),
            weights=WeightsModel.model_validate(terms.weights, from_attributes=True),
            thresholds=tuple(
                ThresholdModel(min_population=each.min_population, kind=each.kind)
                for each in terms.thresholds
            ),
            rules=RulesModel.of(terms.rules),
            answer_days=terms.answer_days,
            rematch=terms.rematch,
            created_at=exchange.created_at,
            changed_at=exchange.changed_at,
            version=exchange.version,
        )
