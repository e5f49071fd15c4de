"""Thirty rule sets that cannot be kept, written by hand, and the rules that an officer should hear.

Each is what somebody could set up by mistake. Cities of the EU side are called after countries,
those of the other after provinces; all seek and offer the same topic unless it says otherwise, so
that every pair is a candidate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.matching.solver.problem import (
    City,
    Level,
    Pair,
    Problem,
    Quota,
    Rules,
    Selection,
    Shape,
    Weights,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One rule set; ``kinds`` are the kinds of the rules in conflict, sorted, one per rule."""

    name: str
    problem: Problem
    kinds: tuple[str, ...]


_WATER = (Level("water", 4, 4),)


def _city(id_: str, levels: Sequence[Level] = _WATER, capacity: int = 1) -> City:
    """Give a city; its country is the part of its name before the number."""
    country = id_.rstrip("0123456789").upper()
    return City(id_, capacity, 500_000, 2, ("en",), tuple(levels), country=country)


def _problem(eu: str, partner: str, rules: Rules | None = None) -> Problem:
    """Give a problem of such cities; names are parted by blanks."""
    return Problem(
        tuple(map(_city, eu.split())),
        tuple(map(_city, partner.split())),
        Weights(),
        rules=rules or Rules(),
    )


def _pairs(names: str) -> tuple[Pair, ...]:
    """Give pairs: ``de1+on1 de2+on1``."""
    return tuple(Pair(*name.split("+")) for name in names.split())


def _locked(problem: Problem, names: str) -> Problem:
    return replace(problem, locks=_pairs(names))


def _vetoed(problem: Problem, names: str) -> Problem:
    return replace(problem, vetoes=_pairs(names))


def _with_quotas(problem: Problem, *quotas: Quota) -> Problem:
    return replace(problem, rules=replace(problem.rules, quotas=quotas))


_FOUR = _problem("de1 de2 fr1 fr2", "on1 on2 qc1 qc2")
_TWO = _problem("de1 de2", "on1 on2")
_ROOMY = replace(_FOUR, eu=(replace(_FOUR.eu[0], capacity=2), *_FOUR.eu[1:]))
_FOR_DE1 = Quota("a partner for de1", Selection(eu_city_id="de1"), least=1)
_FOR_DE2 = Quota("a partner for de2", Selection(eu_city_id="de2"), least=1)
_LOCKS_AND_VETOES = (
    Case(
        "a pair is locked and vetoed",
        _vetoed(_locked(_FOUR, "de1+on1 fr1+qc1"), "de1+on1 fr2+qc2"),
        ("lock", "veto"),
    ),
    Case(
        "two locks of a city with one place",
        _locked(_FOUR, "de1+on1 de1+on2 fr1+qc1"),
        ("capacity", "lock", "lock"),
    ),
    Case(
        "two locks of a partner city with one place",
        _locked(_FOUR, "de1+on1 de2+on1"),
        ("capacity", "lock", "lock"),
    ),
    Case(
        "three locks of a city with two places",
        _locked(_ROOMY, "de1+on1 de1+on2 de1+qc1"),
        ("capacity", "lock", "lock", "lock"),
    ),
    Case("a locked city has withdrawn", _locked(_FOUR, "de1+on1 it1+qc1"), ("lock",)),
    Case(
        "a city must have a partner and all are vetoed",
        _vetoed(_with_quotas(_TWO, _FOR_DE1), "de1+on1 de1+on2"),
        ("quota_least", "veto", "veto"),
    ),
    Case(
        "the only partner of a city is locked to another",
        _vetoed(_with_quotas(_locked(_TWO, "de1+on1"), _FOR_DE2), "de2+on2"),
        ("capacity", "lock", "quota_least", "veto"),
    ),
    Case(
        "every pair is vetoed",
        _vetoed(_TWO, "de1+on1 de1+on2 de2+on1 de2+on2"),
        ("veto",) * 4,
    ),
)

