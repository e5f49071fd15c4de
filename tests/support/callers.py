"""Somebody who asks a service over HTTP in tests, and the code of what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from shared.ids import new_id

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token."""

    client: httpx2.AsyncClient
    token: str

    async def get(self, path: str, **query: str | int) -> httpx2.Response:
        return await self.client.get(path, params=query, headers=self._headers())

    async def create(self, path: str, body: Body, key: str = "") -> httpx2.Response:
        headers = self._headers() | {"Idempotency-Key": key or new_id("key")}
        return await self.client.post(path, json=body, headers=headers)

    async def change(
        self, method: str, path: str, body: Body | None = None, version: int | None = None
    ) -> httpx2.Response:
        headers = self._headers() | ({} if version is None else {"If-Match": f'"v{version}"'})
        return await self.client.request(method, path, json=body, headers=headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def code(answer: httpx2.Response) -> str:
    """Give the code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["code"])
