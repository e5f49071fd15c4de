"""Merging two records of the same city, and undoing it.

Promises: `unmerge` is the inverse of `merge`: the same standing, interests, contacts, good
practices and members of groups as before. What people changed after the merge stays as they left
it, and merges that overlap are undone from the last one back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from services.registry.domain import cities, contacts, interests, practices
from services.registry.domain.changes import Author, continued
from services.registry.domain.cities import (
    City,
    Merge,
    MovedInterest,
    MovedMembership,
    Statement,
)
from services.registry.domain.contacts import Contact
from services.registry.domain.interests import Interest
from services.registry.domain.practice_states import Practice
from services.registry.errors import (
    CityMergeCovered,
    CityMerged,
    CityMergeTargetUnfit,
    CityNotMerged,
    CityWithdrawn,
)
from shared.contracts.event import Event
from shared.contracts.registry import CityMergedV1, CityUnmergedV1
from shared.ids import CityId, ContactId, PracticeId, TopicCode

StateT = TypeVar("StateT")
Change = tuple[StateT, tuple[Event, ...]]
"""A state with the events that led to it; without any it is as it was."""

Said = Mapping[TopicCode, Interest]


@dataclass(frozen=True, slots=True)
class Belongings:
    """What hangs on the two records.

    `lost` are the loser's interests by topic, `kept` the survivor's: one for every topic that the
    loser has, begun where the survivor never spoke of it. `contacts` and `practices` are those to
    be moved, `groups` the groups to be changed, `members` every member of those groups before and
    after.
    """

    lost: Said = field(default_factory=dict)
    kept: Said = field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    practices: tuple[Practice, ...] = ()
    groups: tuple[City, ...] = ()
    members: Mapping[CityId, City] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new states with their events."""

    city: Change[City]
    interests: tuple[Change[Interest], ...]
    contacts: tuple[Change[Contact], ...]
    practices: tuple[Change[Practice], ...]
    groups: tuple[Change[City], ...]


def require_mergeable(loser: City, survivor: City | None) -> None:
    """Let pass two records of which one can stand for the other.

    Raises:
        CityWithdrawn, CityMerged: the loser is out already (409).
        CityMergeTargetUnfit: the survivor is the same, or not registered (422).
    """
    if loser.status == "withdrawn":
        raise CityWithdrawn(f"{loser.id} has left the register; reinstate it first.")
    if loser.merge is not None:
        raise CityMerged(f"{loser.id} was merged into {loser.merge.into} already.")
    if survivor is None or survivor.status != "registered":
        raise CityMergeTargetUnfit("is no registered city")
    if survivor.id == loser.id:
        raise CityMergeTargetUnfit("is the record itself")


def merge(
    loser: City, into: CityId, reason: str, belongings: Belongings, author: Author
) -> Outcome:
    """Let `into` stand for the loser, and move what hangs on it; `require_mergeable` comes first.

    An interest moves unless the survivor speaks of the topic itself.
    """
    words, moved = _interests_merged(belongings, f"merged into {into}", author)
    people = tuple(contacts.move(each, into, author) for each in belongings.contacts)
    groups = tuple(
        MovedMembership(each.id, each.facts.members, members_merged(each, loser.id, into))
        for each in belongings.groups
    )
    record = Merge(
        into,
        reason,
        author.subject,
        author.at,
        "suspended" if loser.status == "suspended" else "registered",
        moved,
        tuple(each.id for each, _ in people),
        tuple(each.id for each in belongings.practices),
        groups,
    )
    members = {each.group: each.after for each in groups}
    gone = replace(loser, status="merged", merge=record, audit=continued(loser.audit, author))
    event = CityMergedV1(state=cities.public(gone), changed=("status", "merged_into"))
    return Outcome(
        (gone, (event,)),
        words,
        people,
        _practices_moved(belongings, into, author),
        _regrouped(belongings, members, author),
    )


def require_uncovered(loser: City, survivor: City | None) -> Merge:
    """Give the merge that can be undone now.

    Raises:
        CityNotMerged: 409. CityMergeCovered: the survivor was merged itself, later (409).
    """
    if loser.merge is None:
        raise CityNotMerged
    if survivor is not None and survivor.merge is not None:
        raise CityMergeCovered(f"{survivor.id} was merged into {survivor.merge.into} later.")
    return loser.merge


