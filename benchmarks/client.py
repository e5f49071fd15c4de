"""A bare HTTP/1.1 client on kept-alive connections, so that the client costs next to nothing.

An ordinary client library costs about as much as a bare route and would hide the difference.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Request = Callable[[int], bytes]
"""Gives the bytes of the n-th request."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a number of requests: seconds each, in the order of their end, and in all."""

    latencies: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Give the latency in seconds that this share of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Give the bytes of a POST with a JSON body."""
    parts = urlsplit(url)
    named = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def run_load(port: int, request: Request, count: int, connections: int) -> Load:
    """Send ``count`` requests over so many connections; each waits for its answer.

    Raises:
        RuntimeError: an answer was not 2xx.
    """
    numbers = iter(range(count))
    latencies: list[float] = []

    async def worker() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            started = time.perf_counter()
            writer.write(request(number))
            await read_answer(reader)
            latencies.append(time.perf_counter() - started)
        writer.close()
        await writer.wait_closed()

    started = time.perf_counter()
    async with asyncio.timeout(300):
        await asyncio.gather(*(worker() for _ in range(connections)))
    return Load(latencies, time.perf_counter() - started)


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """Read one answer and give its body.

    Raises:
        RuntimeError: it is not 2xx.
    """
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(f"the server refused: {head[:60]!r} {body[:200]!r}")
    return body
