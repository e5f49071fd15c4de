"""Log lines: one per thing that happened, with a constant event name, safe to keep and to ship.

JSON lines in production, colours for people in local use; what uvicorn, aiokafka and the drivers
say goes through the same pipe. `request_id`, `correlation_id` and whatever else is bound to the
context come with every line.

Promises: a key that could carry personal data or a secret never gets its value written, and what
looks like an address or a password in a URL is cut out of every text, exceptions included.
"""

import functools
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping

import orjson
import structlog
from structlog.typing import EventDict, Processor

from shared.settings import ServiceSettings

WITHHELD = "[withheld]"
_PRIVATE_WORDS = frozenset(
    {
        *("address", "authorization", "body", "claims", "cookie", "credential", "credentials"),
        *("email", "emails", "mail", "mobile", "name", "names", "note", "notes", "password"),
        *("payload", "person", "phone", "recipient", "recipients", "secret", "signature"),
        *("surname", "text", "token"),
    }
)
# Words of a key, split at underscores: `delegate_name` is refused, `hostname` is not.
_PRIVATE_KEYS = frozenset({"api_key", "private_key", "signing_key"})
_PUBLIC_KEYS = frozenset({"topic_name", "email_id", "event_name"})
# Have such a word and say nothing private.
_ADDRESS = re.compile(r"[^\s@<>\"'=,;(/]+@[^\s@<>\"',;)]+")
# An e-mail address, and the user, password and host of a URL.
_NOISY_LOGGERS = ("aiokafka", "asyncio", "httpcore2", "httpx2", "motor", "pymongo", "uvicorn")
_TWICE_SAID = "Exception in ASGI application"
# uvicorn's own line about what `request_crashed` has said already, with the request's id.


def configure(settings: ServiceSettings) -> None:
    """Send everything that is logged to standard output; call it once, first thing in `main`."""
    as_json = settings.log.json_lines
    if as_json is None:
        as_json = settings.environment != "local"
    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    steps = _steps(settings.service)
    last = _renderers(as_json=as_json)
    structlog.configure(
        processors=[*steps, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer)
        if as_json
        else structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    _configure_standard_logging(level, steps, last)


def withhold(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Replace what must not be written; the last step before a line gets its form."""
    return {key: _safe(key, value) for key, value in line.items()}


def _safe(key: str, value: object) -> object:
    if _is_private(key):
        return WITHHELD
    if isinstance(value, str):
        return _ADDRESS.sub(WITHHELD, value) if "@" in value else value
    if isinstance(value, Mapping):
        return {str(name): _safe(str(name), part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_safe("", part) for part in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return _safe("", str(value))


@functools.lru_cache(maxsize=1024)
def _is_private(key: str) -> bool:
    if key in _PUBLIC_KEYS:
        return False
    return key in _PRIVATE_KEYS or not _PRIVATE_WORDS.isdisjoint(key.lower().split("_"))


def _steps(service: str) -> list[Processor]:
    def add_service(_logger: object, _method: str, line: EventDict) -> EventDict:
        line["service"] = service
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        withhold,
    ]


def _renderers(*, as_json: bool) -> list[Processor]:
    if as_json:
        return [structlog.processors.JSONRenderer(serializer=_to_json)]
    return [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]


def _to_json(line: MutableMapping[str, object], **_options: object) -> bytes:
    return orjson.dumps(line, option=orjson.OPT_NON_STR_KEYS)


def _configure_standard_logging(level: int, steps: list[Processor], last: list[Processor]) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *last,
                _as_text,
            ],
        )
    )
    handler.addFilter(lambda record: not record.getMessage().startswith(_TWICE_SAID))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _as_text(_logger: object, _method: str, line: MutableMapping[str, object] | bytes) -> str:
    return line.decode() if isinstance(line, bytes) else str(line)
