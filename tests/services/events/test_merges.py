"""A delegation of a city whose record was merged goes on with those of the record that stands."""

from shared.contracts.registry import (
    CityMergedV1,
    CityRegisteredV1,
    CityState,
    CityUnmergedV1,
    ContactAppointedV1,
    ContactState,
)
from shared.ids import CityId, new_id
from tests.services.events.desk import Desk, code_of, new_city


async def known(desk: Desk, *cities: CityId) -> None:
    for each in cities:
        state = CityState(id=each, name="Lyon", kind="city", country="FR")
        await desk.deliver(CityRegisteredV1(state=state), 1)


async def merge(desk: Desk, old: CityId, new: CityId) -> None:
    state = CityState(
        id=old, name="Lyon", kind="city", country="FR", status="withdrawn", merged_into=new
    )
    await desk.deliver(CityMergedV1(state=state), 2)


async def appointed(desk: Desk, city: CityId) -> str:
    state = ContactState(id=new_id("con"), city_id=city, name="Ana Ruiz", role="coordinator")
    await desk.deliver(ContactAppointedV1(state=state), 1)
    return state.id


async def invited(desk: Desk, city: CityId) -> str:
    activity = await desk.plan(new_city())
    return str((await desk.invite(activity["id"], city))["id"])


async def test_people_of_the_record_that_stands_are_its_delegates(desk: Desk) -> None:
    old, new = new_city(), new_city()
    await known(desk, old, new)
    path = f"/v1/delegations/{await invited(desk, old)}/delegates"
    named = {"delegates": [{"contact_id": await appointed(desk, new)}]}

    before = await desk.send("PUT", path, named, version=1)
    await merge(desk, old, new)
    after = await desk.send("PUT", path, named, city=new, version=1)
    read = await desk.send("GET", path, city=new)

    assert code_of(before) == (422, "delegate_invalid")
    assert after.status_code == 200, after.text
    assert [each["name"] for each in read.json()["items"]] == ["Ana Ruiz"]


async def test_undone_merge_takes_the_right_away_again(desk: Desk) -> None:
    old, new = new_city(), new_city()
    await known(desk, old, new)
    path = f"/v1/delegations/{await invited(desk, old)}"
    await merge(desk, old, new)
    back = CityState(id=old, name="Lyon", kind="city", country="FR")
    await desk.deliver(CityUnmergedV1(state=back), 3)

    read = await desk.send("GET", f"{path}/delegates", city=new)
    cancel = await desk.send("POST", f"{path}/cancel", {}, city=new, version=1)
    own = await desk.send("GET", f"{path}/delegates", city=old)

    assert (code_of(read), code_of(cancel)) == ((403, "access_denied"),) * 2
    assert own.status_code == 200


async def test_records_that_seem_merged_into_each_other_stand_for_themselves(desk: Desk) -> None:
    one, two = new_city(), new_city()
    await known(desk, one, two)
    path = f"/v1/delegations/{await invited(desk, one)}/delegates"
    await merge(desk, one, two)
    await merge(desk, two, one)

    answers = [await desk.send("GET", path, city=each) for each in (one, two)]

    assert [each.status_code for each in answers] == [200, 403]
