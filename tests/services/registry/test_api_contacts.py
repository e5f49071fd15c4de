"""Contacts over HTTP: appointed, followed, ended, erased, and hidden from who need not know."""

from typing import Any

from shared.contracts.registry import ContactErasedV1
from shared.mongo import Mongo
from tests.services.registry.callers import Callers, code

NAME, EMAIL = "Zoë Unmistakable", "zoe.unmistakable@koge.example"
PERSON = {"name": NAME, "email": EMAIL, "role": "coordinator", "language": "da"}


async def contacts_path(callers: Callers) -> str:
    return f"/v1/cities/{(await callers.city())['id']}/contacts"


async def appointed(callers: Callers, path: str, **more: Any) -> str:  # noqa: ANN401 - JSON
    answer = await callers.officer.create(path, {**PERSON, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def test_contact_starts_today_unless_said_otherwise(callers: Callers) -> None:
    location = await appointed(callers, await contacts_path(callers))

    contact = (await callers.officer.get(location)).json()

    assert (contact["name"], contact["starts_on"]) == (NAME, "2026-01-05")
    assert (contact["ends_on"], contact["version"]) == (None, 1)


async def test_details_change_with_the_version_seen(callers: Callers) -> None:
    location = await appointed(callers, await contacts_path(callers))

    missing = await callers.officer.change("PATCH", location, {"role": "mayor"})
    changed = await callers.officer.change("PATCH", location, {"role": "mayor"}, 1)
    stale = await callers.officer.change("PATCH", location, {"role": "expert"}, 1)

    assert (missing.status_code, stale.status_code) == (428, 412)
    assert (changed.json()["role"], changed.json()["email"]) == ("mayor", EMAIL)
    assert changed.headers["etag"] == '"v2"'


async def test_successor_ends_the_predecessor_in_one_step(callers: Callers) -> None:
    path = await contacts_path(callers)
    before = await appointed(callers, path, starts_on="2025-01-01")
    old = before.rsplit("/", 1)[1]

    after = await appointed(callers, path, predecessor_id=old, starts_on="2026-03-01")

    listed = (await callers.officer.get(path)).json()["items"]
    assert [each["ends_on"] for each in listed] == ["2026-02-28", None]
    assert listed[1]["predecessor_id"] == old
    assert after.endswith(listed[1]["id"])


async def test_predecessor_is_of_the_same_city(callers: Callers) -> None:
    foreign = (await appointed(callers, await contacts_path(callers))).rsplit("/", 1)[1]

    answer = await callers.officer.create(
        await contacts_path(callers), {**PERSON, "predecessor_id": foreign}
    )

    assert (answer.status_code, code(answer)) == (422, "contact_predecessor_unknown")


async def test_role_ends_once_and_not_before_it_starts(callers: Callers) -> None:
    location = await appointed(callers, await contacts_path(callers))

    early = await callers.officer.change("POST", f"{location}/end", {"ends_on": "2026-01-04"}, 1)
    ended = await callers.officer.change("POST", f"{location}/end", {}, 1)
    again = await callers.officer.change("POST", f"{location}/end", {}, 2)

    assert (code(early), code(again)) == ("contact_dates_reversed", "contact_ended")
    assert ended.json()["ends_on"] == "2026-01-05"


async def test_erasure_leaves_nothing_personal_and_tells_everyone(
    callers: Callers, mongo: Mongo
) -> None:
    path = await contacts_path(callers)
    location = await appointed(callers, path)
    contact_id = location.rsplit("/", 1)[1]

    gone = await callers.officer.change("DELETE", location, version=1)

    rows = await mongo.database["outbox"].find({"subject": contact_id}).to_list()
    kept = await mongo.database["contacts"].find_one({"_id": contact_id})
    assert gone.status_code == 204
    assert (rows[-1]["type"], rows[-1]["data"]) == (ContactErasedV1.TYPE, None)
    assert "nmistakable" not in f"{kept}"
    assert (await callers.officer.get(location)).status_code == 404
    assert (await callers.officer.get(path)).json()["items"] == []


async def test_answers_kept_for_repetition_hold_nothing_personal(
    callers: Callers, mongo: Mongo
) -> None:
    await appointed(callers, await contacts_path(callers))

    kept = await mongo.database["idempotency_keys"].find({}).to_list()

    assert kept
    assert not any(b"nmistakable" in row["body"] for row in kept)


async def test_personal_data_is_for_officers_and_the_city_itself(callers: Callers) -> None:
    location = await appointed(callers, await contacts_path(callers))
    path = location.rsplit("/", 1)[0]
    own = callers.coordinator(path.split("/")[3])
    others = [callers.partner, callers.operator, callers.coordinator("cty_" + "0" * 32)]

    allowed = [await own.get(path), await own.get(location)]
    refused = [await each.get(where) for each in others for where in (path, location)]

    assert [each.status_code for each in allowed] == [200, 200]
    assert {each.status_code for each in refused} == {403}
    assert not any("nmistakable" in each.text for each in refused)


async def test_contact_is_not_found_under_another_city(callers: Callers) -> None:
    location = await appointed(callers, await contacts_path(callers))
    elsewhere = f"{await contacts_path(callers)}/{location.rsplit('/', 1)[1]}"

    read = await callers.officer.get(elsewhere)
    erase = await callers.officer.change("DELETE", elsewhere, version=1)

    assert (code(read), code(erase)) == ("contact_not_found", "contact_not_found")


async def test_refused_input_is_not_repeated_in_the_answer(callers: Callers) -> None:
    body = {**PERSON, "email": "zoe.unmistakable at koge", "starts_on": "1800-01-01"}

    answer = await callers.officer.create(await contacts_path(callers), body)

    assert {each["field"] for each in answer.json()["errors"]} == {"/email", "/starts_on"}
    assert "nmistakable" not in answer.text
