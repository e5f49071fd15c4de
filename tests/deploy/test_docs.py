"""The generated documents: valid, complete, the same every time."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from deploy.documents.asyncapi import PERSONAL, asyncapi_document
from deploy.documents.problems import problems_by_owner
from deploy.documents.services import SERVICES, groups_of, settings_of
from deploy.documents.writing import DOCUMENTS
from deploy.documents.yaml import to_yaml
from shared.contracts.catalogue import TOPICS, TYPES
from shared.envelope import Envelope, headers_of
from shared.settings import rows
from shared.settings.loading import SHARED_NAMES
from shared.web.problems import MEDIA_TYPE

HERE = Path(__file__).parent
ASYNCAPI_SCHEMA = HERE / "schemas" / "asyncapi-3.0.0.json"
EXAMPLES = HERE.parent / "contracts" / "examples"
TEXT = st.characters(codec="utf-8")
JSON_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(TEXT),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(TEXT, max_size=60), parts),
    max_leaves=20,
)

written = cache(lambda path: DOCUMENTS[path]())


def _openapi(service: str) -> dict[str, Any]:
    return dict(json.loads(written(f"openapi/{service}.json")))


def _asyncapi() -> dict[str, Any]:
    return dict(yaml.safe_load(written("asyncapi.yaml")))


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_document_is_valid_and_has_routes(service: str) -> None:
    document = _openapi(service)

    validate(document)
    assert any(path.startswith("/v1/") for path in document["paths"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_documents_the_problem(service: str) -> None:
    operations = [
        operation
        for path, methods in _openapi(service)["paths"].items()
        for operation in methods.values()
        if path.startswith("/v1/")
    ]

    assert all(MEDIA_TYPE in each["responses"]["default"]["content"] for each in operations)


def test_asyncapi_document_fits_the_schema_of_asyncapi() -> None:
    schema = json.loads(ASYNCAPI_SCHEMA.read_text(encoding="utf-8"))

    jsonschema.Draft7Validator(schema).validate(_asyncapi())


def test_asyncapi_document_reads_back_as_it_was_written() -> None:
    assert _asyncapi() == asyncapi_document()


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = _asyncapi()
    references = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)))

    for reference in references:
        place = document
        for part in reference.split("/"):
            place = place[part]


def test_every_topic_is_a_channel_and_every_type_a_message_on_its_topic() -> None:
    document = _asyncapi()
    messages = document["components"]["messages"]

    assert document["channels"].keys() == TOPICS.keys()
    assert {message["name"] for message in messages.values()} == TYPES.keys()
    for event in TYPES.values():
        assert event.__name__ in document["channels"][event.TOPIC.name]["messages"]


def test_exactly_the_personal_topics_are_marked() -> None:
    channels = _asyncapi()["channels"]

    marked = {name for name, channel in channels.items() if channel.get(PERSONAL)}

    assert marked == {name for name, topic in TOPICS.items() if topic.personal}
    assert marked


def test_each_group_receives_what_it_handles_and_each_topic_has_one_sender() -> None:
    operations = _asyncapi()["operations"]
    senders = [each["channel"]["$ref"] for each in operations.values() if each["action"] == "send"]
    taken = {
        name.split(".receive.")[0] for name in operations if operations[name]["action"] == "receive"
    }

    assert sorted(senders) == sorted(f"#/channels/{name}" for name in TOPICS)
    assert taken == {group.name for service in SERVICES for group in groups_of(service)}


@pytest.mark.parametrize("name", [name for name, event in TYPES.items() if not event.TOMBSTONE])
def test_kept_example_fits_the_documented_payload(name: str) -> None:
    document = _asyncapi()
    payload = document["components"]["messages"][TYPES[name].__name__]["payload"]
    example = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    whole = {"allOf": [payload], "components": document["components"]}
    validator = jsonschema.Draft7Validator(whole)

    validator.validate(example)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**example, "state": {}})


def test_headers_of_a_record_fit_the_documented_headers() -> None:
    schema = _asyncapi()["components"]["schemas"]["CloudEventHeaders"]
    envelope = Envelope(
        id="019b8d2e-5f00-7000-8000-000000000001",
        type=next(iter(TYPES)),
        source="/services/registry",
        subject="cty_1",
        time=datetime(2026, 1, 5, tzinfo=UTC),
        sequence=3,
        data=b"{}",
        correlationid="request-1",
    )

    headers = {name: value.decode() for name, value in headers_of(envelope)}

    jsonschema.Draft7Validator({**schema, "additionalProperties": False}).validate(headers)


def test_every_problem_has_its_line_and_no_code_stands_twice() -> None:
    codes = re.findall(r"^\| \d{3} \| `(\w+)` \|", written("errors.md"), re.MULTILINE)
    problems = [problem for owned in problems_by_owner().values() for problem in owned]

    assert sorted(codes) == sorted({problem.code for problem in problems})
    assert len(codes) == len(set(codes))
    assert all(problem.__doc__ for problem in problems)


@pytest.mark.parametrize("service", SERVICES)
def test_every_class_of_a_service_s_errors_is_listed(service: str) -> None:
    home = Path("services", service)
    files = [path for each in ("errors.py", "errors/*.py") for path in home.glob(each)]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    codes = re.findall(r'^    code = "(\w+)"', source, re.MULTILINE)

    assert codes
    assert sorted(codes) == sorted(problem.code for problem in problems_by_owner()[service])


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_is_listed_with_its_default(service: str) -> None:
    page = written("settings.md")

    for row in rows(service, settings_of(service)):
        common = row.name.replace(f"{service.upper()}_", "{SERVICE}_", 1)
        default = f"`{row.default}`" if row.default else "(empty)"
        assert any(f"| `{name}` | {default} | " in page for name in (row.name, common)), row.name
        assert row.text


def test_shared_names_are_listed() -> None:
    assert all(f"| `{name}` |" in written("settings.md") for name in SHARED_NAMES)


@given(JSON_TREES)
def test_yaml_reads_back_equal(tree: Any) -> None:  # noqa: ANN401 - any JSON
    assert yaml.safe_load(to_yaml({"tree": tree})) == {"tree": tree}


def test_command_writes_the_same_bytes_whatever_the_environment(tmp_path: Path) -> None:
    settings = {"REGISTRY_HTTP__MAX_BODY_BYTES": "2048", "PYTHONHASHSEED": "7"}
    command = (sys.executable, "-m", "deploy.cli.main", "docs")

    subprocess.run(command, cwd=tmp_path, env=os.environ | settings, check=True, timeout=90)

    for path in DOCUMENTS:
        assert (tmp_path / "docs" / path).read_text(encoding="utf-8") == written(path), path
