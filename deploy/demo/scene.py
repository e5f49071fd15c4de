"""What every step of the demonstration works with, and its natural keys.

Promises: a step looks first for what it would make; only what is missing is asked for, with an
idempotency key made of the seed, so that neither a repetition nor a crash makes anything twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.demo.api import Api, Call, Row
from deploy.demo.board import Board
from deploy.demo.seeding import Cast
from deploy.demo.story_data import Exchange, Participation, PublishedPairing, Story

Service = Literal["registry", "matching", "events", "notifications"]


@dataclass(frozen=True, slots=True)
class Scene:
    """The platform, the story, who takes part, and the board that shows it."""

    api: Api
    story: Story
    cast: Cast
    board: Board
    seed: int

    def city_id(self, body_key: str) -> str:
        """Give the id of a body in the registry."""
        return str(self.cast.cities[body_key]["id"])

    def name(self, body_key: str) -> str:
        """Give the name of a body."""
        return str(self.cast.cities[body_key]["name"])

    def participations(self, exchange: Exchange) -> list[Participation]:
        """Give who takes part in an exchange."""
        return [each for each in self.story.participations if each.exchange_key == exchange.key]

    def pairings(self, exchange: Exchange) -> list[PublishedPairing]:
        """Give the pairings of an exchange that history decided."""
        return [each for each in self.story.pairings if each.exchange_key == exchange.key]

    def pair(self, pairing: PublishedPairing) -> tuple[str, str]:
        """Give the ids of a pairing's two cities, the EU city first."""
        return self.city_id(pairing.eu_key), self.city_id(pairing.partner_key)

    async def create(self, service: Service, path: str, body: Row, key: str) -> Row:
        """Make something as the programme team."""
        token = await self.api.officer()
        named = f"demo-{self.seed}-{key}"
        return await self.api.send(Call(service, "POST", path, token, body, key=named))

    async def create_for(self, city_id: str, path: str, body: Row, key: str) -> Row:
        """Make something in matching as the coordinator of a city."""
        token = await self.api.coordinator(city_id)
        named = f"demo-{self.seed}-{key}"
        return await self.api.send(Call("matching", "POST", path, token, body, key=named))

    async def read(self, service: Service, path: str, **query: str | int) -> Row:
        """Read something as the programme team."""
        return await self.api.send(
            Call(service, "GET", path, await self.api.officer(), query=query)
        )


def pair_of(row: Row) -> tuple[str, str]:
    """Give the ids of the two cities of a proposal, pairing or lock, the EU city first."""
    return row["eu_city_id"], row["partner_city_id"]


def found(rows: list[Row], **values: object) -> Row | None:
    """Give the first row that has these values."""
    wanted: Mapping[str, object] = values
    return next((row for row in rows if wanted.items() <= row.items()), None)
