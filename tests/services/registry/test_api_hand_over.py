"""A contact's open tasks go to a successor by one command; one person's data can be taken away."""

from typing import Any

from shared.contracts.registry import ContactAppointedV1, ContactHandedOverV1
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code

NEW = {"name": "Ada Next", "email": "ada.next@koge.example", "role": "coordinator"}
PHONE = {"kind": "phone", "address": "+45 00 00 00 00", "note": "mornings only"}


async def appointed(callers: Callers, path: str, **more: Any) -> tuple[str, str]:  # noqa: ANN401
    person = {"name": "Bo Before", "email": "bo@koge.example", "role": "coordinator"}
    answer = await callers.officer.create(path, {**person, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"]), str(answer.json()["id"])


async def city_path(callers: Callers) -> str:
    return f"/v1/cities/{(await callers.city())['id']}/contacts"


async def events_of(mongo: Mongo, *ids: str) -> list[str]:
    rows = mongo.database["outbox"].find({"subject": {"$in": list(ids)}}).sort("_id", 1)
    return [row["type"] async for row in rows]


async def test_handing_over_to_a_colleague_is_one_event(callers: Callers, mongo: Mongo) -> None:
    path = await city_path(callers)
    before, old = await appointed(callers, path)
    _, new = await appointed(callers, path)

    done = await callers.officer.change("POST", f"{before}/hand-over", {"successor_id": new}, 1)

    body = done.json()
    assert (body["successor_id"], body["ends_on"], body["version"]) == (new, "2026-01-05", 2)
    assert await events_of(mongo, old) == [ContactAppointedV1.TYPE, ContactHandedOverV1.TYPE]
    assert await events_of(mongo, new) == [ContactAppointedV1.TYPE]


async def test_somebody_new_starts_on_the_day_after(callers: Callers) -> None:
    path = await city_path(callers)
    before, old = await appointed(callers, path)
    body = {"successor": NEW, "ends_on": "2026-02-28"}

    done = await callers.officer.change("POST", f"{before}/hand-over", body, 1)

    listed = (await callers.officer.get(path)).json()["items"]
    assert done.json()["successor_id"] == listed[1]["id"]
    assert [each["ends_on"] for each in listed] == ["2026-02-28", None]
    assert (listed[1]["starts_on"], listed[1]["predecessor_id"]) == ("2026-03-01", old)


async def test_tasks_are_handed_over_once_and_by_who_saw_the_contact(callers: Callers) -> None:
    path = await city_path(callers)
    before, _ = await appointed(callers, path)
    _, new = await appointed(callers, path)
    to = {"successor_id": new}

    unseen = await callers.officer.change("POST", f"{before}/hand-over", to)
    await callers.officer.change("POST", f"{before}/hand-over", to, 1)
    stale = await callers.officer.change("POST", f"{before}/hand-over", to, 1)
    again = await callers.officer.change("POST", f"{before}/hand-over", to, 2)

    assert (unseen.status_code, stale.status_code) == (428, 412)
    assert (again.status_code, code(again)) == (409, "contact_handed_over")


async def test_a_successor_is_another_contact_of_the_city_who_goes_on(callers: Callers) -> None:
    path = await city_path(callers)
    before, old = await appointed(callers, path)
    _, foreign = await appointed(callers, await city_path(callers))
    _, ended = await appointed(callers, path, ends_on="2026-01-05")

    answers = [
        await callers.officer.change("POST", f"{before}/hand-over", {"successor_id": each}, 1)
        for each in (old, foreign, ended, "con_" + "0" * 32)
    ]

    assert {(each.status_code, code(each)) for each in answers} == {
        (422, "contact_successor_unfit")
    }


async def test_a_successor_is_named_in_one_way(callers: Callers) -> None:
    before, old = await appointed(callers, await city_path(callers))

    none = await callers.officer.change("POST", f"{before}/hand-over", {}, 1)
    both = {"successor": NEW, "successor_id": old}
    two = await callers.officer.change("POST", f"{before}/hand-over", both, 1)

    assert (none.status_code, two.status_code) == (422, 422)


async def test_channels_are_kept_here_and_told_to_nobody(callers: Callers, mongo: Mongo) -> None:
    location, id_ = await appointed(callers, await city_path(callers), channels=[PHONE])

    kept = (await callers.officer.get(location)).json()["channels"]
    none = await callers.officer.change("PATCH", location, {"channels": []}, 1)
    many = await callers.officer.change("PATCH", location, {"channels": [PHONE] * 11}, 2)

    rows = await mongo.database["outbox"].find({"subject": id_}).to_list()
    assert (kept, none.json()["channels"], many.status_code) == ([PHONE], [], 422)
    assert not any(b"00 00" in row["data"] for row in rows)


async def test_export_has_the_person_and_the_trail(callers: Callers) -> None:
    path = await city_path(callers)
    location, id_ = await appointed(callers, path, channels=[PHONE])
    await callers.officer.change("PATCH", location, {"role": "mayor"}, 1)

    export = (await callers.coordinator(path.split("/")[3]).get(f"{location}/export")).json()

    assert (export["contact"]["id"], export["contact"]["channels"]) == (id_, [PHONE])
    assert [each["version"] for each in export["changes"]] == [1, 2]
    assert export["practice_ids"] == []
    assert any("e-mails" in each for each in export["elsewhere"])


async def test_export_is_for_officers_and_the_city_itself(callers: Callers) -> None:
    location, _ = await appointed(callers, await city_path(callers))
    others = [callers.partner, callers.operator, callers.coordinator("cty_" + "0" * 32)]

    refused = [await each.get(f"{location}/export") for each in others]

    assert {each.status_code for each in refused} == {403}


async def test_nothing_is_exported_of_who_was_erased(callers: Callers) -> None:
    location, _ = await appointed(callers, await city_path(callers))
    await callers.officer.change("DELETE", location, version=1)

    assert (await callers.officer.get(f"{location}/export")).status_code == 404
