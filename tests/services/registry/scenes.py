"""Scenes for tests that ask every route: what must be there first, and what a right request says.

The caller called `own` in permissions.json is `OWN`, of the scene's city.
"""

from shared.ids import new_id
from tests.services.permissions import Names
from tests.services.registry.callers import Caller, Callers

OWN, OTHER, SECOND_OFFICER = "usr_own", "usr_other", "usr_second"
CSV = b"name,country\nX,DK\n"
PERSON = {"name": "Somebody", "email": "somebody@koge.example", "role": "coordinator"}


async def nothing(_callers: Callers) -> Names:
    return {"city_id": new_id("cty")}


async def city(callers: Callers) -> Names:
    return {"city_id": (await callers.city())["id"], "version": 1}


async def withdrawn(callers: Callers) -> Names:
    made = await city(callers)
    await _step(callers.officer, f"/v1/cities/{made['city_id']}/withdraw", 1, {"reason": "why"})
    return {**made, "version": 2}


async def pair(callers: Callers) -> Names:
    return {**await city(callers), "into": (await callers.city())["id"]}


async def merged(callers: Callers) -> Names:
    made = await pair(callers)
    body = {"into": made["into"], "reason": "why"}
    await _step(callers.officer, f"/v1/cities/{made['city_id']}/merge", 1, body)
    return {**made, "version": 2}


async def draft(callers: Callers) -> Names:
    author = callers.named(OWN)
    answer = await author.create("/v1/city-drafts", {"name": "Draft", "country": "DK"})
    return {"city_id": new_id("cty"), "draft_id": answer.json()["id"], "version": 1}


async def submitted_draft(callers: Callers) -> Names:
    made = await draft(callers)
    await _step(callers.named(OWN), f"/v1/city-drafts/{made['draft_id']}/submit", 1)
    return {**made, "version": 2}


async def topic(callers: Callers) -> Names:
    code, other = _code(), _code()
    for each in (code, other):
        await callers.topic(each)
    return {"city_id": new_id("cty"), "code": code, "other": other, "version": 1}


async def new_topic(_callers: Callers) -> Names:
    return {"city_id": new_id("cty"), "code": _code()}


async def deprecated_topic(callers: Callers) -> Names:
    made = await topic(callers)
    body = {"replaced_by": [made["other"]], "reason": "why"}
    await _step(callers.officer, f"/v1/topics/{made['code']}/deprecate", 1, body)
    return {**made, "version": 2}


async def silence(callers: Callers) -> Names:
    return {**await city(callers), "topic": (await topic(callers))["code"], "version": None}


async def interest(callers: Callers) -> Names:
    made = await silence(callers)
    path = f"/v1/cities/{made['city_id']}/interests/{made['topic']}"
    await callers.officer.change("PUT", path, {"seeks": 3, "offers": 0})
    return {**made, "version": 1}


async def contact(callers: Callers) -> Names:
    made = await city(callers)
    answer = await callers.officer.create(f"/v1/cities/{made['city_id']}/contacts", PERSON)
    return {**made, "contact_id": answer.json()["id"]}


async def announced_import(callers: Callers) -> Names:
    answer = await callers.officer.create("/v1/imports", {"format": "csv"})
    return {"city_id": new_id("cty"), "import_id": answer.json()["id"], "version": 1}


async def received_import(callers: Callers) -> Names:
    made, officer = await announced_import(callers), callers.officer
    headers = {"Authorization": f"Bearer {officer.token}", "If-Match": '"v1"'}
    headers["Content-Type"] = "text/csv"
    path = f"/v1/imports/{made['import_id']}/content"
    answer = await callers.client.put(path, content=CSV, headers=headers)
    assert answer.status_code == 200, answer.text
    return {**made, "version": int(answer.headers["etag"].strip('"v'))}


async def practice(callers: Callers) -> Names:
    made = await silence(callers)
    body = {"city_id": made["city_id"], "title": "T", "topics": [made["topic"]]}
    body |= {"problem": "P", "solution": "S"}
    answer = await callers.officer.create("/v1/practices", body)
    return {**made, "practice_id": answer.json()["id"], "version": 1}


async def submitted_practice(callers: Callers) -> Names:
    return await _practice_after(callers, await practice(callers), "submit")


async def checked_practice(callers: Callers) -> Names:
    second = callers.named(SECOND_OFFICER, "officer")
    made = await submitted_practice(callers)
    await _step(second, f"/v1/practices/{made['practice_id']}/check", made["version"])
    return {**made, "version": made["version"] + 1}


async def published_practice(callers: Callers) -> Names:
    return await _practice_after(callers, await checked_practice(callers), "publish")


async def _practice_after(callers: Callers, made: Names, step: str) -> Names:
    path = f"/v1/practices/{made['practice_id']}/{step}"
    await _step(callers.officer, path, made["version"])
    return {**made, "version": made["version"] + 1}


async def _step(who: Caller, path: str, version: int, body: Names | None = None) -> None:
    answer = await who.change("POST", path, body, version)
    assert answer.status_code == 200, answer.text


def _code() -> str:
    return new_id("top").replace("_", "-")