def unmerge(loser: City, record: Merge, belongings: Belongings, author: Author) -> Outcome:
    """Let the loser stand for itself again, with what the merge moved; `record` is its merge."""
    words: list[Change[Interest]] = []
    for each in record.interests:
        words.append(interests.declare(belongings.lost[each.topic], each.levels, author))
        there = belongings.kept.get(each.topic)
        if there is not None and each.version == there.version:
            gone, withdrawn = interests.withdraw(there, author, f"{loser.id} was unmerged")
            words.append((gone, (withdrawn,)))
    people = tuple(contacts.move(each, loser.id, author) for each in belongings.contacts)
    members = {each.id: members_unmerged(each, loser.id, record) for each in belongings.groups}
    audit = continued(loser.audit, author)
    back = replace(loser, status=record.status, merge=None, audit=audit)
    event = CityUnmergedV1(state=cities.public(back), changed=("status", "merged_into"))
    return Outcome(
        (back, (event,)),
        tuple(words),
        people,
        _practices_moved(belongings, loser.id, author),
        _regrouped(belongings, members, author),
    )


def members_merged(group: City, loser: CityId, into: CityId) -> tuple[CityId, ...]:
    """Give the members that a group has once `into` stands for the loser."""
    renamed = (into if each == loser else each for each in group.facts.members)
    return tuple(dict.fromkeys(renamed))


def members_unmerged(group: City, loser: CityId, record: Merge) -> tuple[CityId, ...]:
    """Give the members that a group has once the merge is undone.

    They are the former ones unless the group was changed meanwhile; then the loser comes back where
    the survivor stands for it, and beside the survivor where both were members.
    """
    change = next(each for each in record.groups if each.group == group.id)
    now = group.facts.members
    if now == change.after:
        return change.before
    if record.into not in now or loser in now:
        return now
    back = (record.into, loser) if record.into in change.before else (loser,)
    place = now.index(record.into)
    return (*now[:place], *back, *now[place + 1 :])


def contacts_to_return(record: Merge, found: Iterable[Contact]) -> tuple[Contact, ...]:
    """Give those of the contacts that the merge moved and that are still where it moved them."""
    moved: frozenset[ContactId] = frozenset(record.contacts)
    return tuple(
        each
        for each in found
        if each.id in moved and each.city_id == record.into and not each.erased
    )


def practices_to_return(record: Merge, found: Iterable[Practice]) -> tuple[Practice, ...]:
    """Give those of the practices that the merge moved and that are still where it moved them."""
    moved: frozenset[PracticeId] = frozenset(record.practices)
    return tuple(each for each in found if each.id in moved and each.city_id == record.into)


def _practices_moved(
    belongings: Belongings, to: CityId, author: Author
) -> tuple[Change[Practice], ...]:
    moved = (practices.move(each, to, author) for each in belongings.practices)
    return tuple((practice, (event,)) for practice, event in moved)


def _interests_merged(
    belongings: Belongings, reason: str, author: Author
) -> tuple[tuple[Change[Interest], ...], tuple[MovedInterest, ...]]:
    words: list[Change[Interest]] = []
    moved: list[MovedInterest] = []
    for topic, lost in belongings.lost.items():
        if not interests.is_declared(lost):
            continue
        gone, withdrawn = interests.withdraw(lost, author, reason)
        words.append((gone, (withdrawn,)))
        there, version = belongings.kept[topic], None
        if not interests.is_declared(there):
            after, declared = interests.declare(there, lost.levels, author)
            words.append((after, declared))
            version = there.version + len(declared)
        moved.append(MovedInterest(topic, lost.levels, version))
    return tuple(words), tuple(moved)


def _regrouped(
    belongings: Belongings, members: Mapping[CityId, tuple[CityId, ...]], author: Author
) -> tuple[Change[City], ...]:
    """Give the groups their members and the sums of those, whoever said who the members are."""
    changed: list[Change[City]] = []
    for group in belongings.groups:
        states = [belongings.members[each] for each in members[group.id]]
        facts = replace(group.facts, members=members[group.id], population=cities.sum_of(states))
        changed.append(cities.changed(group, facts, Statement({}), author))
    return tuple(changed)
