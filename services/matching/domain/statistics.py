"""How cities answer what is proposed to them, counted from the pairings, never typed.

Promises whole numbers and the counts that they come from, so that a share of three cases is not
mistaken for a law.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.matching.domain.pairings import LAPSED, SUPERSEDED, Pairing, Step
from services.matching.solver.problem import ONE_POINT
from shared.contracts.matching import Side

BAND_POINTS = 10
"""Width of a score band, in points: ten bands of a perfect score of 100."""

Answer = Literal["accepted", "declined", "lapsed", "waiting"]
"""What became of a proposal; ``accepted``: by both sides, whatever came after."""

_TOPIC = "topic:"
_TOPICS = "topics"


@dataclass(frozen=True, slots=True)
class Reasons:
    """How often a side gave a reason for its no."""

    reason: str
    eu: int
    partner: int


@dataclass(frozen=True, slots=True)
class SideAnswers:
    """What one side answered to all that was put to it."""

    side: Side
    accepted: int
    declined: int
    lapsed: int


@dataclass(frozen=True, slots=True)
class Band:
    """Proposals with a score of ``from_points`` up to below ``to_points``, and their answers."""

    from_points: int
    to_points: int
    accepted: int
    declined: int
    lapsed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class PartShare:
    """What one part of the score was worth in pairs that were accepted and in pairs that were not.

    Means over the pairs that have a score, in hundredths of a point.
    """

    part: str
    """``topics`` for all topics together, or the name of another part."""
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The answers to the proposals of one exchange or of several."""

    proposed: int
    accepted: int
    declined: int
    lapsed: int
    waiting: int
    superseded: int
    """Taken back before anybody answered, since a later round had something else."""
    reasons: tuple[Reasons, ...]
    sides: tuple[SideAnswers, ...]
    bands: tuple[Band, ...]
    parts: tuple[PartShare, ...]


def acceptance(pairings: Iterable[Pairing]) -> Acceptance:
    """Count the answers; bands without a proposal are left out."""
    every = list(pairings)
    put = [(pairing, answer) for pairing in every if (answer := answer_to(pairing))]
    counts = Counter(answer for _, answer in put)
    return Acceptance(
        proposed=len(every),
        accepted=counts["accepted"],
        declined=counts["declined"],
        lapsed=counts["lapsed"],
        waiting=counts["waiting"],
        superseded=sum(each.dissolved_reason == SUPERSEDED for each in every),
        reasons=_reasons(every),
        sides=tuple(_side(side, every) for side in ("eu", "partner")),
        bands=_bands(put),
        parts=_parts(put),
    )


def answer_to(pairing: Pairing) -> Answer | None:
    """Give what became of a proposal; None where it ended before it was answered."""
    if len(pairing.accepted_by) == 2:  # noqa: PLR2004 - both sides
        return "accepted"
    if _declining(pairing) is not None:
        return "declined"
    if pairing.dissolved_reason == LAPSED:
        return "lapsed"
    return "waiting" if pairing.unanswered() else None


def _declining(pairing: Pairing) -> Step | None:
    return next((step for step in pairing.history if step.what == "declined"), None)


def _reasons(pairings: Sequence[Pairing]) -> tuple[Reasons, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for pairing in pairings:
        step = _declining(pairing)
        if step is not None:
            counts[str(pairing.dissolved_reason), str(step.side)] += 1
    names = sorted({reason for reason, _ in counts})
    return tuple(Reasons(name, counts[name, "eu"], counts[name, "partner"]) for name in names)


def _side(side: Side, pairings: Sequence[Pairing]) -> SideAnswers:
    counts = Counter(step.what for each in pairings for step in each.history if step.side == side)
    return SideAnswers(side, counts["accepted"], counts["declined"], counts["lapsed"])


def _bands(put: Sequence[tuple[Pairing, Answer]]) -> tuple[Band, ...]:
    counts: Counter[tuple[int, Answer]] = Counter()
    for pairing, answer in put:
        if pairing.score is not None:
            counts[min(pairing.score // (BAND_POINTS * ONE_POINT), _LAST_BAND), answer] += 1
    return tuple(
        Band(
            from_points=band * BAND_POINTS,
            to_points=(band + 1) * BAND_POINTS,
            accepted=counts[band, "accepted"],
            declined=counts[band, "declined"],
            lapsed=counts[band, "lapsed"],
            waiting=counts[band, "waiting"],
        )
        for band in sorted({band for band, _ in counts})
    )


_LAST_BAND = 100 // BAND_POINTS - 1


def _parts(put: Sequence[tuple[Pairing, Answer]]) -> tuple[PartShare, ...]:
    accepted = [pairing for pairing, answer in put if answer == "accepted"]
    refused = [pairing for pairing, answer in put if answer in {"declined", "lapsed"}]
    kept, lost = _means(accepted), _means(refused)
    return tuple(
        PartShare(name, kept.get(name, 0), lost.get(name, 0)) for name in sorted({*kept, *lost})
    )


def _means(pairings: Sequence[Pairing]) -> dict[str, int]:
    scored = [each for each in pairings if each.score is not None]
    sums: Counter[str] = Counter()
    for pairing in scored:
        for part in pairing.parts:
            sums[_TOPICS if part.name.startswith(_TOPIC) else part.name] += part.points
    return {name: round(100 * total / ONE_POINT / len(scored)) for name, total in sums.items()}
