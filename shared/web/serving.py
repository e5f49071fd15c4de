"""The HTTP server as one job of the process, beside the relay and the consumers.

Promises: it listens before it says so; told to stop, it takes no new request, lets open ones finish
within `shutdown_seconds` and wakes the streams, which end by themselves.
"""

import asyncio
import contextlib
import functools
import socket
from typing import Annotated

import structlog
import uvicorn
from fastapi import Depends, FastAPI, Request

from shared.process import Job
from shared.settings import HttpSettings

_KEEP_ALIVE_SECONDS = 75
# Longer than the 60 s of usual load balancers, which else send into a closing connection.
_BACKLOG = 2048
_MARGIN_SECONDS = 2.0

_log = structlog.get_logger()


def api_job(app: FastAPI, http: HttpSettings) -> Job:
    """Return the job that serves `app`; list it last, so that it stops first."""
    return Job("api", functools.partial(serve, app, http), http.shutdown_seconds + _MARGIN_SECONDS)


async def serve(app: FastAPI, http: HttpSettings, stop: asyncio.Event) -> None:
    """Serve `app` until `stop` is set.

    Raises:
        OSError: the address is in use or not ours.
    """
    server = uvicorn.Server(_config(app, http))
    # Signals belong to shared.process; uvicorn would take them over.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    with _listen(http) as listener:
        async with asyncio.TaskGroup() as group:
            host, port = listener.getsockname()[:2]
            group.create_task(_stop_server(server, app, stop), name="api-stop")
            _log.info("http_listening", host=host, port=port)
            await server.serve(sockets=[listener])
            stop.set()


async def shutdown_event(request: Request) -> asyncio.Event:
    """Return the event that is set when the server is about to stop; every stream waits on it."""
    event: asyncio.Event = request.app.state.shutdown
    return event


Shutdown = Annotated[asyncio.Event, Depends(shutdown_event)]


async def _stop_server(server: uvicorn.Server, app: FastAPI, stop: asyncio.Event) -> None:
    await stop.wait()
    app.state.shutdown.set()
    server.should_exit = True


def _listen(http: HttpSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    listener = socket.create_server((http.host, http.port), family=family, backlog=_BACKLOG)
    # Connections inherit it. asyncio's own loop would leave it off for this kind of socket, and
    # an answer of two segments would then wait 40 ms for the caller's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _config(app: FastAPI, http: HttpSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=http.shutdown_seconds,
    )
