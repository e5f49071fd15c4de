"""The rules of an exchange's rounds, as they come in and go out."""

from typing import Annotated

from pydantic import Field

from services.matching.solver.problem import (
    POINTS,
    WEIGHTS_SUM,
    Mean,
    Policy,
    Quota,
    Rules,
    Selection,
    Shape,
    Weights,
)
from shared.ids import CityRef, TopicRef
from shared.web import CountryCode, Input, Name

MAX_QUOTAS = 200
"""A cell for each of 27 countries on one side and some cities: more is a list, not a rule."""

MAX_QUOTA_PAIRS = 100_000
"""Above the pairs of any programme; a longer number is a typing error."""

MAX_LEARNERS = 5
"""Of one mentor. The record has two; five is a class."""

MAX_RULE_POINTS = 100
"""Points are hundredths of a perfect score."""

_DEFAULTS = Rules()

Weight = Annotated[int, Field(ge=0, le=WEIGHTS_SUM)]
Pairs = Annotated[int, Field(ge=0, le=MAX_QUOTA_PAIRS)]
Points = Annotated[int, Field(ge=0, le=MAX_RULE_POINTS)]


class WeightsModel(Input):
    """How much each reason counts, per mille; together 1000."""

    mutual: Weight = 600
    """Needs of each side met by experience of the other."""
    peer: Weight = 150
    """Challenges that both share."""
    size: Weight = 120
    """Similar population."""
    language: Weight = 80
    """A working language in common."""
    zone: Weight = 50
    """Few hours between the clocks."""
    project: Weight = 0
    """Ongoing projects in a topic of the pair."""
    maturity: Weight = 0
    """Similar experience with such cooperation."""
    preference: Weight = 0
    """Each city's country is one that the other prefers."""
    novelty: Weight = 0
    """The two have not cooperated before."""

    def weights(self) -> Weights:
        """Give them as the domain has them."""
        return Weights(**self.model_dump())


class SelectionModel(Input):
    """Pairs that match everything that is named; nothing named is all pairs."""

    eu_city_id: CityRef | None = None
    partner_city_id: CityRef | None = None
    eu_country: CountryCode | None = None
    partner_country: CountryCode | None = None
    topic: TopicRef | None = None
    """The lead topic that a pair carries: one of its two best."""


class QuotaModel(Input):
    """At least and at most so many pairs of a selection; null does not bound."""

    name: Name
    """Unique in the exchange; what an answer calls the rule."""
    of: SelectionModel = SelectionModel()
    least: Pairs | None = None
    most: Pairs | None = None

    def quota(self) -> Quota:
        """Give it as the domain has it."""
        return Quota(self.name, Selection(**self.of.model_dump()), self.least, self.most)


class RulesModel(Input):
    """How the exchange wants its rounds solved."""

    policy: Policy = _DEFAULTS.policy
    """`best_worst`: most pairs, then the best worst pair, then the greatest total."""
    shape: Shape = _DEFAULTS.shape
    mean: Mean = _DEFAULTS.mean
    """How the needs met on both sides become one figure."""
    quotas: Annotated[tuple[QuotaModel, ...], Field(max_length=MAX_QUOTAS)] = ()
    min_score: Annotated[int, Field(ge=0, le=POINTS)] = _DEFAULTS.min_score
    """A pair below it is no candidate; 1,000,000 is a perfect pair."""
    avoid_met: bool = _DEFAULTS.avoid_met
    """Whether two cities that cooperated before are no candidate."""
    max_learners: Annotated[int, Field(ge=1, le=MAX_LEARNERS)] = _DEFAULTS.max_learners
    """Of one mentor."""
    stability_points: Points = _DEFAULTS.stability_points
    """For `near_stable`: what both cities must gain, in points, for a pair to block."""
    incumbent_points: Points = _DEFAULTS.incumbent_points
    """What an unanswered pair of the last published round is favoured by, in points."""
    turn_points: Points = _DEFAULTS.turn_points
    """What each earlier round in which a city went without favours its pairs by, in points."""

    def rules(self) -> Rules:
        """Give them as the domain has them."""
        plain = self.model_dump(exclude={"quotas"})
        return Rules(quotas=tuple(each.quota() for each in self.quotas), **plain)

    @classmethod
    def of(cls, rules: Rules) -> "RulesModel":
        """Show the rules of an exchange."""
        return cls.model_validate(rules, from_attributes=True)
