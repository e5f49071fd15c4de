"""An exchange from the opening of its call to pairings that both cities have accepted.

Each round is solved freely first; then the programme team locks the pairs that history decided. An
exchange for which no page names a pair ends with its free round, unpublished.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from deploy.demo.api import ApiError, Call, Row, StoryError, together, until
from deploy.demo.scene import Scene, found, pair_of
from deploy.demo.story_data import Exchange, Participation, Programme, PublishedPairing
from deploy.demo.visits import visit

CALL_DAYS = 30
"""The call's length: World Cities gave cities about a month."""

CALL_ZONE = "Europe/Brussels"
"""Where the programme was run."""

APPLICATION_STEPS = 1
ROUND_STEPS = 2
PAIRING_STEPS = 2
"""Steps on the board: per application; free and locked; accepted and visited."""

LIVE = frozenset({"proposed", "accepted_by_one_side", "active"})


@dataclass(frozen=True, slots=True)
class Played:
    """What came of an exchange. `locked` is None where nothing was published."""

    exchange: Exchange
    row: Row
    applications: tuple[Row, ...]
    free: Row
    free_proposals: tuple[Row, ...]
    locked: Row | None = None
    proposals: tuple[Row, ...] = ()
    pairings: tuple[Row, ...] = ()
    activities: tuple[Row, ...] = ()
    delegations: tuple[Row, ...] = ()


def steps_of(applications: int, pairings: int) -> int:
    """Give the number of steps of an exchange on the board."""
    rounds = ROUND_STEPS if pairings else 1
    return applications * APPLICATION_STEPS + rounds + pairings * PAIRING_STEPS


async def set_up_programme(scene: Scene, programme: Programme) -> Row:
    """Give the programme, set up where it is missing."""
    known = found(await scene.api.listed("matching", "/v1/programmes"), name=programme.name)
    if known is not None:
        return known
    body = {
        "name": programme.name,
        "starts_on": date(programme.first_year, 1, 1).isoformat(),
        "ends_on": date(programme.last_year, 12, 31).isoformat(),
    }
    return await scene.create("matching", "/v1/programmes", body, f"programme-{programme.key}")


async def play_exchange(scene: Scene, exchange: Exchange, programme: Row) -> Played:
    """Play one exchange to its end.

    Raises:
        StoryError: a service refuses a step, or something does not arrive.
    """
    board = scene.board
    board.stage(exchange.key, "opening the call")
    row = await _open(scene, exchange, programme)
    board.stage(exchange.key, "cities apply")
    applications = await _applications(scene, exchange, row)
    board.stage(exchange.key, "the free round")
    free = await _round(scene, exchange, row, [])
    suggestions = await scene.api.listed("matching", "/v1/proposals", round_id=free["id"])
    board.step(exchange.key)
    played = Played(exchange, row, tuple(applications), free, tuple(suggestions))
    published = scene.pairings(exchange)
    if not published:
        board.stage(exchange.key, f"{len(suggestions)} proposals (no pair published)")
        return played
    board.stage(exchange.key, "the round with locks")
    locked = await _published(scene, await _round(scene, exchange, row, published))
    board.step(exchange.key)
    proposals = await scene.api.listed("matching", "/v1/proposals", round_id=locked["id"])
    played = replace(played, locked=locked, proposals=tuple(proposals))
    return await _cooperate(scene, played, published)


async def _open(scene: Scene, exchange: Exchange, programme: Row) -> Row:
    rows = await scene.api.listed("matching", "/v1/exchanges", programme_id=programme["id"])
    known = found(rows, name=exchange.name)
    if known is not None:
        return known
    parts = scene.participations(exchange)
    most = {
        side: max(each.capacity for each in parts if each.side == side)
        for side in ("eu", "partner")
    }
    deadline = datetime.now(UTC).date() + timedelta(days=CALL_DAYS)
    body = {
        "programme_id": programme["id"],
        "name": exchange.name,
        "partner_country": exchange.partner_country,
        "time_zone": CALL_ZONE,
        "deadline_date": deadline.isoformat(),
        "max_partners": most,
    }
    return await scene.create("matching", "/v1/exchanges", body, f"exchange-{exchange.key}")


async def _applications(scene: Scene, exchange: Exchange, row: Row) -> list[Row]:
    rows = await scene.api.listed("matching", "/v1/applications", exchange_id=row["id"])
    known = {each["city_id"]: each for each in rows}

    async def apply(part: Participation) -> Row:
        city_id = scene.city_id(part.body_key)
        application = known.get(city_id) or await _draft(scene, exchange, row, part)
        admitted = await _admitted(scene, application, city_id)
        scene.board.step(exchange.key)
        return admitted

    return await together([apply(part) for part in scene.participations(exchange)])


async def _draft(scene: Scene, exchange: Exchange, row: Row, part: Participation) -> Row:
    city_id = scene.city_id(part.body_key)
    body = {
        "exchange_id": row["id"],
        "city_id": city_id,
        "side": part.side,
        "statement": f"Illustrative: {scene.name(part.body_key)} wants to take part.",
        "illustrative": True,
    }
    key = f"application-{exchange.key}-{part.body_key}"
    return await scene.create_for(city_id, "/v1/applications", body, key)


