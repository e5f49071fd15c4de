"""Steps of the tests of consent: scenes with a reserve, answers, and the worker's looks."""

from dataclasses import dataclass
from typing import Any

from services.matching.deadlines import ConsentWorker
from services.matching.settings import ConsentSettings
from tests.services.matching.desk import Desk, Json, done

SETTINGS = ConsentSettings()


@dataclass(frozen=True, slots=True)
class Scene:
    """An exchange with published pairings: cities by side, and what is proposed."""

    exchange: Json
    eu: list[str]
    partner: list[str]
    reserves: dict[str, list[str]]

    @property
    def id(self) -> str:
        exchange_id: str = self.exchange["id"]
        return exchange_id


async def scene(desk: Desk, topics: tuple[str, ...], **terms: Any) -> Scene:  # noqa: ANN401 - JSON
    """Give an exchange with a city a side and topic, none of which fits another topic's."""
    exchange = await desk.exchange(**terms)
    eu = [await desk.city("PT", (topic, 5, 5)) for topic in topics]
    partner = [await desk.city("CA", (topic, 5, 5)) for topic in topics]
    for city_id in eu:
        await desk.admitted(exchange["id"], city_id)
    for city_id in partner:
        await desk.admitted(exchange["id"], city_id, "partner")
    return Scene(exchange, eu, partner, {"eu": [], "partner": []})


async def in_reserve(desk: Desk, scene_: Scene, side: str, *topics: str, level: int = 4) -> str:
    """Put a city with interests in these topics on the reserve list of a side; give its id."""
    country = "PT" if side == "eu" else "CA"
    city_id = await desk.city(country, *((topic, level, level) for topic in topics))
    path = f"/v1/applications/{(await desk.draft(scene_.id, city_id, side))['id']}"
    done(await desk.coordinator(city_id).change(f"{path}/submit", 1))
    done(await desk.officer.change(f"{path}/reserve", 2, {"reason": "All places are taken."}))
    scene_.reserves[side].append(city_id)
    return city_id


async def say(desk: Desk, pairing: Json, city_id: str, answer: str, **body: str | bool) -> Json:
    """Answer a pairing for one of its cities; give the pairing as it is then."""
    path = f"/v1/pairings/{pairing['id']}"
    version = done(await desk.officer.get(path))["version"]
    return done(await desk.coordinator(city_id).change(f"{path}/{answer}", version, body))


async def both_accept(desk: Desk, pairing: Json) -> Json:
    """Let both cities say yes; give the active pairing."""
    await say(desk, pairing, pairing["eu_city_id"], "accept")
    return await say(desk, pairing, pairing["partner_city_id"], "accept")


async def pairing_of(desk: Desk, exchange_id: str, city_id: str, status: str = "proposed") -> Json:
    """Give a city's one pairing in this state."""
    (found,) = await desk.pairings(exchange_id, city_id=city_id, status=status)
    return found


def worker(desk: Desk, holder: str = "test") -> ConsentWorker:
    return ConsentWorker(desk.mongo, SETTINGS, holder)


async def work(desk: Desk) -> None:
    """Let the workers of dates and of rounds do all there is to do."""
    while await worker(desk).look():
        await desk.solve_all()


async def rematched(desk: Desk, exchange_id: str, **body: bool) -> Json:
    """Ask for a re-match, solve and publish it; give the round."""
    path = f"/v1/exchanges/{exchange_id}/rematch"
    asked = done(await desk.officer.create(path, body), 202)
    await desk.solve_all()
    made = done(await desk.officer.get(f"/v1/rounds/{asked['id']}"))
    published = f"/v1/rounds/{made['id']}/publish"
    return done(await desk.officer.change(published, made["version"]))


async def application_of(desk: Desk, exchange_id: str, city_id: str) -> Json:
    """Give a city's application to an exchange."""
    query = {"exchange_id": exchange_id, "city_id": city_id}
    (found,) = done(await desk.officer.get("/v1/applications", **query))["items"]
    application: Json = found
    return application
