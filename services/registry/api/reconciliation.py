"""The routes of the W3C Reconciliation API 0.2, so that OpenRefine can match lists with ours.

They need a token like all others; a token in an address would end in logs, so a client that can't
send headers asks through a proxy on its own machine that adds them (README.md).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request, Response

from services.registry.api.search import Keeper, searched
from services.registry.reconciliation import answers
from services.registry.reconciliation.answers import PATH, Json
from services.registry.reconciliation.matching import candidates
from services.registry.reconciliation.requests import (
    Asked,
    DataExtension,
    ReconciliationQuery,
    read_address,
    read_asked,
)
from services.registry.search.cities.criteria import Criteria
from services.registry.search.cities.finding import CityIndex, Wanted, find
from services.registry.search.searches import CityKeeper
from shared.auth import Anyone
from shared.errors import FieldError, InvalidInput

ROUTER = APIRouter(prefix=PATH, tags=["reconciliation"])

_MAX_CURSOR: Final = 1000
_SUGGESTIONS: Final = 10
_MAX_ADDRESS_CHARS: Final = 2_500
"""Of a parameter: two of these, each character escaped as 12, fit into the 64 KiB that the server
reads of an address. What is longer is sent by POST."""
_MAYBE_OBJECT: Final[dict[str, Any]] = {"type": ["object", "null"]}
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {"queries": {"type": "string"}, "extend": {"type": "string"}},
                }
            },
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"queries": _MAYBE_OBJECT, "extend": _MAYBE_OBJECT},
                }
            },
        },
    }
}
"""What a POST takes; FastAPI would need another library to know it by itself."""

Prefix = Annotated[str, Query(max_length=200, description="How the name begins.")]
Skip = Annotated[int, Query(alias="cursor", ge=0, le=_MAX_CURSOR, description="How many to skip.")]
JsonText = Annotated[str | None, Query(max_length=_MAX_ADDRESS_CHARS)]


@ROUTER.get("")
async def read_manifest(
    _who: Anyone,
    keeper: Keeper,
    request: Request,
    queries: JsonText = None,
    extend: JsonText = None,
) -> Response:
    """Read the service manifest; with `queries` or `extend`, what a POST of them gives."""
    if queries is None and extend is None:
        return _answer(answers.manifest(str(request.base_url)))
    return _answer(await _done(keeper, read_address(queries, extend), "{}"))


@ROUTER.post("", openapi_extra=_FORM)
async def reconcile(_who: Anyone, keeper: Keeper, request: Request) -> Response:
    """Match names with cities (`queries`), or read properties of cities (`extend`)."""
    return _answer(await _done(keeper, await read_asked(request), "/{}"))


@ROUTER.get("/suggest/entity")
async def suggest_entity(
    _who: Anyone, keeper: Keeper, prefix: Prefix = "", skip: Skip = 0
) -> Response:
    """Suggest cities by how a name begins."""
    wanted = Wanted(Criteria(prefix), "relevance", skip + _SUGGESTIONS)
    found = await searched(keeper, lambda index: find(index, wanted))
    return _answer({"result": [answers.suggested_city(hit.city) for hit in found.hits[skip:]]})


@ROUTER.get("/suggest/property")
async def suggest_property(_who: Anyone, prefix: Prefix = "", skip: Skip = 0) -> Response:
    """Suggest properties of cities by how their name begins."""
    return _answer({"result": answers.suggested_properties(prefix)[skip:]})


@ROUTER.get("/suggest/type")
async def suggest_type(_who: Anyone, prefix: Prefix = "", skip: Skip = 0) -> Response:
    """Suggest kinds of bodies by how their name begins."""
    return _answer({"result": answers.suggested_types(prefix)[skip:]})


@ROUTER.get("/properties")
async def propose_properties(
    _who: Anyone,
    type_: Annotated[str, Query(alias="type", max_length=100)] = "city",
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Response:
    """Propose properties that a list can be extended with."""
    return _answer(answers.proposed_properties(type_, limit))


async def _done(keeper: CityKeeper, asked: Asked, place: str) -> Json:
    queries, extend = asked.queries, asked.extend
    if extend is not None and queries is None:
        return await searched(keeper, lambda index: _extended(index, extend))
    if queries is not None and extend is None:
        return await searched(keeper, lambda index: _matched(index, queries))
    message = "give one of queries and extend"
    fields = [place.format(name) for name in ("queries", "extend")]
    raise InvalidInput(errors=[FieldError(each, "queries_or_extend", message) for each in fields])


def _matched(index: CityIndex, queries: Mapping[str, ReconciliationQuery]) -> Json:
    return {
        name: {"result": [answers.candidate(each) for each in candidates(index, query.sought())]}
        for name, query in queries.items()
    }


def _extended(index: CityIndex, extend: DataExtension) -> Json:
    shown = index.view().shown
    cities = {id_: shown.get(id_) for id_ in extend.ids}
    return answers.extension(cities, [each.id for each in extend.properties])


def _answer(document: Json) -> Response:
    """Answer in JSON; any page may read it, since only a token opens it and none is sent along."""
    headers = {"Access-Control-Allow-Origin": "*"}
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)
