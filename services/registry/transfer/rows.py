"""What one row of a file states, checked like the body of a request.

Promises: a row is a statement or its faults, each with its column and a remedy. A column that is
not there states nothing; in JSON, null makes a fact unknown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from pydantic import ValidationError

from services.registry.api.city_models import NewCity
from services.registry.domain.cities import Position, StatedFacts, Statement, Status
from services.registry.domain.imports import AnyRow, Fault, Row, Unread
from services.registry.domain.remedies import remedy_for
from shared.ids import CityRef

_NO_FACTS: Final = {"id", "status", "sources"}
_LISTS: Final = {"members", "aliases"}
_NEEDED: Final = {"name", "country"}
"""A record always has them: null says nothing of them."""

MOST_FAULTS: Final = 20
"""Faults that are told of one row."""


class CityRow(NewCity):
    """A city or group, as one row or object of a file says it."""

    id: CityRef | None = None
    """The record's id; without one the row is of the record of its place, item or name."""
    status: Status | None = None
    """As it was exported: an import does not change it."""

    def statement(self) -> Statement:
        """Give what is stated."""
        stated = self.model_fields_set - _NO_FACTS
        facts = {name: getattr(self, name) for name in stated}
        facts = {name: it for name, it in facts.items() if it is not None or name not in _NEEDED}
        if self.position is not None:
            facts["position"] = Position(self.position.latitude, self.position.longitude)
        for name in facts.keys() & _LISTS:
            facts[name] = tuple(dict.fromkeys(facts[name]))
        sources = {str(name): text for name, text in self.sources.items()}
        return Statement(cast("StatedFacts", facts), sources)


def row_of(number: int, values: Mapping[str, Any]) -> AnyRow:
    """Read the values of a row by the names of their columns."""
    try:
        said = CityRow.model_validate(values)
    except ValidationError as error:
        return Unread(number, tuple(_faults(number, error))[:MOST_FAULTS])
    if _has_nul(values):
        message = "must not contain the character NUL"
        return unread(number, None, "nul_character", message)
    return Row(number, said.statement(), said.id, said.status)


def unread(number: int, column: str | None, code: str, message: str) -> Unread:
    """Say why a row could not be understood."""
    return Unread(number, (Fault(number, column, code, message, remedy_for(code)),))


def _faults(number: int, error: ValidationError) -> Iterator[Fault]:
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        place = [str(part) for part in each["loc"]]
        column = place[0] if place else None
        if place[:1] == ["position"] and len(place) > 1:
            column = place[1]
        message = each["msg"].removeprefix("Value error, ")
        yield Fault(number, column, each["type"], message, remedy_for(each["type"]))


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(_has_nul(each) for pair in value.items() for each in pair)
    return isinstance(value, (list, tuple)) and any(_has_nul(each) for each in value)
