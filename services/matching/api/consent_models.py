"""How cities have answered, as it goes out."""

from services.matching.domain.statistics import Acceptance
from shared.contracts.matching import Side
from shared.web import Output


class ReasonsOut(Output):
    """How often each side gave a reason for its no."""

    reason: str
    eu: int
    partner: int


class SideAnswersOut(Output):
    """What one side answered to all that was put to it."""

    side: Side
    accepted: int
    declined: int
    lapsed: int


class BandOut(Output):
    """Proposals with a score from `from_points` to below `to_points` of 100, and their answers."""

    from_points: int
    to_points: int
    accepted: int
    declined: int
    lapsed: int
    waiting: int


class PartShareOut(Output):
    """What a part of the score was worth on average, in hundredths of a point."""

    part: str
    """`topics` for all topics together, or the name of another part."""
    accepted: int
    """In pairs that both cities accepted."""
    refused: int
    """In pairs that were declined or lapsed."""


class AcceptanceOut(Output):
    """How cities have answered what was proposed to them, counted from the pairings."""

    proposed: int
    accepted: int
    declined: int
    lapsed: int
    waiting: int
    superseded: int
    """Taken back before anybody answered, since a later round had something else."""
    reasons: tuple[ReasonsOut, ...]
    sides: tuple[SideAnswersOut, ...]
    bands: tuple[BandOut, ...]
    parts: tuple[PartShareOut, ...]

    @classmethod
    def of(cls, counted: Acceptance) -> "AcceptanceOut":
        """Show the counts."""
        return cls.model_validate(counted, from_attributes=True)
