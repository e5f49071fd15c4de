"""The progress report of a pairing: counted from its history and its actions, never typed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.matching.domain.actions import Action
from services.matching.domain.exchanges import LAST_MINUTE
from services.matching.domain.pairings import Pairing
from shared.ids import PairingId

_ENDS = frozenset({"concluded", "dissolved", "replaced", "declined", "lapsed"})


@dataclass(frozen=True, slots=True)
class Count:
    """How many actions, by how far they are; ``overdue`` of those open or in progress."""

    open: int = 0
    in_progress: int = 0
    done: int = 0
    dropped: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """The actions of one owner or one topic; None: of no topic."""

    of: str | None
    actions: Count


@dataclass(frozen=True, slots=True)
class Progress:
    """How a cooperation stands at a moment."""

    pairing_id: PairingId
    at: datetime
    active_since: datetime | None
    suspended_days: int
    ended_at: datetime | None
    actions: Count
    done_in_time: int
    done_late: int
    by_owner: tuple[Share, ...]
    by_topic: tuple[Share, ...]
    from_activities: int
    inherited: int


def progress(pairing: Pairing, actions: Sequence[Action], now: datetime) -> Progress:
    """Count how a cooperation stands; shares are sorted by what they are of."""
    owners: dict[str | None, list[Action]] = defaultdict(list)
    topics: dict[str | None, list[Action]] = defaultdict(list)
    for each in actions:
        owners[each.content.owner_city_id].append(each)
        topics[each.content.topic].append(each)
    done = [each for each in actions if each.status == "done"]
    late = sum(_late(each) for each in done)
    return Progress(
        pairing_id=pairing.id,
        at=now,
        active_since=_active_since(pairing),
        suspended_days=_suspended(pairing, now) // timedelta(days=1),
        ended_at=next((step.at for step in pairing.history if step.what in _ENDS), None),
        actions=_count(actions, now),
        done_in_time=len(done) - late,
        done_late=late,
        by_owner=_shares(owners, now),
        by_topic=_shares(topics, now),
        from_activities=sum(each.item is not None for each in actions),
        inherited=sum(bool(each.came_from) for each in actions),
    )


def _late(action: Action) -> bool:
    due, ended = action.due_at, action.ended_at
    return due is not None and ended is not None and ended >= due + LAST_MINUTE


def _active_since(pairing: Pairing) -> datetime | None:
    answers = [step.at for step in pairing.history if step.what == "accepted"]
    return answers[-1] if len(pairing.accepted_by) == 2 else None  # noqa: PLR2004 - both sides


def _suspended(pairing: Pairing, now: datetime) -> timedelta:
    total, since = timedelta(), None
    for step in pairing.history:
        if step.what == "suspended":
            since = step.at
        elif since is not None and step.what in {"resumed", *_ENDS}:
            total, since = total + (step.at - since), None
    return total + (now - since) if since is not None else total


def _shares(groups: dict[str | None, list[Action]], now: datetime) -> tuple[Share, ...]:
    names = sorted(groups, key=lambda name: (name is None, name or ""))
    return tuple(Share(name, _count(groups[name], now)) for name in names)


def _count(actions: Sequence[Action], now: datetime) -> Count:
    states = [each.status for each in actions]
    return Count(
        open=states.count("open"),
        in_progress=states.count("in_progress"),
        done=states.count("done"),
        dropped=states.count("dropped"),
        overdue=sum(each.overdue(now) for each in actions),
    )
