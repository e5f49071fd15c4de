"""The OpenAPI document of a service, as its running process would serve it at `/openapi.json`.

Source: OpenAPI 3.2.0.
"""

import json

from deploy.documents.services import api_of
from shared.auth import TokenVerifier
from shared.clock import SystemClock
from shared.settings import ServiceSettings
from shared.web import build_app


def openapi_json(service: str) -> str:
    """Return the document as indented JSON with sorted keys; no setting of this machine is in it.

    The environment is not read: the document is one for all deployments.
    """
    settings = ServiceSettings.model_construct(service=service)
    verifier = TokenVerifier(settings.auth, SystemClock())
    app = build_app(settings, api_of(service), verifier=verifier, readiness={})
    return json.dumps(app.openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
