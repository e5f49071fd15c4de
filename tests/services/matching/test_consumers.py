"""The copies of the registry's facts: newer only, in whatever order topics bring them."""

from services.matching.store import CITY_COPIES, INTEREST_COPIES
from shared.contracts.registry import (
    CityRegisteredV1,
    CityState,
    CityUpdatedV1,
    InterestDeclaredV1,
    InterestState,
    InterestWithdrawnV1,
)
from shared.ids import new_id
from tests.services.matching.desk import Desk


def city(city_id: str, population: int | None) -> CityState:
    return CityState(id=city_id, name="Porto", kind="city", country="PT", population=population)


async def test_late_event_does_not_overwrite_newer_facts(desk: Desk) -> None:
    city_id = new_id("cty")
    await desk.hear(CityUpdatedV1(state=city(city_id, 231_800)), sequence=2)

    await desk.hear(CityRegisteredV1(state=city(city_id, None)), sequence=1)

    copy = await desk.mongo.get(CITY_COPIES, city_id)
    assert copy is not None
    assert (copy.population, copy.version) == (231_800, 2)


async def test_interest_is_kept_before_its_city_is_known(desk: Desk) -> None:
    interest = InterestState(
        id=new_id("int"), city_id=new_id("cty"), topic="air", seeks=3, offers=0
    )

    await desk.hear(InterestDeclaredV1(state=interest))

    copies = await desk.mongo.get(INTEREST_COPIES, interest.city_id)
    assert copies is not None
    assert [(each.id, each.seeks) for each in copies.interests] == [(interest.id, 3)]


async def test_late_event_of_an_interest_changes_nothing_and_others_stay(desk: Desk) -> None:
    city_id = new_id("cty")
    air = InterestState(id=new_id("int"), city_id=city_id, topic="air", seeks=3, offers=0)
    water = InterestState(id=new_id("int"), city_id=city_id, topic="water", seeks=0, offers=2)
    await desk.hear(InterestDeclaredV1(state=air), sequence=2)
    await desk.hear(InterestDeclaredV1(state=water))

    await desk.hear(InterestDeclaredV1(state=air.model_copy(update={"seeks": 1})), sequence=1)

    copies = await desk.mongo.get(INTEREST_COPIES, city_id)
    assert copies is not None
    assert {each.topic: (each.seeks, each.version) for each in copies.interests} == {
        "air": (3, 2),
        "water": (0, 1),
    }


async def test_withdrawn_interest_no_longer_counts(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    copies = await desk.mongo.get(INTEREST_COPIES, eu[0])
    assert copies is not None
    (interest,) = copies.interests
    nothing = InterestState(id=interest.id, city_id=eu[0], topic="water", seeks=0, offers=0)

    await desk.hear(InterestWithdrawnV1(state=nothing), sequence=2)

    assert (await desk.round(exchange["id"]))["pairs"] == 1
