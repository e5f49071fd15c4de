"""The terms of an exchange: every rule of its call and of its rounds, as data.

Promises that terms which can't be meant so are refused with every field that is wrong at once, and
that what only a round can tell (whether the rules leave an answer) is left to the round.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.matching.errors import ExchangeRulesInvalid, ExchangeWeightsUnbalanced
from services.matching.solver.problem import (
    WEIGHTS_SUM,
    Quota,
    Rules,
    Shape,
    Weights,
    unsupported,
)
from shared.errors import FieldError
from shared.ids import ProgrammeId

DEFAULT_ANSWER_DAYS = 14
"""Two weeks: a mayor's office decides within one council session. Programmes set their own."""


DEFAULT_RULES = Rules()


class ThresholdKind(StrEnum):
    """Whether a threshold can be waived."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least number of inhabitants of a participating body, a group's members summed."""

    min_population: int
    kind: ThresholdKind


@dataclass(frozen=True, slots=True)
class MaxPartners:
    """Partners that one city may have in the exchange, per side."""

    eu: int = 1
    partner: int = 1


class RematchMode(StrEnum):
    """Who has the cities matched anew that a decline or a lapse leaves alone."""

    MANUAL = "manual"
    """An officer asks for it and publishes it."""
    AUTOMATIC = "automatic"
    """The worker does, at once; pairs that await answers are kept as they are."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an exchange is set up with."""

    programme_id: ProgrammeId
    name: str
    partner_country: str
    time_zone: str
    deadline_date: date
    max_partners: MaxPartners
    weights: Weights
    thresholds: tuple[Threshold, ...] = ()
    rules: Rules = DEFAULT_RULES
    answer_days: int = DEFAULT_ANSWER_DAYS
    """Days that cities have to answer a proposed pairing, to 23:59 of the last in the zone."""
    rematch: RematchMode = RematchMode.MANUAL


@dataclass(frozen=True, slots=True)
class Changes:
    """What of an exchange can be revised; None leaves it as it is."""

    name: str | None = None
    max_partners: MaxPartners | None = None
    weights: Weights | None = None
    thresholds: tuple[Threshold, ...] | None = None
    rules: Rules | None = None
    answer_days: int | None = None
    rematch: RematchMode | None = None


REVISABLE = (
    "name", "max_partners", "weights", "thresholds", "rules", "answer_days", "rematch",
)  # fmt: skip


def revised(terms: Terms, changes: Changes) -> tuple[Terms, tuple[str, ...]]:
    """Give the terms after the changes, and the names of those that differ.

    Raises:
        ExchangeWeightsUnbalanced, ExchangeRulesInvalid: 422.
    """
    given = {name: getattr(changes, name) for name in REVISABLE}
    wanted = {name: value for name, value in given.items() if value is not None}
    after = replace(terms, **wanted)
    require_sound(after)
    return after, tuple(name for name in wanted if wanted[name] != getattr(terms, name))


def require_sound(terms: Terms) -> None:
    """Let pass terms that can be meant so.

    Raises:
        ExchangeWeightsUnbalanced: the weights don't sum to 1000 (422).
        ExchangeRulesInvalid: every rule that can't be meant so, by field (422).
    """
    weights = terms.weights
    total = (
        weights.mutual + weights.peer + weights.size + weights.language + weights.zone
        + weights.project + weights.maturity + weights.preference + weights.novelty
    )  # fmt: skip
    if total != WEIGHTS_SUM:
        raise ExchangeWeightsUnbalanced(total)
    wrong = list(_wrong(terms))
    if wrong:
        raise ExchangeRulesInvalid(tuple(wrong))


def _wrong(terms: Terms) -> Iterator[FieldError]:
    rules = terms.rules
    names = Counter(quota.name for quota in rules.quotas)
    for place, quota in enumerate(rules.quotas):
        for field, message in _wrong_of(quota, terms):
            yield _error(f"quotas/{place}/{field}", message)
        if names[quota.name] > 1:
            yield _error(f"quotas/{place}/name", "is the name of another quota too")
    impossible = unsupported(rules)
    if impossible is not None:
        yield FieldError("/rules", ExchangeRulesInvalid.code, impossible)
    if rules.shape is not Shape.PAIRS and terms.max_partners != MaxPartners():
        yield _error("shape", "sets how many partners a city has: leave max_partners at 1")


def _wrong_of(quota: Quota, terms: Terms) -> Iterator[tuple[str, str]]:
    if quota.least is None and quota.most is None:
        yield "least", "or most is needed: a quota without either rules nothing"
    if quota.least is not None and quota.most is not None and quota.least > quota.most:
        yield "least", f"is more than most ({quota.most})"
    if quota.of.eu_country == terms.partner_country:
        yield "of/eu_country", "is the exchange's partner country"
    if quota.of.partner_country not in (None, terms.partner_country):
        yield "of/partner_country", f"is not the exchange's partner country {terms.partner_country}"


def _error(field: str, message: str) -> FieldError:
    return FieldError(f"/rules/{field}", ExchangeRulesInvalid.code, message)
