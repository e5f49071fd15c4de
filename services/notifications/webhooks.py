"""One call of one endpoint: signed, bounded in time and size, to a checked address, no redirects.

Promises that whatever happens becomes an ``Attempt``: the sender never raises because of what a
partner's server does.
"""

import asyncio
import time
from dataclasses import dataclass, field

import httpx2
import orjson

from services.notifications.destinations import AddressRefusedError, Destination, resolve
from services.notifications.domain.deliveries import ANSWER_CHARS, Attempt
from services.notifications.domain.endpoints import Endpoint
from services.notifications.domain.feed import FeedRow, cloud_event
from services.notifications.sealing import SealBrokenError, Sealer
from services.notifications.settings import WebhookSettings
from services.notifications.signing import signature_headers
from shared.clock import Clock
from shared.telemetry import WEBHOOK_SECONDS

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
"""Source: CloudEvents 1.0.2, HTTP protocol binding, structured mode."""

USER_AGENT = "WorldCities-Webhooks/1.0"

_ANSWER_BYTES = 4 * ANSWER_CHARS
# UTF-8 has up to four bytes a character.


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls endpoints; one per process. ``client`` trusts no environment and follows nothing."""

    settings: WebhookSettings
    sealer: Sealer
    clock: Clock
    client: httpx2.AsyncClient = field(
        default_factory=lambda: httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=64),
        )
    )

    async def call(self, endpoint: Endpoint, row: FeedRow) -> Attempt:
        """Send one event to one endpoint and tell what came of it."""
        at, started = self.clock.now(), time.perf_counter()
        status: int | None = None
        answer, error = "", None
        try:
            async with asyncio.timeout(self.settings.timeout_seconds):
                status, answer = await self._send(endpoint, row)
        except AddressRefusedError as refused:
            error = refused.reason
        except TimeoutError:
            error = "timeout"
        except SealBrokenError:  # our key was replaced: the endpoint needs a new secret
            error = "secret_unreadable"
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            error = _word(failure)
        seconds = time.perf_counter() - started
        WEBHOOK_SECONDS.observe(seconds)
        return Attempt(at, round(seconds * 1000), status, answer, error)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def _send(self, endpoint: Endpoint, row: FeedRow) -> tuple[int, str]:
        allow_private = self.settings.allow_private
        destination = await resolve(endpoint.url, allow_private=allow_private)
        request = self._request(destination, endpoint, row)
        response = await self.client.send(request, stream=True)
        try:
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk[: _ANSWER_BYTES - len(body)]
                if len(body) >= _ANSWER_BYTES:
                    break
        finally:
            await response.aclose()
        return response.status_code, body.decode(errors="replace")[:ANSWER_CHARS]

    def _request(
        self, destination: Destination, endpoint: Endpoint, row: FeedRow
    ) -> httpx2.Request:
        body = orjson.dumps(cloud_event(row, orjson.loads(row.data)))
        timestamp = int(self.clock.now().timestamp())
        headers = signature_headers(self._secrets(endpoint), row.id, timestamp, body)
        return self.client.build_request(
            "POST",
            destination.url,
            content=body,
            headers={
                "host": destination.authority,
                "content-type": CONTENT_TYPE,
                "user-agent": USER_AGENT,
                "accept-encoding": "identity",
                **headers,
            },
            timeout=self.settings.timeout_seconds,
            extensions={"sni_hostname": destination.host},
        )

    def _secrets(self, endpoint: Endpoint) -> list[str]:
        sealed = [endpoint.secret]
        until = endpoint.old_secret_until
        if endpoint.old_secret and until is not None and self.clock.now() < until:
            sealed.append(endpoint.old_secret)
        return [self.sealer.open(each, endpoint.id) for each in sealed]


def _word(failure: Exception) -> str:
    if isinstance(failure, httpx2.TimeoutException):
        return "timeout"
    if isinstance(failure, httpx2.ConnectError):
        return "connect"
    return "protocol"