async def _admitted(scene: Scene, application: Row, city_id: str) -> Row:
    """Submit it as its coordinator and admit it as the programme team."""
    path = f"/v1/applications/{application['id']}"
    if application["status"] == "draft":
        token = await scene.api.coordinator(city_id)
        version = application["version"]
        call = Call("matching", "POST", f"{path}/submit", token, version=version)
        application = await scene.api.send(call)
    if application["status"] != "submitted":
        return application
    token = await scene.api.officer()
    call = Call("matching", "POST", f"{path}/admit", token, {}, version=application["version"])

    async def admit() -> Row | None:
        try:
            return await scene.api.send(call)
        except ApiError as error:
            if error.code != "application_city_unknown":
                raise
            return None  # the registry's event is still on its way

    return await until(admit, f"{city_id} to be known in matching")


async def _round(
    scene: Scene, exchange: Exchange, row: Row, published: list[PublishedPairing]
) -> Row:
    """Give the solved round with these pairs locked; ask for it where it is missing."""
    wanted = {scene.pair(each) for each in published}
    rows = await scene.api.listed("matching", "/v1/rounds", exchange_id=row["id"])
    known = [each for each in rows if {pair_of(lock) for lock in each["locks"]} == wanted]
    going = [each for each in known if each["status"] != "failed"]
    body = {"exchange_id": row["id"], "locks": [_lock(scene, each) for each in published]}
    key = f"round-{exchange.key}-{'locked' if published else 'free'}"
    asked = going[0] if going else await scene.create("matching", "/v1/rounds", body, key)

    async def solved() -> Row | None:
        now = await scene.read("matching", f"/v1/rounds/{asked['id']}")
        if now["status"] == "failed":
            raise StoryError(f"the round of {exchange.name} failed: {now['problem']}")
        return None if now["status"] == "requested" else now

    return await until(solved, f"the round of {exchange.name}")


def _lock(scene: Scene, pairing: PublishedPairing) -> Row:
    eu, partner = scene.pair(pairing)
    return {
        "eu_city_id": eu,
        "partner_city_id": partner,
        "reason": f"As published: {pairing.source_url}",
        "topics": pairing.topics,
    }


async def _published(scene: Scene, round_: Row) -> Row:
    if round_["status"] == "published":
        return round_
    token, version = await scene.api.officer(), round_["version"]
    path = f"/v1/rounds/{round_['id']}/publish"
    return await scene.api.send(Call("matching", "POST", path, token, version=version))


async def _cooperate(scene: Scene, played: Played, published: list[PublishedPairing]) -> Played:
    """Let both cities of each pair accept, and one visit the other."""
    board, key = scene.board, played.exchange.key
    rows = await scene.api.listed("matching", "/v1/pairings", exchange_id=played.row["id"])
    live = {pair_of(row): row for row in rows if row["status"] in LIVE}
    board.stage(key, "cities answer and visit")

    async def live_through(pairing: PublishedPairing) -> tuple[Row, Row, Row]:
        row = live.get(scene.pair(pairing))
        if row is None:
            raise StoryError(f"no pairing of {pairing.eu_key} and {pairing.partner_key} is live")
        active = await _accepted(scene, pairing, row)
        board.step(key)
        activity, delegation = await visit(scene, pairing, active)
        board.step(key)
        return active, activity, delegation

    results = await together([live_through(each) for each in published])
    board.stage(key, f"{len(results)} pairings active")
    return replace(
        played,
        pairings=tuple(active for active, _, _ in results),
        activities=tuple(activity for _, activity, _ in results),
        delegations=tuple(delegation for _, _, delegation in results),
    )


async def _accepted(scene: Scene, pairing: PublishedPairing, row: Row) -> Row:
    """Let each city say yes once it has got the e-mail that asks it."""
    if row["status"] == "proposed":
        await _told(scene, pairing, row)
    for body_key, side in ((pairing.eu_key, "eu"), (pairing.partner_key, "partner")):
        if row["status"] == "active" or side in row["accepted_by"]:
            continue
        token = await scene.api.coordinator(scene.city_id(body_key))
        path = f"/v1/pairings/{row['id']}/accept"
        call = Call("matching", "POST", path, token, {}, version=row["version"])
        row = await scene.api.send(call)
    return row


async def _told(scene: Scene, pairing: PublishedPairing, row: Row) -> None:
    contacts = scene.cast.contacts
    people = len(contacts[pairing.eu_key]) + len(contacts[pairing.partner_key])

    async def everybody() -> bool:
        emails = await scene.api.listed("notifications", "/v1/emails", about=row["id"])
        return sum(1 for each in emails if each["status"] == "sent") >= people

    await until(everybody, f"the e-mails about {pairing.eu_key} and {pairing.partner_key}")
