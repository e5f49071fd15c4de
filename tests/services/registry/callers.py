"""Who calls the registry in tests, and the few requests that they all make."""

from dataclasses import dataclass
from typing import Any

import httpx2

from tests.shared.tokens import Issuer
from tests.support.callers import Caller, code

__all__ = ["LEIPZIG", "RIGA", "Caller", "Callers", "code"]

RIGA = 456172
LEIPZIG = 2879139
"""GeoNames ids."""


@dataclass(frozen=True, slots=True)
class Callers:
    """One of each kind."""

    client: httpx2.AsyncClient
    issuer: Issuer
    partner_key: str

    @property
    def officer(self) -> Caller:
        return Caller(self.client, self.issuer.token("officer"))

    @property
    def operator(self) -> Caller:
        return Caller(self.client, self.issuer.token("operator"))

    @property
    def partner(self) -> Caller:
        return Caller(self.client, self.partner_key)

    def coordinator(self, *cities: str) -> Caller:
        return Caller(self.client, self.issuer.token("coordinator", cities=cities))

    def named(self, subject: str, role: str = "coordinator", *cities: str) -> Caller:
        """Give somebody of their own: two coordinators are two people."""
        return Caller(self.client, self.issuer.token(role, sub=subject, cities=cities))

    async def city(self, name: str = "Køge", **facts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Register a city as an officer and give it."""
        body = {"name": name, "country": "DK", **facts}
        answer = await self.officer.create("/v1/cities", body)
        assert answer.status_code == 201, answer.text
        city: dict[str, Any] = answer.json()
        return city

    async def topic(self, code: str, **meaning: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Define a topic as an officer and give it."""
        body = {"labels": {"en": code}, **meaning}
        answer = await self.officer.change("PUT", f"/v1/topics/{code}", body)
        assert answer.status_code in {200, 201}, answer.text
        topic: dict[str, Any] = answer.json()
        return topic
