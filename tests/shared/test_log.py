"""Log lines: their form, their context, and what must never be in them."""

import json
import subprocess
import sys
from typing import Any

import pytest

from shared.log import WITHHELD, withhold


def lines(script: str, level: str = "info") -> list[dict[str, Any]]:
    """Run `script` in a process that logs as a service does, and return the lines it wrote."""
    start = (
        "import logging, structlog\n"
        "from shared.log import configure\n"
        "from shared.settings import LogSettings, ServiceSettings\n"
        f"settings = LogSettings(json_lines=True, level={level!r})\n"
        "configure(ServiceSettings(service='registry', log=settings))\n"
    )
    command = [sys.executable, "-c", start + script]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def safe(**line: object) -> dict[str, Any]:
    return dict(withhold(None, "info", line))


@pytest.mark.parametrize(
    "key",
    [
        *("email", "contact_email", "name", "delegate_name", "token", "access_token", "secret"),
        *("Authorization", "webhook_secret", "password", "body", "payload", "api_key", "phone"),
    ],
)
def test_private_value_is_withheld(key: str) -> None:
    assert safe(**{key: "Ada Lovelace"}) == {key: WITHHELD}


@pytest.mark.parametrize("key", ["city_id", "hostname", "topic", "code", "key_id", "event"])
def test_public_value_is_kept(key: str) -> None:
    assert safe(**{key: "value"}) == {key: "value"}


def test_private_value_is_withheld_at_any_depth() -> None:
    line = safe(change={"to": [{"email": "ada", "city_id": "cty_1"}]}, seen=("ada@example.org",))

    assert line == {"change": {"to": [{"email": WITHHELD, "city_id": "cty_1"}]}, "seen": [WITHHELD]}


@pytest.mark.parametrize(
    "text", ["mail to ada@example.org failed", "mongodb://user:hunter2@db:27017/registry"]
)
def test_addresses_are_cut_out_of_any_text(text: str) -> None:
    written = safe(reason=text)["reason"]

    assert WITHHELD in written
    assert "ada" not in written
    assert "hunter2" not in written


def test_object_of_another_kind_is_written_as_safe_text() -> None:
    assert safe(error=ValueError("no such user ada@example.org")) == {
        "error": f"no such user {WITHHELD}"
    }


def test_line_is_json_with_its_context() -> None:
    (line,) = lines(
        "structlog.contextvars.bind_contextvars(request_id='r1')\n"
        "structlog.get_logger().info('city_registered', city_id='cty_1')\n"
    )

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "city_registered",
        "level": "info",
        "service": "registry",
        "request_id": "r1",
        "city_id": "cty_1",
    }


def test_standard_logging_goes_the_same_way() -> None:
    (line,) = lines(
        "logging.getLogger('aiokafka').error('cannot reach %s', 'ada@example.org')\n"
        "logging.getLogger('aiokafka').info('chatter')\n"
        "logging.getLogger('uvicorn.error').error('Exception in ASGI application')\n"
    )

    assert line["event"] == f"cannot reach {WITHHELD}"
    assert (line["level"], line["service"]) == ("error", "registry")


def test_exception_is_written_without_addresses() -> None:
    (line,) = lines(
        "try:\n    raise KeyError('ada@example.org')\n"
        "except KeyError:\n    structlog.get_logger().exception('record_failed')\n"
    )

    assert "KeyError" in line["exception"]
    assert "ada@" not in line["exception"]


def test_lines_below_the_level_are_not_written() -> None:
    script = "structlog.get_logger().info('detail')\nlogging.getLogger('own').info('detail')\n"

    assert lines(script, level="warning") == []
    assert len(lines(script)) == 2
