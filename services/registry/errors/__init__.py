"""What can go wrong in the registry, below the lines of shared.errors.

    NotFound 404      CityNotFound, TopicNotFound, InterestNotFound, ContactNotFound
    Conflict 409      CityExists, CityWithdrawn, CityNotWithdrawn, ContactEnded
    InvalidInput 422  CityFactsMissing, CityMembersUnknown, CityMembersCyclic, CityPopulationSummed,
                      TopicLabelMissing, TopicParentUnknown, TopicParentCyclic,
                      InterestEmpty, InterestTopicsUnknown, InterestTopicsRepeated,
                      ContactDatesReversed, ContactPredecessorUnknown

Promises: a detail names ids, codes and fields, never a person.
"""

from services.registry.errors.cities import (
    CityExists,
    CityFactsMissing,
    CityMembersCyclic,
    CityMembersUnknown,
    CityNotFound,
    CityNotWithdrawn,
    CityPopulationSummed,
    CityWithdrawn,
)
from services.registry.errors.contacts import (
    ContactDatesReversed,
    ContactEnded,
    ContactNotFound,
    ContactPredecessorUnknown,
)
from services.registry.errors.interests import (
    InterestEmpty,
    InterestNotFound,
    InterestTopicsRepeated,
    InterestTopicsUnknown,
)
from services.registry.errors.topics import (
    TopicLabelMissing,
    TopicNotFound,
    TopicParentCyclic,
    TopicParentUnknown,
)

__all__ = [
    "CityExists",
    "CityFactsMissing",
    "CityMembersCyclic",
    "CityMembersUnknown",
    "CityNotFound",
    "CityNotWithdrawn",
    "CityPopulationSummed",
    "CityWithdrawn",
    "ContactDatesReversed",
    "ContactEnded",
    "ContactNotFound",
    "ContactPredecessorUnknown",
    "InterestEmpty",
    "InterestNotFound",
    "InterestTopicsRepeated",
    "InterestTopicsUnknown",
    "TopicLabelMissing",
    "TopicNotFound",
    "TopicParentCyclic",
    "TopicParentUnknown",
]
