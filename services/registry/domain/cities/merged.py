"""What a merge of two records moved, kept with the record that lost: enough to undo it exactly."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.registry.domain.interests import Levels
from shared.ids import CityId, ContactId, PracticeId, TopicCode


@dataclass(frozen=True, slots=True)
class MovedInterest:
    """What the loser said of a topic.

    `version` is that of the survivor's interest right after the merge, None where the survivor
    spoke of the topic itself, which then counts.
    """

    topic: TopicCode
    levels: Levels
    version: int | None


@dataclass(frozen=True, slots=True)
class MovedMembership:
    """A group's members before and after the merge."""

    group: CityId
    before: tuple[CityId, ...]
    after: tuple[CityId, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Who merged a record into which other one, why, and what moved. `status` is the former one."""

    into: CityId
    reason: str
    by: str
    at: datetime
    status: Literal["registered", "suspended"]
    interests: tuple[MovedInterest, ...] = ()
    contacts: tuple[ContactId, ...] = ()
    practices: tuple[PracticeId, ...] = ()
    groups: tuple[MovedMembership, ...] = ()
