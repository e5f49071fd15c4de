"""Scenes for the table of who may do what in matching.

The caller called `own` in permissions.json is a coordinator of the scene's `city_id`, which is the
EU city of a pairing; `other` is one of a city that has nothing to do with it.
"""

from shared.ids import new_id
from tests.services.matching.consents import (
    Scene,
    application_of,
    both_accept,
    in_reserve,
    say,
    scene,
)
from tests.services.matching.desk import Desk, Json, done
from tests.services.matching.test_pairings import cooperating, replace
from tests.services.matching.test_plans import agreed
from tests.services.permissions import Names


async def nothing(_desk: Desk) -> Names:
    return {"city_id": new_id("cty")}


async def programme(desk: Desk) -> Names:
    exchange = await desk.exchange()
    return {"city_id": new_id("cty"), "programme_id": exchange["programme_id"]}


async def exchange(desk: Desk) -> Names:
    made = await desk.exchange()
    return {
        "city_id": await desk.city("PT"),
        "exchange_id": made["id"],
        "programme_id": made["programme_id"],
        "version": made["version"],
    }


async def draft(desk: Desk) -> Names:
    names = await exchange(desk)
    made = await desk.draft(names["exchange_id"], names["city_id"])
    return {**names, "application_id": made["id"], "version": made["version"]}


async def submitted(desk: Desk) -> Names:
    names = await draft(desk)
    path = f"/v1/applications/{names['application_id']}/submit"
    sent = done(await desk.officer.change(path, names["version"]))
    return {**names, "version": sent["version"]}


async def requested_round(desk: Desk) -> Names:
    story = await scene(desk, ("water",))
    asked = done(await desk.officer.create("/v1/rounds", {"exchange_id": story.id}), 202)
    return {**_of(story), "round_id": asked["id"], "version": asked["version"]}


async def solved_round(desk: Desk) -> Names:
    names = await requested_round(desk)
    await desk.solve_all()
    made = done(await desk.officer.get(f"/v1/rounds/{names['round_id']}"))
    return {**names, "version": made["version"]}


async def published_round(desk: Desk) -> Names:
    names = await solved_round(desk)
    path = f"/v1/rounds/{names['round_id']}"
    made = done(await desk.officer.change(f"{path}/publish", names["version"]))
    query = {"round_id": names["round_id"]}
    (proposal,) = done(await desk.officer.get("/v1/proposals", **query))["items"]
    cities = {name: proposal[name] for name in ("eu_city_id", "partner_city_id")}
    return {**names, **cities, "version": made["version"], "proposal_id": proposal["id"]}


async def second_round(desk: Desk) -> Names:
    """A solved round with a published one before it, to compare it with."""
    names = await published_round(desk)
    made = await desk.round(names["exchange_id"])
    return {**names, "round_id": made["id"], "version": made["version"]}


async def proposed(desk: Desk) -> Names:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    return _paired(story, pairing)


async def active(desk: Desk) -> Names:
    return _paired(*await cooperating(desk))


async def suspended(desk: Desk) -> Names:
    story, pairing = await cooperating(desk)
    return _paired(story, await say(desk, pairing, story.eu[0], "suspend", reason="Elections."))


async def with_spare(desk: Desk) -> Names:
    story, pairing = await cooperating(desk)
    spare = await in_reserve(desk, story, "partner", "water")
    return {**_paired(story, pairing), "spare_id": spare}


async def refused(desk: Desk) -> Names:
    story = await scene(desk, ("water",))
    (pairing,) = await desk.published(story.id)
    await in_reserve(desk, story, "partner", "water")
    return _paired(story, await say(desk, pairing, story.eu[0], "decline", reason="other"))


async def reserves(desk: Desk) -> Names:
    story = await scene(desk, ("water",))
    spare = await in_reserve(desk, story, "eu", "water")
    application = await application_of(desk, story.id, spare)
    return {**_of(story), "side": "eu", "application_id": application["id"]}


async def action(desk: Desk) -> Names:
    story, pairing = await cooperating(desk)
    made = await agreed(desk.officer, pairing)
    return {**_paired(story, pairing), "action_id": made["id"], "version": made["version"]}


async def replaced(desk: Desk) -> Names:
    """The pairing of a replacement that both cities want."""
    names = await with_spare(desk)
    old = {"id": names["pairing_id"], "version": names["version"]}
    made = done(await replace(desk, old, "partner", names["spare_id"]), 201)
    pairing = await both_accept(desk, made)
    return {**names, "pairing_id": pairing["id"], "version": pairing["version"]}


def _of(story: Scene) -> Json:
    return {
        "city_id": story.eu[0],
        "eu_city_id": story.eu[0],
        "partner_city_id": story.partner[0],
        "exchange_id": story.id,
        "programme_id": story.exchange["programme_id"],
        "side": "eu",
    }


def _paired(story: Scene, pairing: Json) -> Json:
    return {**_of(story), "pairing_id": pairing["id"], "version": pairing["version"]}
