"""Importing over HTTP as an officer does it, with a worker at hand."""

from dataclasses import dataclass
from typing import Any

import httpx2

from services.registry.domain.imports import ImportId
from services.registry.store.imports import import_of
from services.registry.transfer.worker import ImportWorker
from shared.mongo import Mongo
from tests.services.registry.callers import Callers

Shown = dict[str, Any]
"""A JSON object that was answered."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer's requests; `worker` takes the rows when told to."""

    callers: Callers
    mongo: Mongo

    @property
    def worker(self) -> ImportWorker:
        return ImportWorker(self.mongo, "test")

    async def announce(self, format_: str = "csv", *, dry_run: bool = False) -> Shown:
        body = {"format": format_, "dry_run": dry_run}
        answer = await self.callers.officer.create("/v1/imports", body)
        assert answer.status_code == 201, answer.text
        shown: Shown = answer.json()
        return shown

    async def send(self, job: Shown, content: bytes, version: int = 1) -> httpx2.Response:
        token = self.callers.officer.token
        headers = {"Authorization": f"Bearer {token}", "If-Match": f'"v{version}"'}
        path = f"/v1/imports/{job['id']}/content"
        return await self.callers.client.put(path, content=content, headers=headers)

    async def start(self, format_: str, content: bytes, *, dry_run: bool = False) -> Shown:
        job = await self.announce(format_, dry_run=dry_run)
        sent = await self.send(job, content)
        assert sent.status_code == 200, sent.text
        path = f"/v1/imports/{job['id']}/start"
        started = await self.callers.officer.change("POST", path, version=sent.json()["version"])
        assert started.status_code == 202, started.text
        shown: Shown = started.json()
        return shown

    async def run(self, content: bytes, format_: str = "csv", *, dry_run: bool = False) -> Shown:
        """Import a file to its end and give what came of it."""
        job = await self.start(format_, content, dry_run=dry_run)
        kept = await import_of(self.mongo, ImportId(job["id"]))
        assert kept is not None
        await self.worker.take(kept)
        return await self.read(job)

    async def read(self, job: Shown) -> Shown:
        answer = await self.callers.officer.get(f"/v1/imports/{job['id']}")
        shown: Shown = answer.json()
        return shown

    async def errors(self, job: Shown, **query: str | int) -> Shown:
        answer = await self.callers.officer.get(f"/v1/imports/{job['id']}/errors", **query)
        shown: Shown = answer.json()
        return shown

    async def export(self, format_: str, **query: str) -> bytes:
        answer = await self.callers.officer.get("/v1/exports/cities", format=format_, **query)
        assert answer.status_code == 200, answer.text
        return answer.content


def counted(job: Shown) -> dict[str, int]:
    """Give the counts of rows that are not 0."""
    return {name: number for name, number in job["rows"].items() if number}
