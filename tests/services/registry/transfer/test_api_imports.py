"""Imports over HTTP: every row is taken whole or told, by the rules of single requests."""

import orjson
import pytest

from services.registry.domain.imports import ImportId
from services.registry.store.imports import CHUNK_BYTES, import_of
from shared.contracts.registry import CityRegisteredV1
from tests.services.registry.callers import LEIPZIG, RIGA, code
from tests.services.registry.transfer.desk import Desk, counted


async def test_rows_become_cities_with_events_and_keys_in_the_officers_name(desk: Desk) -> None:
    job = await desk.run(f"geonames_id,name,country\n{RIGA},,\n,Ulmstadt,DE\n".encode())

    city = await desk.mongo.database["cities"].find_one({"facts.geonames_id": RIGA})
    assert (job["status"], counted(job)) == ("done", {"read": 2, "created": 2})
    assert city is not None
    assert (city["facts"]["name"], city["audit"]["created_by"]) == ("Riga", "usr_1")
    row = await desk.mongo.database["outbox"].find_one({"subject": city["_id"]})
    assert row is not None
    assert (row["type"], row["correlationid"]) == (CityRegisteredV1.TYPE, job["id"])
    assert await desk.mongo.database["city_name_keys"].find_one({"_id": city["_id"]})
    assert await desk.mongo.database["changes"].find_one({"subject": city["_id"]})


async def test_same_content_again_changes_nothing(desk: Desk) -> None:
    content = f"geonames_id,population\n{LEIPZIG},600000\n,\n".encode()
    await desk.run(content)
    before = await desk.mongo.database["outbox"].count_documents({})

    again = await desk.run(content)

    assert counted(again) == {"read": 1, "unchanged": 1}
    assert await desk.mongo.database["outbox"].count_documents({}) == before


async def test_row_is_of_the_record_that_its_id_its_place_or_its_name_says(desk: Desk) -> None:
    by_id = await desk.callers.city("Anyhow", country="SE")
    by_place = await desk.callers.city("Somewhere", country="SE", geonames_id=4711)
    by_name = await desk.callers.city("Ånders", country="SE")
    lines = [f"{by_id['id']},,,,1", ",4711,,,2", ",,anders,SE,3", ",,ANDERS,SE,4"]
    head = "id,geonames_id,name,country,population"

    job = await desk.run("\n".join([head, *lines]).encode())

    people = [
        (await desk.callers.officer.get(f"/v1/cities/{city['id']}")).json()["population"]
        for city in (by_id, by_place, by_name)
    ]
    assert counted(job) == {"read": 4, "updated": 4}
    assert people == [1, 2, 4]


async def test_each_fault_names_row_column_code_and_remedy(desk: Desk) -> None:
    city = await desk.callers.city("Twin", country="NO")
    await desk.callers.city("Twin", country="NO", confirmed_different_from=[city["id"]])
    ghost = "cty_" + "0" * 32
    rows = [
        {"name": "Twin", "country": "NO"},
        {"id": ghost, "name": "Ghost"},
        {"name": "Only"},
        {"id": city["id"], "country": "SE"},
        {"id": city["id"], "status": "withdrawn"},
        {"name": "Code", "country": "DE", "nuts": "FR1"},
        {"name": "Late", "country": "DE", "population": "many"},
        {"name": "Group", "country": "DE", "kind": "association", "members": [ghost]},
        {"name": "Item", "country": "DE", "geonames_id": 8_001, "wikidata_id": "Q8001"},
        {"name": "Other", "country": "DE", "geonames_id": 8_002, "wikidata_id": "Q8001"},
    ]

    job = await desk.run(b"\n".join(orjson.dumps(row) for row in rows), "jsonl")

    faults = (await desk.errors(job))["items"]
    assert counted(job) == {"read": 10, "created": 1, "rejected": 9}
    assert [(each["row"], each["column"], each["code"]) for each in faults] == [
        (1, None, "city_ambiguous"),
        (2, "id", "city_not_found"),
        (3, "country", "city_facts_missing"),
        (4, "country", "city_fact_fixed"),
        (5, None, "city_status_differs"),
        (6, "nuts", "city_code_malformed"),
        (7, "population", "int_type"),
        (8, "members", "city_members_unknown"),
        (10, None, "city_exists"),
    ]
    assert all(each["remedy"] and each["message"] for each in faults)


async def test_errors_come_in_pages(desk: Desk) -> None:
    job = await desk.run(b"name,country\n" + b"A,?\n" * 5)

    first = await desk.errors(job, limit=3)
    rest = await desk.errors(job, limit=3, cursor=first["next"])

    assert [each["row"] for each in first["items"] + rest["items"]] == [2, 3, 4, 5, 6]
    assert rest["next"] is None


async def test_dry_run_counts_the_same_and_writes_nothing(desk: Desk) -> None:
    content = b"name,country,population\nDryton,GB,1\nDryton,GB,2\nWet,XXX,1\nDryton,GB,2\n"
    names = ("cities", "outbox", "changes", "city_name_keys", "turnstiles")
    before = [await desk.mongo.database[name].count_documents({}) for name in names]

    dry = await desk.run(content, dry_run=True)
    after = [await desk.mongo.database[name].count_documents({}) for name in names]
    wet = await desk.run(content)

    assert after == before
    assert counted(dry) == counted(wet)
    assert counted(wet) == {"read": 4, "created": 1, "updated": 1, "unchanged": 1, "rejected": 1}
    assert (await desk.errors(dry))["items"] == (await desk.errors(wet))["items"]


