"""Which record of a city stands for another one by now."""

from services.notifications.domain.copies import CityCopy
from services.notifications.store.people import CITY_COPIES
from shared.unit_of_work import Tx


async def standing_city(tx: Tx, city_id: str) -> CityCopy:
    """Give the record that stands for a city: itself, unless it was merged into another.

    Copies of two records may be of different times, so a circle of them ends where it began.
    """
    first = await tx.get(CITY_COPIES, city_id) or CityCopy(city_id)
    city, seen = first, {city_id}
    while city.merged_into is not None:
        if city.merged_into in seen:
            return first
        seen.add(city.merged_into)
        city = await tx.get(CITY_COPIES, city.merged_into) or CityCopy(city.merged_into)
    return city
