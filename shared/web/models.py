"""The models of the API's edge: what comes in is checked to the letter, what goes out is frozen.

Promises: an unknown field, a number in quotes, a yes for a true are refused (422 with the field);
text is trimmed and never longer than 2,000 characters unless its field says so.
"""

from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic_core import CoreSchema

_MAX_TEXT_CHARS = 2000
# A page of a form; a field that takes more says so with its own max_length.
_WRITTEN_AS_TEXT = frozenset(
    {"date", "datetime", "decimal", "enum", "frozenset", "lax-or-strict", "multi-host-url"}
    | {"set", "time", "timedelta", "tuple", "url", "uuid"}
)
# JSON has no such types: these are read from text or lists even where all else is strict.

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
Moment = Annotated[AwareDatetime, Field(description="A time with its offset from UTC.")]
Version = Annotated[int, Field(ge=1, description="Rises with every change; also in the ETag.")]


def _loosen(node: Any) -> None:  # noqa: ANN401 - a core schema is a tree of plain dicts and lists
    if isinstance(node, dict):
        if node.get("type") in _WRITTEN_AS_TEXT:
            node.setdefault("strict", False)
        for part in node.values():
            _loosen(part)
    elif isinstance(node, (list, tuple)):
        for part in node:
            _loosen(part)


class Input(BaseModel):
    """The parent of every request body."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        str_strip_whitespace=True,
        str_max_length=_MAX_TEXT_CHARS,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Leave strictness to the types that JSON has."""
        schema = handler(source)
        _loosen(schema)
        return schema


class Output(BaseModel):
    """The parent of every answer's body."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)
