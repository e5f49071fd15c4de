"""What a good practice is: its description, its lineage, its checks and the comments on it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypedDict

from services.registry.domain.changes import Audit
from shared.contracts.registry import PracticeContent, PracticeDocument, PracticeState
from shared.ids import ActivityId, CityId, ContactId, PracticeId, TopicCode

Status = Literal["draft", "submitted", "formally_checked", "published", "returned", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Document:
    """Something to read: its title and address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Content:
    """The description. `languages` are BCP 47; `contact_id` is whom to ask."""

    title: str
    topics: tuple[TopicCode, ...]
    problem: str
    solution: str
    cost: str | None = None
    evidence: str | None = None
    transferability: str | None = None
    contact_id: ContactId | None = None
    documents: tuple[Document, ...] = ()
    languages: tuple[str, ...] = ()
    illustrative: bool = False


class ContentChanges(TypedDict, total=False):
    """Those parts of a description that change, under the names of `Content`."""

    title: str
    topics: tuple[TopicCode, ...]
    problem: str
    solution: str
    cost: str | None
    evidence: str | None
    transferability: str | None
    contact_id: ContactId | None
    documents: tuple[Document, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """The practice that this one was made after, and the activity at which its city saw it."""

    adapted_from: PracticeId
    visit_id: ActivityId | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said of it: the subject of their token, the time, the words."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """That an officer found it right: the subject of their token and the time."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Practice:
    """A good practice of one city. `published_at` is the first time, and stays."""

    id: PracticeId
    city_id: CityId
    content: Content
    audit: Audit
    status: Status = "draft"
    lineage: Lineage | None = None
    comments: tuple[Comment, ...] = ()
    formal_check: Check | None = None
    thematic_check: Check | None = None
    published_at: datetime | None = None
    recheck_on: date | None = None
    withdrawn_reason: str | None = None
    version: int = 0


def is_public(practice: Practice) -> bool:
    """Tell whether everyone may read it."""
    return practice.status == "published"


def public(practice: Practice) -> PracticeState:
    """Give what the other services may know: no text unless it is published."""
    lineage = practice.lineage
    return PracticeState(
        id=practice.id,
        city_id=practice.city_id,
        status=practice.status,
        content=_published(practice.content) if is_public(practice) else None,
        adapted_from=lineage and lineage.adapted_from,
        visit_id=lineage and lineage.visit_id,
        recheck_on=practice.recheck_on,
        illustrative=practice.content.illustrative,
    )


def _published(content: Content) -> PracticeContent:
    return PracticeContent(
        title=content.title,
        topics=content.topics,
        problem=content.problem,
        solution=content.solution,
        cost=content.cost,
        evidence=content.evidence,
        transferability=content.transferability,
        contact_id=content.contact_id,
        documents=tuple(
            PracticeDocument(title=each.title, url=each.url) for each in content.documents
        ),
        languages=content.languages,
    )
