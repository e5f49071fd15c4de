"""What can go wrong in the registry, below the lines of shared.errors.

    NotFound 404      CityNotFound, TopicNotFound, InterestNotFound, ContactNotFound,
                      PracticeNotFound
    Conflict 409      CityExists, CityWithdrawn, CityNotWithdrawn, CitySuspended, CityMerged,
                      CityNotMerged, CityMergeCovered, ContactEnded, TopicDeprecated,
                      TopicNotDeprecated, PracticeStatusUnfit, PracticeCheckerSame,
                      PracticeCommentsFull
    InvalidInput 422  CityFactsMissing, CityMembersUnknown, CityMembersCyclic, CityPopulationSummed,
                      CityYearAlone, CityMergeTargetUnfit,
                      TopicLabelMissing, TopicParentUnknown, TopicParentCyclic,
                      TopicReplacementUnknown, InterestEmpty, InterestTopicsUnknown,
                      InterestTopicsRepeated, InterestTopicsDeprecated, InterestPracticeUnknown,
                      ContactDatesReversed, ContactPredecessorUnknown,
                      PracticeTopicsUnknown, PracticeContactUnknown, PracticeOriginUnknown,
                      PracticeVisitStray, PracticeRecheckPast,
                      CountDimensionUnknown, CountMomentAhead, SearchCircleMissing
    Unavailable 503   SearchRebuilding

Promises: a detail names ids, codes and fields, never a person.
"""

from services.registry.errors.cities import (
    CityCodeMalformed,
    CityDraftClosed,
    CityDraftNotFound,
    CityExists,
    CityFactsMissing,
    CityMembersCyclic,
    CityMembersUnknown,
    CityMergeCovered,
    CityMerged,
    CityMergeTargetUnfit,
    CityNotFound,
    CityNotMerged,
    CityNotWithdrawn,
    CityPopulationSummed,
    CitySuspended,
    CityWithdrawn,
    CityYearAlone,
)
from services.registry.errors.contacts import (
    ContactDatesReversed,
    ContactEnded,
    ContactNotFound,
    ContactPredecessorUnknown,
)
from services.registry.errors.counts import CountDimensionUnknown, CountMomentAhead
from services.registry.errors.interests import (
    InterestEmpty,
    InterestNotFound,
    InterestPracticeUnknown,
    InterestTopicsDeprecated,
    InterestTopicsRepeated,
    InterestTopicsUnknown,
)
from services.registry.errors.practices import (
    PracticeCheckerSame,
    PracticeCommentsFull,
    PracticeContactUnknown,
    PracticeNotFound,
    PracticeOriginUnknown,
    PracticeRecheckPast,
    PracticeStatusUnfit,
    PracticeTopicsUnknown,
    PracticeVisitStray,
)
from services.registry.errors.search import SearchCircleMissing, SearchRebuilding
from services.registry.errors.topics import (
    TopicDeprecated,
    TopicLabelMissing,
    TopicNotDeprecated,
    TopicNotFound,
    TopicParentCyclic,
    TopicParentUnknown,
    TopicReplacementUnknown,
)

__all__ = [
    "CityCodeMalformed",
    "CityDraftClosed",
    "CityDraftNotFound",
    "CityExists",
    "CityFactsMissing",
    "CityMembersCyclic",
    "CityMembersUnknown",
    "CityMergeCovered",
    "CityMergeTargetUnfit",
    "CityMerged",
    "CityNotFound",
    "CityNotMerged",
    "CityNotWithdrawn",
    "CityPopulationSummed",
    "CitySuspended",
    "CityWithdrawn",
    "CityYearAlone",
    "ContactDatesReversed",
    "ContactEnded",
    "ContactNotFound",
    "ContactPredecessorUnknown",
    "CountDimensionUnknown",
    "CountMomentAhead",
    "InterestEmpty",
    "InterestNotFound",
    "InterestPracticeUnknown",
    "InterestTopicsDeprecated",
    "InterestTopicsRepeated",
    "InterestTopicsUnknown",
    "PracticeCheckerSame",
    "PracticeCommentsFull",
    "PracticeContactUnknown",
    "PracticeNotFound",
    "PracticeOriginUnknown",
    "PracticeRecheckPast",
    "PracticeStatusUnfit",
    "PracticeTopicsUnknown",
    "PracticeVisitStray",
    "SearchCircleMissing",
    "SearchRebuilding",
    "TopicDeprecated",
    "TopicLabelMissing",
    "TopicNotDeprecated",
    "TopicNotFound",
    "TopicParentCyclic",
    "TopicParentUnknown",
    "TopicReplacementUnknown",
]
