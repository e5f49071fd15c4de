"""Who may take part in an exchange: its thresholds against what the register says of a body.

A group counts by the sum of its members' populations, which the register has made already.
Promises that a threshold which was not applied is on record with who waived it and why.
"""

from dataclasses import dataclass
from datetime import datetime

from services.matching.domain.programmes import Stamp
from services.matching.domain.terms import Terms, Threshold, ThresholdKind
from services.matching.errors import ApplicationThresholdMissed, ApplicationWaiverMissing


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
class Finding:
    """A threshold that a body is below, or may be: its population when it was looked at."""

    min_population: int
    kind: ThresholdKind
    population: int | None
    """None is unknown: only an officer's waiver helps until the register knows it."""


def missed(terms: Terms, city: CityFacts, waivers: tuple[Waiver, ...]) -> tuple[Finding, ...]:
    """Give the thresholds that stand against a body: those it misses and nobody has waived."""
    waived = {each.min_population for each in waivers}
    return tuple(
        Finding(each.min_population, each.kind, city.population)
        for each in terms.thresholds
        if _misses(city, each) and not (each.min_population in waived and _waivable(city, each))
    )


def waive(
    terms: Terms,
    city: CityFacts,
    waivers: tuple[Waiver, ...],
    reason: str | None,
    stamp: Stamp,
) -> tuple[Waiver, ...]:
    """Give the waivers with those that the missed thresholds need, for this reason.

    Raises:
        ApplicationThresholdMissed: one is hard and the body is known to be below it (409).
        ApplicationWaiverMissing: some are needed and there is no reason (409).
    """
    open_ = missed(terms, city, waivers)
    for each in open_:
        if each.kind is ThresholdKind.HARD and each.population is not None:
            raise ApplicationThresholdMissed(
                f"The city has {each.population} inhabitants; {each.min_population} are "
                "needed, and this threshold can't be waived."
            )
    if open_ and reason is None:
        raise ApplicationWaiverMissing
    new = (Waiver(each.min_population, reason or "", stamp.by, stamp.at) for each in open_)
    return (*waivers, *new)


def _misses(city: CityFacts, threshold: Threshold) -> bool:
    return city.population is None or city.population < threshold.min_population


def _waivable(city: CityFacts, threshold: Threshold) -> bool:
    """A hard threshold is waived only while nobody knows that the body is below it."""
    return threshold.kind is ThresholdKind.SOFT or city.population is None
