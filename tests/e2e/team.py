"""The programme team of the stories, which keeps asking while what it asks is down."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar
from uuid import uuid4

import httpx2
import psutil

from deploy.local.state import is_alive
from tests.e2e.conftest import World

PATIENCE_SECONDS: Final = 60.0
TOPIC: Final = "air-quality"
NOWHERE: Final = httpx2.HTTPError
Json = dict[str, Any]
ResultT = TypeVar("ResultT")


class Team:
    """The programme team, which keeps asking while the service that it asks is down."""

    def __init__(self, world: World, http: httpx2.Client) -> None:
        self.world = world
        self._http = http

    def ask(
        self, service: str, method: str, path: str, body: Json | None = None, version: int = 0
    ) -> httpx2.Response:
        """Ask until there is an answer that no outage made, with one key for all tries."""
        headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
        if version:
            headers["If-Match"] = f'"v{version}"'
        url = f"{self.world.url(service)}{path}"

        def answer() -> httpx2.Response | None:
            with suppress(NOWHERE):
                given = self._http.request(method, url, json=body, headers=headers)
                return None if given.status_code >= 500 else given
            return None

        return eventually(f"{method} {path}", answer)

    def does(
        self, service: str, method: str, path: str, body: Json | None = None, version: int = 0
    ) -> Json:
        given = self.ask(service, method, path, body, version)
        assert given.is_success, f"{method} {path}: {given.status_code} {given.text}"
        return dict(given.json())

    def city(self, name: str, country: str, seeks: int, offers: int) -> str:
        """Register a city with an interest and a contact; give its id."""
        facts = {"name": f"{name} {uuid4().hex[:6]}", "country": country, "population": 300_000}
        id_ = str(self.does("registry", "POST", "/v1/cities", facts)["id"])
        levels = {"seeks": seeks, "offers": offers}
        self.does("registry", "PUT", f"/v1/cities/{id_}/interests/{TOPIC}", levels)
        person = {"name": f"Contact of {name}", "email": f"{id_}@example.org", "role": "mayor"}
        self.does("registry", "POST", f"/v1/cities/{id_}/contacts", person)
        return id_

    def application(self, exchange_id: str, city_id: str, side: str, decision: str) -> None:
        """Take a city from draft to admission, or to the reserve list."""
        body = {"exchange_id": exchange_id, "city_id": city_id, "side": side, "statement": "Yes."}
        made = self.does("matching", "POST", "/v1/applications", body)
        path = f"/v1/applications/{made['id']}"
        self.does("matching", "POST", f"{path}/submit", None, 1)
        why = {"reason": "All places are taken."} if decision == "reserve" else {}

        def decided() -> bool:  # once the register has told of the city
            given = self.ask("matching", "POST", f"{path}/{decision}", why, 2)
            assert given.is_success or given.status_code == 422, given.text
            return given.is_success

        eventually(f"{decision} of {city_id}", decided)

    def pairings(self, exchange_id: str) -> list[Json]:
        found = self.does("matching", "GET", f"/v1/pairings?exchange_id={exchange_id}&limit=200")
        return list(found["items"])

    def pairing(self, exchange_id: str, city_id: str, status: str = "proposed") -> Json | None:
        """Give a city's pairing in this state, or None while there is none."""
        every = self.pairings(exchange_id)
        found = [each for each in every if city_id in cities_of(each) and each["status"] == status]
        assert len(found) <= 1, found
        return found[0] if found else None

    def say(self, pairing: Json, side: str, answer: str) -> None:
        """Answer for one side, whatever happens to the service meanwhile."""
        path = f"/v1/pairings/{pairing['id']}"
        why = {"reason": "no_capacity"} if answer == "decline" else {}

        def said() -> bool:
            now = self.does("matching", "GET", path)
            if any(
                (each["what"], each["side"]) == (_DONE[answer], side) for each in now["history"]
            ):
                return True
            given = self.ask(
                "matching", "POST", f"{path}/{answer}", {"side": side, **why}, now["version"]
            )
            assert given.is_success or given.status_code in {409, 412}, given.text
            return False

        eventually(f"{answer} of {side}", said)


_DONE: Final = {"accept": "accepted", "decline": "declined"}


def cities_of(pairing: Json) -> tuple[str, str]:
    return pairing["eu_city_id"], pairing["partner_city_id"]


def eventually(what: str, look: Callable[[], ResultT | None]) -> ResultT:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: still {found!r} after {PATIENCE_SECONDS:g} s"
        time.sleep(0.05)
    return found


def kill_matching(world: World) -> None:
    """Kill matching without warning; the platform starts it again by itself."""
    identity = world.platform.processes["matching"]
    if is_alive(identity):
        children = psutil.Process(identity.pid).children(recursive=True)
        os.kill(identity.pid, signal.SIGKILL)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
