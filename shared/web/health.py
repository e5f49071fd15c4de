"""What machines ask a process: does it live, can it work, what has it counted.

Promises: `/livez` answers while the loop turns; `/readyz` names each dependency that fails, within
the bound; neither needs a token, and neither shows data.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter, Response

from shared.errors import FieldError, Unavailable
from shared.telemetry import exposition

Probe = Callable[[], Awaitable[object]]
"""Returns when its dependency answers, and raises when it does not."""

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_log = structlog.get_logger()


def health_routes(probes: Mapping[str, Probe], seconds: float) -> APIRouter:
    """Return the routes `/livez`, `/readyz` and `/metrics`; a probe may take `seconds`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def alive() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def ready() -> dict[str, str]:
        await require_ready(probes, seconds)
        return {"status": "ready"}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(exposition(), media_type=_METRICS_TYPE)

    return router


async def require_ready(probes: Mapping[str, Probe], seconds: float) -> None:
    """Ask all dependencies at once.

    Raises:
        Unavailable: 503 `dependency_unavailable`, with an entry per dependency that failed.
    """
    answers = await asyncio.gather(
        *(asyncio.wait_for(probe(), seconds) for probe in probes.values()), return_exceptions=True
    )
    failed = {
        name: answer
        for name, answer in zip(probes, answers, strict=True)
        if isinstance(answer, BaseException)
    }
    for name, error in failed.items():
        _log.warning("dependency_unavailable", dependency=name, reason=type(error).__name__)
    if failed:
        errors = [FieldError(name, "unavailable", "does not answer") for name in failed]
        raise Unavailable(f"Not ready: {', '.join(failed)}.", errors=errors)
