"""What goes out at the routes that give reasons; points in integer units, 10,000 are one point."""

from collections.abc import Mapping
from typing import Literal

from services.matching.solver.problem import Pair
from services.matching.solver.reasons.answers import (
    Alternative,
    Change,
    CityReasons,
    Loss,
    PairReasons,
    RoundReasons,
    Standing,
)
from services.matching.solver.solution import Blocking
from shared.web import Output

Names = Mapping[str, str]
"""Names of cities by id; those that the registry has not told of are missing."""


class PairOut(Output):
    """An EU city and a partner city; a name is null until the registry has told of it."""

    eu_city_id: str
    eu_city_name: str | None
    partner_city_id: str
    partner_city_name: str | None

    @classmethod
    def of(cls, pair: Pair, names: Names) -> "PairOut":
        """Show a pair."""
        eu, partner = pair.eu_city_id, pair.partner_city_id
        return cls(
            eu_city_id=eu,
            eu_city_name=names.get(eu),
            partner_city_id=partner,
            partner_city_name=names.get(partner),
        )


class LossOut(Output):
    """What the programme would lose by another choice, all else being chosen anew for the best."""

    pairs: int
    """So many pairs fewer; below 0 is more."""
    points: int
    """So much less of score and bonus in total."""
    exact: bool
    """Else the loss is at least that."""
    leaves: tuple[PairOut, ...]
    """Chosen pairs that would go; known where `exact`."""
    comes: tuple[PairOut, ...]
    worst: int | None

    @classmethod
    def of(cls, loss: Loss, names: Names) -> "LossOut":
        """Show a loss."""
        return cls(
            pairs=loss.pairs,
            points=loss.points,
            exact=loss.exact,
            leaves=tuple(PairOut.of(each, names) for each in loss.leaves),
            comes=tuple(PairOut.of(each, names) for each in loss.comes),
            worst=loss.worst,
        )


class AlternativeOut(Output):
    """A pair of the city that was asked about, and what it would cost to insist on it."""

    pair: PairOut
    standing: Standing
    score: int
    loss: LossOut | None
    """Null where a lock or a veto decides against the pair."""
    partners: tuple[str, ...]
    """The cities that the other city is with now."""
    text: str

    @classmethod
    def of(cls, alternative: Alternative, names: Names, text: str) -> "AlternativeOut":
        """Show an alternative."""
        loss = alternative.loss
        return cls(
            pair=PairOut.of(alternative.pair, names),
            standing=alternative.standing,
            score=alternative.score,
            loss=None if loss is None else LossOut.of(loss, names),
            partners=alternative.partners,
            text=text,
        )


class BlockingOut(Output):
    """Two cities that would both rather have each other, by each one's own interest."""

    pair: PairOut
    eu_gain: int
    partner_gain: int

    @classmethod
    def of(cls, blocking: Blocking, names: Names) -> "BlockingOut":
        """Show a blocking pair."""
        return cls(
            pair=PairOut.of(blocking.pair, names),
            eu_gain=blocking.eu_gain,
            partner_gain=blocking.partner_gain,
        )


class CityReasonsOut(Output):
    """With whom a city is, and who would rather have it; its alternatives are a list beside."""

    city_id: str
    chosen: tuple[PairOut, ...]
    runner_up_city_id: str | None
    alternatives: int
    """How many there are at `/alternatives`."""
    blocking: tuple[BlockingOut, ...]
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, reasons: CityReasons, names: Names, told: tuple[str, ...]) -> "CityReasonsOut":
        """Show the reasons of a city."""
        return cls(
            city_id=reasons.city_id,
            chosen=tuple(PairOut.of(each, names) for each in reasons.chosen),
            runner_up_city_id=reasons.runner_up_city_id,
            alternatives=len(reasons.alternatives),
            blocking=tuple(BlockingOut.of(each, names) for each in reasons.blocking),
            sentences=told,
        )


class ReasonPartOut(Output):
    """One reason of a score; the parts sum exactly to it."""

    name: str
    points: int


class HeldOut(Output):
    """A city and what it is worth to the one that is with it."""

    city_id: str
    points: int


class InterestOut(Output):
    """What one city of a pair has of the other, by its own interest alone."""

    city_id: str
    points: int
    others: tuple[HeldOut, ...]
    """The same of each city that it is with in the round, apart from this one; best first."""


class ChangeOut(Output):
    """One change that would make the pair a chosen one: verified by solving the round again."""

    kind: Literal["level", "weight", "lock"]
    before: int
    after: int
    city_id: str | None
    topic: str | None
    direction: Literal["seeks", "offers"] | None
    weight: str | None

    @classmethod
    def of(cls, change: Change) -> "ChangeOut":
        """Show a change."""
        return cls.model_validate(change, from_attributes=True)


class PairReasonsOut(Output):
    """All of one pair, chosen or not; `parts` sum exactly to `score`."""

    pair: PairOut
    standing: Standing
    score: int
    bonus: int
    parts: tuple[ReasonPartOut, ...]
    interests: tuple[InterestOut, ...]
    """Of the EU city, and of the partner city."""
    locked: bool
    firm: bool | None
    """Of a chosen pair: whether every choice without it costs at least a point."""
    loss: LossOut | None
    """Of insisting on it; of doing without it where it is chosen."""
    changes: tuple[ChangeOut, ...]
    tried: int
    """Changes that were tried: none found among them is not a proof that there is none."""
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, reasons: PairReasons, names: Names, told: tuple[str, ...]) -> "PairReasonsOut":
        """Show the reasons of a pair."""
        loss = reasons.loss
        return cls(
            pair=PairOut.of(reasons.pair, names),
            standing=reasons.standing,
            score=reasons.score,
            bonus=reasons.bonus,
            parts=tuple(ReasonPartOut(name=e.name, points=e.points) for e in reasons.parts),
            interests=tuple(
                InterestOut.model_validate(each, from_attributes=True) for each in reasons.interests
            ),
            locked=reasons.locked,
            firm=reasons.firm,
            loss=None if loss is None else LossOut.of(loss, names),
            changes=tuple(ChangeOut.of(each) for each in reasons.changes),
            tried=reasons.tried,
            sentences=told,
        )


class SwapOut(Output):
    """Pairs that could leave and pairs that could come instead without any loss."""

    leaves: tuple[PairOut, ...]
    comes: tuple[PairOut, ...]


class RoundReasonsOut(Output):
    """Whether the round's choice is the only one as good, and who would rather have whom."""

    unique: bool | None
    """Null where neither is proven."""
    swaps: tuple[SwapOut, ...]
    firm: tuple[PairOut, ...]
    interchangeable: tuple[PairOut, ...]
    blocking: tuple[BlockingOut, ...]
    blocking_count: int
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, reasons: RoundReasons, names: Names, told: tuple[str, ...]) -> "RoundReasonsOut":
        """Show the reasons of a round."""
        return cls(
            unique=reasons.unique,
            swaps=tuple(
                SwapOut(
                    leaves=tuple(PairOut.of(pair, names) for pair in each.leaves),
                    comes=tuple(PairOut.of(pair, names) for pair in each.comes),
                )
                for each in reasons.swaps
            ),
            firm=tuple(PairOut.of(each, names) for each in reasons.firm),
            interchangeable=tuple(PairOut.of(each, names) for each in reasons.interchangeable),
            blocking=tuple(BlockingOut.of(each, names) for each in reasons.blocking),
            blocking_count=reasons.blocking_count,
            sentences=told,
        )
