"""Every operation of the four API documents, with what a harmless request to it looks like."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

Json = dict[str, Any]

SERVICES = ("registry", "matching", "events", "notifications")
DOCUMENTS = Path(__file__).parent.parent.parent / "docs" / "openapi"
PLAUSIBLE: Mapping[str, Any] = {
    "time_zone": "Europe/Lisbon",
    "url": "https://partner.example/hook",
    "starts": "2026-05-04T09:00:00",
    "ends": "2026-05-05T17:00:00",
    "labels": {"en": "Water"},
    "seeks": 1,
    "offers": 1,
    "expires_at": "2026-03-01T00:00:00Z",
}
"""Where a rule asks for more than its schema can say."""
PAIRS = frozenset({"starts", "ends", "successor_id", "side"})
"""Optional by their schema, and needed by a rule: of some callers, or as one of two ways."""
QUERIES_NEEDED: Mapping[str, Mapping[str, str]] = {
    "registry GET /v1/changes": {"aggregate": "city"},
    "registry GET /v1/cities/duplicates": {"latitude": "1", "longitude": "1"},
}
"""Where a rule asks for more parameters than their schemas can say."""
QUERIES_APART: Mapping[str, frozenset[str]] = {
    "registry GET /v1/changes": frozenset({"id", "aggregate", "by"}),
}
"""Parameters of which a request has exactly one."""
LENIENT = frozenset({"registry POST /v1/reconcile"})
"""Ignores fields that it does not know, as Reconciliation API 0.2 asks of a service."""
READING = frozenset({"registry POST /v1/reconcile"})
"""A POST that changes nothing and is for everybody with a token: its question may be long."""
PROPOSING = frozenset({"registry POST /v1/city-drafts"})
"""Open to every coordinator, whose cities are not in the register yet."""
BY_FORMAT: Mapping[str, str] = {
    "date": "2026-05-04",
    "date-time": "2026-05-04T10:00:00Z",
    "uuid": "019b8d2e-5f00-7000-8000-000000000001",
}


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    service: str
    method: str
    path: str
    content: Mapping[str, Any]
    document: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    @cached_property
    def parameters(self) -> list[Json]:
        return list(self.content.get("parameters", ()))

    @cached_property
    def queries(self) -> list[Json]:
        return [each for each in self.parameters if each["in"] == "query"]

    @cached_property
    def headers(self) -> dict[str, Json]:
        return {each["name"]: each for each in self.parameters if each["in"] == "header"}

    @cached_property
    def ids(self) -> list[str]:
        return [each["name"] for each in self.parameters if each["in"] == "path"]

    @cached_property
    def body(self) -> Json | None:
        """The schema of its body, with every reference followed."""
        content = self.content.get("requestBody", {}).get("content", {})
        json = content.get("application/json")  # a form or an upload has none
        return self.resolved(json["schema"]) if json else None

    @property
    def media(self) -> frozenset[str]:
        """The media types of its body."""
        return frozenset(self.content.get("requestBody", {}).get("content", ()))

    @property
    def writes(self) -> bool:
        return self.method != "GET" and str(self) not in READING

    def needed_queries(self, seeds: Mapping[str, str], tested: str) -> dict[str, str]:
        """Give the parameters that a request can't be without, beside the one that is tested."""
        needed = {
            each["name"]: str(self.sample(each["schema"], seeds, each["name"]))
            for each in self.queries
            if each.get("required")
        }
        if tested not in QUERIES_APART.get(str(self), ()):
            needed |= QUERIES_NEEDED.get(str(self), {})
        return needed

    def resolved(self, schema: Mapping[str, Any]) -> Json:
        """Follow a schema's reference."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return self.resolved(self.document["components"]["schemas"][name])
        return dict(schema)

    def allows(self, schema: Mapping[str, Any], value: object) -> bool:
        """Tell whether the document allows the value."""
        whole = {"allOf": [schema], "components": self.document["components"]}
        return bool(Draft202012Validator(whole).is_valid(value))

    def sample(self, schema: Mapping[str, Any], seeds: Mapping[str, str], name: str = "") -> Any:  # noqa: ANN401 - JSON
        """Give the smallest harmless value; ids are those of things that exist."""
        schema = self.resolved(schema)
        if name in seeds or name in PLAUSIBLE:
            return seeds.get(name, PLAUSIBLE.get(name))
        for choice in schema.get("anyOf", ()):
            if choice.get("type") != "null":
                return self.sample(choice, seeds, name)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        return self._by_type(schema, seeds)

    def _by_type(self, schema: Json, seeds: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        match schema.get("type"):
            case "object":
                parts = schema.get("properties", {})
                wanted = {*schema.get("required", ()), *(PAIRS & parts.keys())}
                return {each: self.sample(parts[each], seeds, each) for each in sorted(wanted)}
            case "array":
                length = schema.get("minItems", 0)
                return [self.sample(schema["items"], seeds) for _ in range(length)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case _:
                return _text(schema)


def _text(schema: Json) -> str:
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    if "pattern" in schema:
        return _matching(schema["pattern"])
    length: int = schema.get("minLength", 0)
    return "x" * max(1, length)


@cache
def _matching(pattern: str) -> str:
    ascii_only = st.characters(min_codepoint=33, max_codepoint=126)
    found = hypothesis.find(
        st.from_regex(pattern, fullmatch=True, alphabet=ascii_only),
        lambda _: True,
        settings=hypothesis.settings(database=None),
    )
    return str(found)


def operations() -> Iterator[Operation]:
    """Give every operation under /v1 of every service, from docs/openapi."""
    for service in SERVICES:
        document = json.loads((DOCUMENTS / f"{service}.json").read_text(encoding="utf-8"))
        for path, methods in document["paths"].items():
            for method, content in methods.items():
                if path.startswith("/v1/"):
                    yield Operation(service, method.upper(), path, content, document)


OPERATIONS = tuple(operations())
WITH_BODY = tuple(each for each in OPERATIONS if each.body is not None)
WRITING = tuple(each for each in OPERATIONS if each.writes)
CREATING = tuple(each for each in OPERATIONS if "Idempotency-Key" in each.headers)
CHANGING = tuple(each for each in OPERATIONS if "If-Match" in each.headers)
