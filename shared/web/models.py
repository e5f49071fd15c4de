"""The models of the API's edge: what comes in is checked to the letter, what goes out is frozen.

Promises: an unknown field, a number in quotes, a yes for a true are refused (422 with the field);
text is trimmed and never longer than 2,000 characters unless its field says so.
"""

import re
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_MAX_TEXT_CHARS = 2000
# A page of a form; a field that takes more says so with its own max_length.
_EXACT = frozenset({"bool", "float", "int"})
# JSON has these types, so nothing is turned into them: "5" is no number, 1 is no truth.
_WRITTEN_AS_TEXT = frozenset({"date", "datetime", "time", "timedelta"})
# Pydantic would also read these from a number of seconds.
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""One line that names something."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=_MAX_TEXT_CHARS)]
"""Something to read, not empty."""
EmailAddress = Annotated[
    str,
    StringConstraints(
        max_length=254, pattern=r"^[^\s@<>\"(),:;\[\]\\]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
    ),
]
"""An address to write to; that it exists is shown by a delivery only. Source: RFC 5321 4.5.3.1."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
"""A language tag such as `fr` or `zh-Hans-CN`. Source: BCP 47."""
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""Source: ISO 3166-1 alpha-2."""


def _begins_with_date(value: object) -> object:
    """Refuse a text that Pydantic would take for seconds since 1970."""
    if isinstance(value, str) and _DATE.match(value) is None:
        raise PydanticCustomError("datetime_parsing", "must be a time as in RFC 3339")
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_begins_with_date),
    Field(description="A time with its offset from UTC."),
]
Version = Annotated[int, Field(ge=1, description="Rises with every change; also in the ETag.")]


def _tightened(node: Any) -> Any:  # noqa: ANN401 - a core schema is a tree of dicts and lists
    if isinstance(node, list):
        return [_tightened(part) for part in node]
    if not isinstance(node, dict) or _is_tight(node):
        return node
    copy = {name: _tightened(part) for name, part in node.items()}
    kind = copy.get("type")
    if not isinstance(kind, str):  # the fields of a model of which one is called type
        return copy
    if kind in _EXACT:
        copy["strict"] = True
    if kind in _WRITTEN_AS_TEXT:
        return core_schema.no_info_before_validator_function(_text_only, copy)
    return copy


def _is_tight(node: dict[str, Any]) -> bool:
    """Tell whether we made this node: Pydantic may hand the same schema through twice."""
    function = node.get("function")
    return isinstance(function, dict) and function.get("function") is _text_only


def _text_only(value: object) -> object:
    if isinstance(value, (int, float)):
        raise PydanticCustomError("string_type", "Input should be a valid string")
    return value


class Input(BaseModel):
    """The parent of every request body."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        str_max_length=_MAX_TEXT_CHARS,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Refuse what Pydantic would kindly convert."""
        tightened: CoreSchema = _tightened(handler(source))
        return tightened


class Output(BaseModel):
    """The parent of every answer's body."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)
