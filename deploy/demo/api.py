"""The platform's public APIs as the demonstration calls them: as frontends do, with their tokens.

Promises: at most CONCURRENCY requests at once; a POST with a key and a GET are sent again when the
platform is busy or away for a moment, anything else is not; the time of every command is kept.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import httpx2

Row: TypeAlias = Mapping[str, Any]
"""A JSON object, as an API gave it."""

T = TypeVar("T")

CONCURRENCY = 8
"""Requests at once: more only wait in the services, which share two cores here."""

REQUEST_SECONDS = 30.0
"""A busy machine answers within a second; more than this is an outage."""

TRIES = 5
BUSY = frozenset({502, 503})
"""Answers after which the same request may succeed a moment later."""

PAGE_ITEMS = 200
"""The most that a listing gives at once."""

FIRST_LOOK_SECONDS = 0.05
LONGEST_LOOK_SECONDS = 0.5
"""Pauses between two looks at a condition grow, so that waiting costs the platform little."""

ARRIVAL_SECONDS = 120.0
"""What takes longer to arrive is stuck; on two busy cores everything took below 30 s."""


class StoryError(Exception):
    """The story cannot go on; the text says why, for people."""


class ApiError(StoryError):
    """A service refused a request; `code` is the problem's."""

    def __init__(self, call: "Call", status: int, problem: Row) -> None:
        """Say which request it was."""
        super().__init__(f"{call.method} {call.service}{call.path}: {status} {dict(problem)}")
        self.status = status
        self.code = str(problem.get("code", ""))


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `key` makes a POST safe to repeat, `version` is what a change has seen."""

    service: str
    method: str
    path: str
    token: str
    body: Row | None = None
    key: str | None = None
    version: int | None = None
    query: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice has no other effect than once."""
        return self.method in ("GET", "PUT") or self.key is not None

    def headers(self) -> dict[str, str]:
        """Give the headers."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self.key is not None:
            headers["Idempotency-Key"] = self.key
        if self.version is not None:
            headers["If-Match"] = f'"v{self.version}"'
        return headers


@dataclass(slots=True)
class Api:
    """The APIs of one platform. `urls` has the address of each service and of the issuer."""

    urls: Mapping[str, str]
    http: httpx2.AsyncClient
    command_seconds: list[float] = field(default_factory=list)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))
    _tokens: dict[str, str] = field(default_factory=dict)

    async def officer(self) -> str:
        """Give a token of the programme team."""
        return await self._token("demo-officer", {"role": "officer"})

    async def coordinator(self, city_id: str) -> str:
        """Give a token of the coordinator of one city."""
        form = {"role": "coordinator", "cities": city_id}
        return await self._token(f"demo-coordinator-{city_id}", form)

    async def send(self, call: Call) -> Row:
        """Send a request and give the body of its answer.

        Raises:
            ApiError: the service refused it.
            StoryError: the service is away.
        """
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES or not call.repeatable
            async with self._gate:
                answer = await self._once(call, last=last)
            if answer is not None and (answer.status_code not in BUSY or last):
                return _body(call, answer)
            await asyncio.sleep(FIRST_LOOK_SECONDS * 2**attempt)
        raise StoryError(f"{call.service} is away")

    async def listed(self, service: str, path: str, **query: str | int) -> list[Row]:
        """Give all items of a listing, as the programme team sees it."""
        items: list[Row] = []
        asked: dict[str, str | int] = {"limit": PAGE_ITEMS, **query}
        while True:
            page = await self.send(Call(service, "GET", path, await self.officer(), query=asked))
            items += page["items"]
            if not page["next"]:
                return items
            asked["cursor"] = page["next"]

    async def _once(self, call: Call, *, last: bool) -> httpx2.Response | None:
        url = self.urls[call.service] + call.path
        began = time.perf_counter()
        try:
            answer = await self.http.request(
                call.method, url, params=call.query, json=call.body, headers=call.headers()
            )
        except httpx2.TransportError as error:
            if last:
                raise StoryError(f"{call.service} does not answer at {url}: {error!r}") from error
            return None
        if call.method != "GET" and answer.is_success:
            self.command_seconds.append(time.perf_counter() - began)
        return answer

    async def _token(self, subject: str, form: Mapping[str, str]) -> str:
        if subject not in self._tokens:
            url = f"{self.urls['issuer']}/token"
            try:
                answer = await self.http.post(url, data={**form, "sub": subject})
                self._tokens[subject] = answer.raise_for_status().json()["access_token"]
            except httpx2.HTTPError as error:
                raise StoryError(f"the issuer at {url} gave no token: {error!r}") from error
        return self._tokens[subject]


def _body(call: Call, answer: httpx2.Response) -> Row:
    body = answer.json() if answer.content else {}
    if not answer.is_success:
        raise ApiError(call, answer.status_code, body)
    return dict(body) if isinstance(body, dict) else {"items": body}


@asynccontextmanager
async def open_api(urls: Mapping[str, str]) -> AsyncIterator[Api]:
    """Give the APIs of a platform while the block runs."""
    timeout = httpx2.Timeout(REQUEST_SECONDS)
    async with httpx2.AsyncClient(timeout=timeout, trust_env=False) as http:
        yield Api(urls, http)


async def until(
    look: Callable[[], Awaitable[T | None]], what: str, seconds: float = ARRIVAL_SECONDS
) -> T:
    """Look until there is something truthy and give it.

    Raises:
        StoryError: there was nothing in time; the text says what was awaited.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_LOOK_SECONDS
    while not (found := await look()):
        if time.monotonic() > deadline:
            raise StoryError(f"waited {seconds:g} s in vain for {what}")
        await asyncio.sleep(pause)
        pause = min(LONGEST_LOOK_SECONDS, pause * 1.5)
    return found


async def together(works: "list[Awaitable[T]]") -> list[T]:
    """Do all of these at once and give their results in order; the first failure ends the rest."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_await(work)) for work in works]
    return [task.result() for task in tasks]


async def _await(work: Awaitable[T]) -> T:
    return await work
