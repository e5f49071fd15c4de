"""The contacts that are kept, and their listing."""

from services.registry.domain.contacts import Contact
from services.registry.domain.manners import CONTACT
from services.registry.store.changes import trail_of
from services.registry.store.ranges import BY_ID, Query, behind
from shared.collection import Collection, Index
from shared.ids import CityId, ContactId
from shared.mongo import Mongo

CONTACTS = Collection(
    "contacts",
    Contact,
    (Index((("city_id", 1), ("erased", 1), ("_id", 1)), "the contacts of a city"),),
    trail=trail_of(CONTACT),
)


async def contact_of(mongo: Mongo, contact_id: ContactId) -> Contact | None:
    """Give one contact, erased or not."""
    return await mongo.get(CONTACTS, contact_id)


async def list_contacts(
    mongo: Mongo, city_id: CityId, after: str | None, limit: int
) -> list[Contact]:
    """Give the contacts of a city, in the order of their appointment."""
    query = contact_query(city_id, after)
    return await mongo.find(CONTACTS, query, sort=BY_ID, limit=limit)


def contact_query(city_id: CityId, after: str | None) -> Query:
    """Give the query behind `list_contacts`."""
    return {"city_id": city_id, "erased": False} | behind(after)
