"""One call that makes a service's API: its routes inside the edge that all services share.

Promises: every route needs a principal except `/livez`, `/readyz`, `/metrics`, `/docs` and
`/openapi.json`, which hold no data; the OpenAPI document shows the bearer scheme, and the problem
document as the answer to everything that fails.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.middleware import Middleware

from shared.auth import TokenVerifier, authenticated
from shared.auth.guards import SCHEME, SCHEME_DOCUMENT
from shared.settings import ServiceSettings
from shared.web.edge import Edge, Upload
from shared.web.health import Probe, health_routes
from shared.web.pages import add_docs_page
from shared.web.parameters import known_parameters, refuse_odd_parameters
from shared.web.problems import MEDIA_TYPE, Problem, allowed_methods, install_handlers

_PROBLEM_ANSWER: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem; `code` says which (docs/errors.md).",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
FORM = "application/x-www-form-urlencoded"
UPLOAD_BYTES = "x-max-upload-bytes"
"""In the `openapi_extra` of a PUT that reads its body as it comes, and how long that may be."""
_OPENAPI_VERSION = "3.2.0"
# The first in which a stream can be described (`itemSchema`), as FastAPI does.
_GUARDS = (Depends(authenticated), Depends(refuse_odd_parameters))


@dataclass(frozen=True, slots=True)
class Api:
    """What a service's API is made of."""

    title: str
    description: str
    routers: Sequence[APIRouter]
    version: str = "1.0"

    @property
    def forms(self) -> frozenset[str]:
        """Paths that say in their `openapi_extra` that they take a URL-encoded form."""
        routes = (route for router in self.routers for route in router.routes)
        return frozenset(
            route.path
            for route in routes
            if isinstance(route, APIRoute) and FORM in str(route.openapi_extra)
        )

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """Paths that say in their `openapi_extra` that they take an upload, and how long a one."""
        routes = (route for router in self.routers for route in router.routes)
        return tuple(
            (route.path_regex, route.openapi_extra[UPLOAD_BYTES])
            for route in routes
            if isinstance(route, APIRoute) and UPLOAD_BYTES in (route.openapi_extra or {})
            if route.openapi_extra is not None
        )


def build_app(
    settings: ServiceSettings,
    api: Api,
    *,
    verifier: TokenVerifier,
    readiness: Mapping[str, Probe],
) -> FastAPI:
    """Return the application; a process without the role `api` gets the health routes only.

    The service puts what its routes need into `app.state` or into its routers' closures.
    """
    longest = settings.http.max_body_bytes
    app = FastAPI(
        title=api.title,
        description=api.description,
        version=api.version,
        middleware=[Middleware(Edge, max_body_bytes=longest, forms=api.forms, uploads=api.uploads)],
        telemetry=_tracing(on=settings.telemetry.tracing),
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.openapi_version = _OPENAPI_VERSION
    app.state.settings = settings
    app.state.verifier = verifier
    app.state.shutdown = asyncio.Event()
    install_handlers(app)
    for router in api.routers if "api" in settings.roles else ():
        app.include_router(router, dependencies=list(_GUARDS), responses=_PROBLEM_ANSWER)
    app.include_router(health_routes(readiness, settings.http.readiness_seconds))
    add_docs_page(app)
    _complete_document(app)
    return app


def _operation_id(route: APIRoute) -> str:
    """Name an operation after its function, which is what generated clients call it."""
    return route.name


def _tracing(*, on: bool) -> TelemetryConfig:
    # Its logs would carry the input that failed validation; its metrics repeat ours.
    return {
        "tracing": on,
        "operation_spans": on,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
    }


def _complete_document(app: FastAPI) -> None:
    """Add what holds for all routes; FastAPI keeps the document that it made once."""
    document = app.openapi()
    document["security"] = [{SCHEME: []}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {SCHEME: SCHEME_DOCUMENT}
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    app.state.allowed_methods = allowed_methods(document)
    app.state.known_parameters = known_parameters(document)