_GERMAN = Selection(eu_country="DE")
_FRENCH = Selection(eu_country="FR")
_ONTARIO = Selection(partner_country="ON")
_CELL = Selection(eu_country="DE", partner_country="ON")
_EVERYTHING = Selection()
_QUOTAS = (
    Case(
        "more German pairs asked for than German cities have places",
        _with_quotas(_FOUR, Quota("Germany", _GERMAN, least=3)),
        ("capacity", "capacity", "quota_least"),
    ),
    Case(
        "one country asked for more than the whole round may have",
        _with_quotas(_FOUR, Quota("Germany", _GERMAN, least=2), Quota("size", _EVERYTHING, most=1)),
        ("quota_least", "quota_most"),
    ),
    Case(
        "two countries together are asked for more than the round may have",
        _with_quotas(
            _FOUR,
            Quota("Germany", _GERMAN, least=2),
            Quota("France", _FRENCH, least=1),
            Quota("size", _EVERYTHING, most=2),
        ),
        ("quota_least", "quota_least", "quota_most"),
    ),
    Case(
        "a round larger than both countries may make it",
        _with_quotas(
            _FOUR,
            Quota("Germany", _GERMAN, most=1),
            Quota("France", _FRENCH, most=1),
            Quota("size", _EVERYTHING, least=3),
        ),
        ("quota_least", "quota_most", "quota_most"),
    ),
    Case(
        "a cell asked for beyond what its country may have",
        _with_quotas(
            _FOUR,
            Quota("Germany with Ontario", _CELL, least=2),
            Quota("Ontario", _ONTARIO, most=1),
        ),
        ("quota_least", "quota_most"),
    ),
    Case(
        "a country asked for that nobody comes from",
        _with_quotas(_FOUR, Quota("Italy", Selection(eu_country="IT"), least=1)),
        ("quota_least",),
    ),
    Case(
        "locks beyond what a country may have",
        _with_quotas(_locked(_FOUR, "de1+on1 de2+qc1"), Quota("Germany", _GERMAN, most=1)),
        ("lock", "lock", "quota_most"),
    ),
    Case(
        "a lock in a cell that must stay empty",
        _with_quotas(_locked(_FOUR, "de1+on1"), Quota("Germany with Ontario", _CELL, most=0)),
        ("lock", "quota_most"),
    ),
    Case(
        "a city must have a partner, but its country may have none",
        _with_quotas(
            _FOUR,
            Quota("a partner for de1", Selection(eu_city_id="de1"), least=1),
            Quota("Germany", _GERMAN, most=0),
        ),
        ("quota_least", "quota_most"),
    ),
    Case(
        "one quota that contradicts itself",
        _with_quotas(_FOUR, Quota("Germany", _GERMAN, least=2, most=1)),
        ("quota_least", "quota_most"),
    ),
    Case(
        "a larger round than the smaller side has places for",
        _with_quotas(
            _problem("de1 de2 de3 de4 de5 fr1 fr2 fr3", "on1 on2 on3 qc1 qc2"),
            Quota("size", _EVERYTHING, least=6),
        ),
        ("capacity", "quota_least"),
    ),
    Case(
        "locks leave too few places for a cell",
        _with_quotas(
            _locked(_FOUR, "fr1+on1 fr2+on2"), Quota("Germany with Ontario", _CELL, least=1)
        ),
        ("capacity", "capacity", "lock", "lock", "quota_least"),
    ),
    Case(
        "a round that may have no pair at all",
        _with_quotas(_FOUR, Quota("size", _EVERYTHING, most=0)),
        ("quota_most",),
    ),
)

_TAKERS = tuple(_city(name, [Level("water", 5, 0)]) for name in ("de1", "de2"))
_ASKERS = replace(_FOUR, eu=(*_TAKERS, *_FOUR.eu[2:]))
_ALL_MET = _pairs("de1+on1 de1+on2 de1+qc1 de1+qc2 de2+on1 de2+on2 de2+qc1 de2+qc2")
_STRICT = replace(_FOUR, rules=Rules(min_score=900_000))
_AIR = Selection(topic="air")
_ONE_ON_AIR = replace(_FOUR, eu=(_city("de1", [*_WATER, Level("air", 1, 1)]), *_FOUR.eu[1:]))
_NEAR = (_city("on1", [*_WATER, Level("air", 1, 1)]), *_FOUR.partner[1:])
_CANDIDATES = (
    Case(
        "nobody scores as much as the exchange wants",
        _STRICT,
        ("candidates",),
    ),
    Case(
        "nobody offers what the others seek",
        replace(_FOUR, eu=_TAKERS),
        ("candidates",),
    ),
    Case(
        "German pairs are asked for, but German cities offer nothing",
        _with_quotas(_ASKERS, Quota("Germany", _GERMAN, least=1)),
        ("candidates", "quota_least"),
    ),
    Case(
        "German pairs are asked for, but all of them have met",
        replace(
            _FOUR,
            met=_ALL_MET,
            rules=Rules(avoid_met=True, quotas=(Quota("Germany", _GERMAN, least=1),)),
        ),
        ("candidates", "quota_least"),
    ),
    Case(
        "two pairs on a topic that one pair could carry",
        _with_quotas(replace(_ONE_ON_AIR, partner=_NEAR), Quota("air", _AIR, least=2)),
        ("quota_least",),
    ),
    Case(
        "the one pair on a topic is vetoed",
        _vetoed(
            _with_quotas(replace(_ONE_ON_AIR, partner=_NEAR), Quota("air", _AIR, least=1)),
            "de1+on1",
        ),
        ("quota_least", "veto"),
    ),
)

_TRIOS = _problem("de1 de2 fr1", "on1 on2 qc1", Rules(shape=Shape.TRIOS))
_MENTORS = _problem("de1 de2 fr1", "on1 on2 qc1", Rules(shape=Shape.MENTORS))
_GROUPS = (
    Case("too few cities for a trio", _problem("de1", "on1", _TRIOS.rules), ("shape",)),
    Case(
        "locks make a chain instead of a trio",
        _locked(_TRIOS, "de1+on1 de2+on1 de2+on2"),
        ("lock", "lock", "lock", "shape"),
    ),
    Case(
        "more learners are locked to a mentor than it may have",
        _locked(_MENTORS, "de1+on1 de1+on2 de1+qc1"),
        ("lock", "lock", "lock", "shape"),
    ),
)


def cases() -> tuple[Case, ...]:
    """Give the thirty rule sets."""
    return (*_LOCKS_AND_VETOES, *_QUOTAS, *_CANDIDATES, *_GROUPS)
