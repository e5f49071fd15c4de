"""One example of every event type, kept for ever: what was once published can always be read.

`examples/{type}.json` is the payload as it is on Kafka. A field added later is not added to it: the
example shows that consumers of the new contract still read the old record.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.catalogue import TYPES
from shared.contracts.event import Event
from shared.envelope import Envelope, Poison, headers_of, read_envelope, read_message

EXAMPLES = Path(__file__).parent / "examples"


def test_every_example_has_its_type() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} <= TYPES.keys()


@pytest.mark.parametrize("name", TYPES)
def test_example_is_read_as_its_class(name: str) -> None:
    example = _example(name)

    event = _read(name, example)

    assert type(event) is TYPES[name]
    assert event.subject == example["state"]["id"]


@pytest.mark.parametrize("name", TYPES)
def test_example_is_written_as_it_was_read(name: str) -> None:
    example = _example(name)

    written = _read(name, example).model_dump(mode="json")

    assert _holds(written, example)


@pytest.mark.parametrize("name", TYPES)
def test_unknown_fields_are_ignored(name: str) -> None:
    example = _example(name)

    assert _read(name, _with_news(example)) == _read(name, example)


@pytest.mark.parametrize("name", [name for name, event in TYPES.items() if event.TOMBSTONE])
def test_tombstone_is_read_without_a_payload(name: str) -> None:
    example = _example(name)

    event = read_message(_envelope(name, example["state"]["id"], None), TYPES).event

    assert event == _read(name, example)


@pytest.mark.parametrize("name", TYPES)
def test_example_speaks_of_its_subject_only(name: str) -> None:
    payload = json.dumps(_example(name)).encode()

    with pytest.raises(Poison, match="subject_mismatch"):
        read_message(_envelope(name, "somebody_else", payload), TYPES)


def test_what_is_written_differently_is_noticed() -> None:
    assert _holds({"a": [{"b": 1, "new": 2}]}, {"a": [{"b": 1}]})
    assert not _holds({"a": [{"b": 2}]}, {"a": [{"b": 1}]})
    assert not _holds({"a": []}, {"a": [{"b": 1}]})
    assert not _holds({}, {"a": None})


def _example(name: str) -> dict[str, Any]:
    example: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return example


def _read(name: str, payload: dict[str, Any]) -> Event:
    envelope = _envelope(name, payload["state"]["id"], json.dumps(payload).encode())
    arrived = read_envelope(headers_of(envelope), envelope.data)
    return read_message(arrived, TYPES).event


def _envelope(name: str, subject: str, data: bytes | None) -> Envelope:
    return Envelope(
        id="019b8d2e-5f00-7000-8000-000000000001",
        type=name,
        source=f"/services/{name.split('.')[2]}",
        subject=subject,
        time=datetime(2026, 1, 5, 9, tzinfo=UTC),
        sequence=1,
        data=data,
    )


def _with_news(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Add an unknown field to every object but the maps by language."""
    if isinstance(value, list):
        return [_with_news(each) for each in value]
    if isinstance(value, dict):
        inside = {
            key: each if key in {"labels", "names"} else _with_news(each)
            for key, each in value.items()
        }
        return inside | {"unheard_of": 1}
    return value


def _holds(written: object, example: object) -> bool:
    """Tell whether everything of the example is in what was written, under the same names."""
    if isinstance(example, dict) and isinstance(written, dict):
        return all(key in written and _holds(written[key], example[key]) for key in example)
    if isinstance(example, list) and isinstance(written, list):
        return len(written) == len(example) and all(map(_holds, written, example))
    return written == example
