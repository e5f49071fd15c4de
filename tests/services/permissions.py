"""Asking every route of a service as every kind of caller, for its table of who may do what.

A scene makes fresh things and gives the names that stand in braces in paths, bodies and queries;
`version` goes into `If-Match`. Every request is right in every way but perhaps its caller.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2

from shared.ids import new_id

Names = Mapping[str, Any]
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A right request: its scene, body and query; a POST with `creates` has an Idempotency-Key.

    `content` is a file that is sent instead of a body.
    """

    scene: Callable[[Any], Awaitable[Names]]
    body: Any = None
    content: bytes | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    creates: bool = False


def table_of(service: ModuleType) -> list[dict[str, Any]]:
    """Give the rows of a service's permissions.json."""
    table = Path(str(service.__file__)).parent / "permissions.json"
    rows: list[dict[str, Any]] = json.loads(table.read_text("utf-8"))["routes"]
    return rows


async def served(client: httpx2.AsyncClient) -> set[str]:
    """Give the routes that a service's own document shows, as the table writes them."""
    document = (await client.get("/openapi.json")).json()
    return {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method in operations
        if path.startswith("/v1/")
    }


async def ask(
    client: httpx2.AsyncClient, route: str, asked: Asked, names: Names, credential: Headers
) -> httpx2.Response:
    """Ask a route in a scene that nobody has touched."""
    method, path = route.split(" ")
    headers = dict(credential)
    if asked.content is not None:
        headers["Content-Type"] = "text/csv"
    if asked.creates:
        headers["Idempotency-Key"] = new_id("key")
    if method != "GET" and names.get("version"):
        headers["If-Match"] = f'"v{names["version"]}"'
    return await client.request(
        method,
        filled(path, names),
        **_sent(asked, names),
        params=filled(dict(asked.query), names),
        headers=headers,
    )


def filled(value: Any, names: Names) -> Any:  # noqa: ANN401 - any JSON
    """Put a scene's names into the braces."""
    if isinstance(value, str):
        return value.format_map(names) if "{" in value else value
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, dict):
        return {name: filled(each, names) for name, each in value.items()}
    return value


def _sent(asked: Asked, names: Names) -> dict[str, Any]:
    if asked.content is None:
        return {"json": filled(asked.body, names)}
    return {"content": asked.content}
