"""The requests of the reconciliation API, read from a form, an address or a JSON body.

Promises: bounded in every direction; what the specification allows and we do not know is ignored,
as it asks of a service; what is malformed is a 422 that points into the request.

Source: Reconciliation Service API 0.2, sections 4.2 (queries) and 6.3 (data extension).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from services.registry.reconciliation.matching import Sought
from services.registry.reconciliation.properties import PROPERTIES
from shared.errors import BadRequest, FieldError, InvalidInput
from shared.web import Input
from shared.web.body import check_json
from shared.web.problems import pointer

MAX_QUERIES: Final = 50
"""Of one batch, as the manifest says (`batchSize`): half a second of work at most."""
_MAX_CANDIDATES: Final = 50
_MAX_IDS: Final = 500
_MAX_FIELDS: Final = 10
"""Of a form; the specification knows two."""

_Short = Annotated[str, Field(max_length=200)]
_Scalar = _Short | int | float | bool


class _Lenient(Input):
    model_config = ConfigDict(extra="ignore")


class Reference(_Lenient):
    """A value that stands for something with an id."""

    id: _Short
    name: _Short | None = None


class PropertyValue(_Lenient):
    """What is known of a property."""

    pid: _Short
    v: _Scalar | Reference | Annotated[list[_Scalar | Reference], Field(max_length=50)]

    def texts(self) -> list[str]:
        """Give the values as text."""
        values = self.v if isinstance(self.v, list) else [self.v]
        return [each.id if isinstance(each, Reference) else str(each).strip() for each in values]


class ReconciliationQuery(_Lenient):
    """One name to be matched."""

    query: _Short = ""
    type: _Short | Annotated[list[_Short], Field(max_length=20)] | None = None
    limit: Annotated[int, Field(ge=1, le=_MAX_CANDIDATES)] = 10
    properties: Annotated[list[PropertyValue], Field(max_length=20)] = Field(default=[])
    type_strict: Literal["any", "all", "should"] = "any"

    def sought(self) -> Sought:
        """Give what is looked for; types and country narrow, whatever `type_strict` says."""
        types = [self.type] if isinstance(self.type, str) else self.type or []
        known = {each.pid: each.texts() for each in self.properties}
        first = {pid: texts[0] for pid, texts in known.items() if texts}
        return Sought(
            name=self.query,
            kinds=tuple(types),
            limit=self.limit,
            country=first.get("country", "").upper() or None,
            geonames_id=first.get("geonames_id") or None,
            wikidata_id=first.get("wikidata_id") or None,
        )


class WantedProperty(_Lenient):
    """A property to be given; settings are none of ours."""

    id: Literal[tuple(PROPERTIES)]  # type: ignore[valid-type]


class DataExtension(_Lenient):
    """Which properties of which cities are wanted."""

    ids: Annotated[list[_Short], Field(max_length=_MAX_IDS)]
    properties: Annotated[list[WantedProperty], Field(max_length=len(PROPERTIES))]


_Batch = Annotated[dict[_Short, ReconciliationQuery], Field(max_length=MAX_QUERIES)]
_BATCH: Final = TypeAdapter(_Batch)
_EXTENSION: Final = TypeAdapter(DataExtension)


class Asked(_Lenient):
    """What a request asks for: candidates, or properties."""

    queries: _Batch | None = None
    extend: DataExtension | None = None


_ASKED: Final = TypeAdapter(Asked)


async def read_asked(request: Request) -> Asked:
    """Read a POST: a form with JSON in `queries` or `extend`, or the same as a JSON body.

    Raises:
        BadRequest: 400 `request_malformed`. RequestValidationError: 422 `input_invalid`.
    """
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        asked: Asked = _validated(_ASKED, body, ("body",))
        return asked
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:  # UnicodeDecodeError is one
        raise BadRequest("The form can't be read.") from error
    return _read_fields({name: text for name, text in fields if text}, "body")


def read_address(queries: str | None, extend: str | None) -> Asked:
    """Read the parameters of an address.

    Raises:
        InvalidInput, RequestValidationError: 422 `input_invalid`, which names the parameter.
    """
    named = {"queries": queries, "extend": extend}
    given = {name: text for name, text in named.items() if text is not None}
    try:
        return _read_fields(given, "query")
    except BadRequest as error:
        faults = [FieldError(name, "json_invalid", error.detail) for name in given]
        raise InvalidInput(errors=faults) from error


def _read_fields(named: Mapping[str, str], where: str) -> Asked:
    asked = Asked()
    if (text := named.get("queries")) is not None:
        queries = _validated(_BATCH, text.encode(errors="replace"), (where, "queries"))
        asked = asked.model_copy(update={"queries": queries})
    if (text := named.get("extend")) is not None:
        extend = _validated(_EXTENSION, text.encode(errors="replace"), (where, "extend"))
        asked = asked.model_copy(update={"extend": extend})
    return asked


def _validated(adapter: TypeAdapter[Any], text: bytes, place: tuple[str, ...]) -> Any:  # noqa: ANN401 - what the adapter makes
    _check(text, place)
    try:
        return adapter.validate_python(orjson.loads(text))
    except ValidationError as error:
        found = [{**each, "loc": (*place, *each["loc"])} for each in error.errors()]
        raise RequestValidationError(found) from error


def _check(text: bytes, place: tuple[str, ...]) -> None:
    """Check the JSON of a field; what is wrong in it is pointed at from outside the field."""
    try:
        check_json(text)
    except InvalidInput as error:
        around = pointer(place) if len(place) > 1 else ""
        faults = [replace(each, field=f"{around}{each.field}") for each in error.errors]
        raise InvalidInput(errors=faults) from error
