"""A body that a coordinator proposes for the register, and that an officer verifies or returns.

Promises: nobody but its author and the officers hears of a draft: it is no city yet, and has no
events. One that is verified becomes the city of the same id and never changes again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.registry.domain import cities
from services.registry.domain.changes import Audit, Author, continued
from services.registry.domain.cities import City, Statement
from services.registry.errors import CityDraftClosed
from shared.contracts.registry import CityRegisteredV1, CityVerifiedV1
from shared.ids import CityId

DraftStatus = Literal["draft", "submitted", "verified", "discarded"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed body. `city` is as it would be registered; `author` is the subject of a token."""

    id: CityId
    author: str
    city: City
    audit: Audit
    status: DraftStatus = "draft"
    returned_reason: str | None = None
    """Why an officer gave it back; None once it is submitted again."""
    version: int = 0
    step_id: str | None = None
    """That of its last step in the trail, behind which the next one sorts."""


def begin(id_: CityId, statement: Statement, members: Sequence[City], author: Author) -> Draft:
    """Propose a body.

    Raises:
        CityPopulationSummed, CityYearAlone, CityCodeMalformed: 422.
    """
    city, _ = cities.register(id_, statement, members, author)
    return Draft(id_, author.subject, city, city.audit)


def revise(draft: Draft, statement: Statement, members: Sequence[City], author: Author) -> Draft:
    """Correct or add facts; the same again gives the same draft.

    Raises:
        CityDraftClosed: 409. CityPopulationSummed, CityYearAlone, CityCodeMalformed: 422.
    """
    _require(draft, "draft")
    city, _ = cities.update(draft.city, statement, members, author)
    if city == draft.city:
        return draft
    return replace(draft, city=city, audit=continued(draft.audit, author))


def submit(draft: Draft, author: Author) -> Draft:
    """Hand it to the officers.

    Raises:
        CityDraftClosed: 409.
    """
    _require(draft, "draft")
    audit = continued(draft.audit, author)
    return replace(draft, status="submitted", returned_reason=None, audit=audit)


def give_back(draft: Draft, reason: str, author: Author) -> Draft:
    """Return it to its author, who can correct and submit it again.

    Raises:
        CityDraftClosed: 409.
    """
    _require(draft, "submitted")
    audit = continued(draft.audit, author)
    return replace(draft, status="draft", returned_reason=reason, audit=audit)


def discard(draft: Draft, author: Author) -> Draft:
    """Take it back; its record stays.

    Raises:
        CityDraftClosed: 409.
    """
    if draft.status == "submitted":
        return replace(draft, status="discarded", audit=continued(draft.audit, author))
    _require(draft, "draft")
    return replace(draft, status="discarded", audit=continued(draft.audit, author))


def with_members(draft: Draft, members: tuple[CityId, ...]) -> Draft:
    """Give the draft of a group with other records of the same members."""
    if members == draft.city.facts.members:
        return draft
    facts = replace(draft.city.facts, members=members)
    return replace(draft, city=replace(draft.city, facts=facts))


def verify(
    draft: Draft, members: Sequence[City], author: Author
) -> tuple[Draft, City, tuple[CityRegisteredV1, CityVerifiedV1]]:
    """Enter the body into the register; `members` are the states of its members by now.

    Raises:
        CityDraftClosed: 409.
    """
    _require(draft, "submitted")
    city = draft.city
    if members:
        city, _ = cities.recount(city, members, author)
    city = replace(city, audit=continued(city.audit, author))
    done = replace(draft, status="verified", city=city, audit=continued(draft.audit, author))
    registered = CityRegisteredV1(state=cities.public(city))
    return done, city, (registered, cities.verified(city))


def _require(draft: Draft, status: DraftStatus) -> None:
    if draft.status != status:
        raise CityDraftClosed(f"The draft is {draft.status}; this needs one that is {status}.")
