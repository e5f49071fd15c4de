"""The registry's processes for the import benchmark: an API, and workers that may be killed."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.servers import Servers, python
from deploy.local.ports import accepts_connections, free_port
from deploy.local.process import Child, stop_all

POLL_SECONDS = 0.1
_PART_BYTES = 1 << 16
_READY_SECONDS = 120
_JOB_SECONDS = 900

Shown = dict[str, Any]


@dataclass(slots=True)
class Registry:
    """The running registry on one database; `client` is an officer at its API."""

    client: httpx2.AsyncClient
    api: Child
    folder: Path
    environment: Mapping[str, str]
    workers: list[Child] = field(default_factory=list)

    async def worker(self, roles: str) -> Child:
        """Start a process with these roles and wait until it serves."""
        port = free_port()
        own = {"REGISTRY_HTTP__PORT": str(port), "REGISTRY_ROLES": roles}
        name = f"worker-{len(self.workers)}"
        child = python(name, ["services.registry.main"], self.folder, {**self.environment, **own})
        self.workers.append(child)
        await asyncio.to_thread(start, child, port)
        return child

    async def send(self, content: bytes, format_: str = "csv") -> Shown:
        """Upload a file and start its import."""
        key = {"Idempotency-Key": f"bench-{len(content)}-{id(content)}"}
        answer = await self.client.post("/v1/imports", json={"format": format_}, headers=key)
        job: Shown = answer.raise_for_status().json()
        path = f"/v1/imports/{job['id']}"
        parts = (content[at : at + _PART_BYTES] for at in range(0, len(content), _PART_BYTES))

        async def body() -> AsyncIterator[bytes]:
            for part in parts:
                yield part

        headers = {"If-Match": '"v1"'}
        answer = await self.client.put(f"{path}/content", content=body(), headers=headers)
        answer.raise_for_status()
        answer = await self.client.post(f"{path}/start", headers={"If-Match": '"v2"'})
        started: Shown = answer.raise_for_status().json()
        return started

    async def read(self, job: Shown) -> Shown:
        """Look how far an import is."""
        answer = await self.client.get(f"/v1/imports/{job['id']}")
        shown: Shown = answer.raise_for_status().json()
        return shown

    async def until(self, job: Shown, rows: int | None = None) -> Shown:
        """Wait until an import has so many rows, or to its end."""
        async with asyncio.timeout(_JOB_SECONDS):
            while (now := await self.read(job))["status"] == "running":
                if rows is not None and now["rows"]["read"] >= rows:
                    break
                await asyncio.sleep(POLL_SECONDS)
        return now


@asynccontextmanager
async def registry(servers: Servers, database: str) -> AsyncIterator[Registry]:
    """Run the issuer and the API; workers are started by whoever measures them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        issuer_port, port = (ports := [free_port()])[0], free_port(ports)
        url = f"http://127.0.0.1:{issuer_port}"
        environment = {
            "MONGO_URL": servers.mongo_url,
            "KAFKA_BOOTSTRAP_SERVERS": servers.kafka,
            "ENVIRONMENT": "test",
            "REGISTRY_AUTH__ISSUER": url,
            "REGISTRY_AUTH__JWKS_URL": f"{url}/jwks.json",
            "REGISTRY_LOG__LEVEL": "warning",
            "REGISTRY_MONGO__DATABASE": database,
        }
        own = {"REGISTRY_HTTP__PORT": str(port), "REGISTRY_ROLES": "api"}
        args = ["deploy.local.issuer", "--port", str(issuer_port), "--data", str(folder)]
        issuer = python("issuer", args, folder, {})
        api = python("api", ["services.registry.main"], folder, {**environment, **own})
        workers: list[Child] = []
        try:
            await asyncio.to_thread(start, issuer, issuer_port)
            await asyncio.to_thread(start, api, port)
            async with httpx2.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", timeout=60
            ) as client:
                answer = await client.post(f"{url}/token", data={"role": "officer"})
                token = answer.raise_for_status().json()["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                yield Registry(client, api, folder, environment, workers)
        finally:
            await asyncio.to_thread(stop_all, [issuer, api, *workers])


def start(child: Child, port: int) -> None:
    """Start a process and wait until it listens."""
    child.start()
    child.wait_ready(partial(accepts_connections, port), _READY_SECONDS)


def peak_megabytes(child: Child) -> float:
    """Give the most memory that a process has had so far. Source: proc(5), `VmHWM`."""
    lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return round(kilobytes / 1024, 1)