async def test_certain_duplicate_is_not_entered_again(desk: Desk) -> None:
    await desk.callers.city("Köln", country="DE", population=1_000_000)

    job = await desk.run(b"name,country,population\nCologne,DE,1000000\n")

    (fault,) = (await desk.errors(job))["items"]
    assert (fault["code"], counted(job)) == ("city_exists", {"read": 1, "rejected": 1})
    assert "cty_" in fault["message"]


async def test_group_is_summed_and_its_sum_follows_a_row(desk: Desk) -> None:
    a = await desk.callers.city("Part A", country="FI", population=10)
    b = await desk.callers.city("Part B", country="FI", population=20)
    group = f"name,country,kind,members\nWhole,FI,association,{a['id']}|{b['id']}\n"

    first = await desk.run(group.encode())
    second = await desk.run(f"id,population\n{a['id']},50\n".encode())

    whole = await desk.mongo.database["cities"].find_one({"facts.name": "Whole"})
    assert whole is not None
    assert whole["facts"]["population"] == 70
    assert (counted(first)["created"], counted(second)["updated"]) == (1, 1)


async def test_file_that_cannot_be_read_on_fails_and_says_why(desk: Desk) -> None:
    job = await desk.run(b"name,colour\nA,red\n")

    assert job["status"] == "failed"
    assert "column 2 is unknown" in job["failure"]
    assert "colour" not in job["failure"]


@pytest.mark.parametrize("format_", ["csv", "jsonl", "geojson"])
async def test_export_imported_again_changes_nothing(desk: Desk, format_: str) -> None:
    names = {"fr": "=1+1", "ja": "'@|\\x"}
    await desk.callers.city(f"-{format_}", country="PT", names=names, aliases=["+1|2", "a\tb"])
    await desk.run(f"geonames_id\n{RIGA}\n{LEIPZIG}\n".encode())

    job = await desk.run(await desk.export(format_), format_)

    assert set(counted(job)) == {"read", "unchanged"}, await desk.errors(job)
    assert counted(job)["read"] >= 3


async def test_export_takes_the_filters_of_the_listing(desk: Desk) -> None:
    await desk.callers.city("Here", country="IS")
    left = await desk.callers.city("Left", country="IS")
    await desk.callers.officer.change(
        "POST", f"/v1/cities/{left['id']}/withdraw", {"reason": "left"}, left["version"]
    )

    here = await desk.export("csv", country="IS", bom="true")
    gone = await desk.export("jsonl", country="IS", status="withdrawn")

    assert here.startswith(b"\xef\xbb\xbfid,status,name")
    assert [line.split(b",")[2] for line in here.split(b"\r\n")[1:-1]] == [b"Here"]
    assert [orjson.loads(line)["name"] for line in gone.splitlines()] == ["Left"]


async def test_file_larger_than_any_body_is_kept_in_chunks(desk: Desk) -> None:
    job = await desk.announce()
    content = b"name,country\n" + b"# a line\n" * (5 * CHUNK_BYTES // 9 - 2)

    sent = await desk.send(job, content)

    assert (sent.status_code, sent.json()["bytes"]) == (200, len(content))
    kept = await import_of(desk.mongo, ImportId(job["id"]))
    assert kept is not None
    assert kept.content is not None
    assert kept.content.chunks == 5


async def test_states_and_versions_are_kept_to(desk: Desk) -> None:
    job = await desk.announce()
    path = f"/v1/imports/{job['id']}"
    officer = desk.callers.officer

    early = await officer.change("POST", f"{path}/start", version=1)
    empty = await desk.send(job, b"")
    stale = await desk.send(job, b"x", version=7)
    missing = await officer.change("POST", f"{path}/start")
    cancelled = await officer.change("POST", f"{path}/cancel", version=1)
    late = await desk.send(job, b"x", version=2)

    assert (early.status_code, code(early)) == (409, "import_status_unfit")
    assert (empty.status_code, stale.status_code, missing.status_code) == (422, 412, 428)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert late.status_code == 409


async def test_only_officers_import(desk: Desk) -> None:
    job = await desk.announce()
    coordinator = desk.callers.coordinator("cty_" + "1" * 32)

    made = await coordinator.create("/v1/imports", {"format": "csv"})
    read = await coordinator.get(f"/v1/imports/{job['id']}")
    unknown = await desk.callers.officer.get("/v1/imports/imp_" + "0" * 32)

    assert (made.status_code, read.status_code, unknown.status_code) == (403, 403, 404)


async def test_no_file_is_kept_behind_the_end_of_its_import(desk: Desk) -> None:
    async def kept() -> bool:
        rows = await desk.mongo.database["import_chunks"].find({}).to_list()
        return any(b"Unmistakable" in row["data"] for row in rows)

    job = await desk.announce()
    await desk.send(job, b"name,country\nUnmistakable One,DK\n")
    waiting = await kept()
    await desk.send(job, b"name,country\nAnother,DK\n", version=2)
    replaced = await kept()
    await desk.send(job, b"name,country\nUnmistakable Two,DK\n", version=3)
    await desk.callers.officer.change("POST", f"/v1/imports/{job['id']}/cancel", version=4)
    cancelled = await kept()
    done = await desk.run(b"name,country\nUnmistakable Three,DK\n")

    assert (waiting, replaced, cancelled) == (True, False, False)
    assert (done["status"], await kept()) == ("done", False)
