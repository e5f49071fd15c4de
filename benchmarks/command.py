"""Promise: a command over HTTP costs at most half as much again as the same two bare writes.

Ours: the platform's edge, a verified token, the role, the idempotency key, the contract's event and
the outbox. Bare: a FastAPI route without any of it, and the two writes in the driver's transaction.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.request import Request as UrlRequest
from urllib.request import urlopen
from uuid import uuid4

import orjson

from benchmarks.client import Load, post, run_load
from benchmarks.report import Figure, at_most
from benchmarks.servers import Servers, python
from deploy.local.ports import accepts_connections, free_port
from deploy.local.process import stop_all
from shared.migrations import migrate
from shared.mongo import connect
from tests.support.chain import CITIES

ROUNDS = 5
BODY = orjson.dumps({"name": "Nowa Huta " + "x" * 60})


async def measure(servers: Servers, commands: int) -> list[Figure]:
    """Send ``commands`` commands to each, in turns, over one and over eight connections."""
    for name in ("bench_ours", "bench_bare"):
        mongo = connect(servers.mongo_url, name)
        await migrate(mongo, [CITIES])
        await mongo.close()
    with tempfile.TemporaryDirectory() as folder, _apps(servers, Path(folder)) as apps:
        single = await _compare(apps, commands, connections=1)
        several = await _compare(apps, commands, connections=8)
    return [
        Figure("command, p50", round(single["ours"].percentile(0.5) * 1000, 2), "ms"),
        Figure("bare route, p50", round(single["bare"].percentile(0.5) * 1000, 2), "ms"),
        Figure("command, rate", round(several["ours"].rate), "commands/s"),
        Figure("bare route, rate", round(several["bare"].rate), "commands/s"),
        at_most("command, p50 ratio to bare route", _latency_ratio(single), "x", 1.5),
        at_most("command, time ratio under load", _rate_ratio(several), "x", 1.5),
    ]


def _latency_ratio(loads: dict[str, Load]) -> float:
    return round(loads["ours"].percentile(0.5) / loads["bare"].percentile(0.5), 2)


def _rate_ratio(loads: dict[str, Load]) -> float:
    return round(loads["bare"].rate / loads["ours"].rate, 2)


class _Apps:
    """The two running servers and how to ask them."""

    def __init__(self, ports: dict[str, int], token: str) -> None:
        self.ports = ports
        self.token = token

    def request(self, name: str, _: int) -> bytes:
        headers = {} if name == "bare" else self._headers()
        return post(f"http://127.0.0.1:{self.ports[name]}/cities", BODY, headers)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid4().hex}


async def _compare(apps: _Apps, commands: int, connections: int) -> dict[str, Load]:
    """Alternate, so that a noisy neighbour hits both; join the rounds of each."""
    loads: dict[str, list[Load]] = {name: [] for name in apps.ports}
    each = max(1, commands // ROUNDS)
    for name in apps.ports:  # warm up: connections, code paths, caches
        await run_load(apps.ports[name], partial(apps.request, name), 50, connections)
    for _ in range(ROUNDS):
        for name, port in apps.ports.items():
            loads[name].append(await run_load(port, partial(apps.request, name), each, connections))
    return {
        name: Load([x for load in some for x in load.latencies], sum(x.seconds for x in some))
        for name, some in loads.items()
    }


@contextmanager
def _apps(servers: Servers, folder: Path) -> Iterator[_Apps]:
    """Run the issuer and both apps, each a process of its own."""
    ports = {"issuer": free_port()}
    for name in ("bare", "ours"):
        ports[name] = free_port(list(ports.values()))
    url = f"http://127.0.0.1:{ports['issuer']}"
    shared_environment = {"MONGO_URL": servers.mongo_url, "ENVIRONMENT": "test"}
    auth = {"BENCH_AUTH__ISSUER": url, "BENCH_AUTH__JWKS_URL": f"{url}/jwks.json"}
    issuer_args = ["deploy.local.issuer", "--port", str(ports["issuer"]), "--data", str(folder)]
    children = [python("issuer", issuer_args, folder, {})]
    for name in ("bare", "ours"):
        environment = shared_environment | auth | {"BENCH_HTTP__PORT": str(ports[name])}
        children.append(python(name, ["benchmarks.apps", name], folder, environment))
    try:
        for child, name in zip(children, ("issuer", "bare", "ours"), strict=True):
            child.start()
            child.wait_ready(partial(accepts_connections, ports[name]), 30)
        asked = UrlRequest(f"{url}/token", b"role=officer", method="POST")  # noqa: S310 - loopback
        token = orjson.loads(urlopen(asked, timeout=10).read())["access_token"]  # noqa: S310
        yield _Apps({"ours": ports["ours"], "bare": ports["bare"]}, token)
    finally:
        stop_all(children)


if __name__ == "__main__":
    from benchmarks.servers import servers

    with servers() as running:
        for figure in asyncio.run(measure(running, 1000)):
            print(figure)
