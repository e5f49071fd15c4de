"""The HTTP edge: the application, its models, its guards against bad input, its server."""

from shared.web.app import Api, build_app
from shared.web.health import Probe
from shared.web.models import (
    CountryCode,
    EmailAddress,
    Input,
    Language,
    Moment,
    Name,
    Output,
    Text,
    Version,
)
from shared.web.serving import Shutdown, api_job, serve
from shared.web.versions import IfMatch, etag, require_version, set_etag

__all__ = [
    "Api",
    "CountryCode",
    "EmailAddress",
    "IfMatch",
    "Input",
    "Language",
    "Moment",
    "Name",
    "Output",
    "Probe",
    "Shutdown",
    "Text",
    "Version",
    "api_job",
    "build_app",
    "etag",
    "require_version",
    "serve",
    "set_etag",
]
