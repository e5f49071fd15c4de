"""The answers of the reconciliation API.

Source: Reconciliation Service API 0.2, sections 3.2 (manifest), 4.3 (candidates), 5 (suggest) and
6.4 (data extension), and the JSON schemas published with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.registry.places import fold_name
from services.registry.reconciliation.matching import Candidate
from services.registry.reconciliation.properties import PROPERTIES, TYPES, Property
from services.registry.reconciliation.requests import MAX_QUERIES
from services.registry.search.cities.documents import Document

Json = dict[str, Any]
"""A JSON object; its form is the specification's."""

PATH: Final = "/v1/reconcile"


def manifest(base: str) -> Json:
    """Give the service manifest; `base` is where the caller reaches this API."""
    service = f"{base.rstrip('/')}{PATH}"
    suggest = {
        kind: {"service_url": service, "service_path": f"/suggest/{kind}"}
        for kind in ("entity", "property", "type")
    }
    return {
        "versions": ["0.2"],
        "name": "World Cities: participating bodies",
        "identifierSpace": f"{base.rstrip('/')}/v1/cities/",
        "schemaSpace": f"{service}/schema/",
        "documentation": f"{base.rstrip('/')}/docs",
        "view": {"url": f"{base.rstrip('/')}/v1/cities/{{{{id}}}}"},
        "defaultTypes": [_type("city")],
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": [],
        },
        "batchSize": MAX_QUERIES,
        "authentication": {"type": "http", "scheme": "bearer"},
    }


def candidate(found: Candidate) -> Json:
    """Give a candidate of a query."""
    city = found.city
    return {
        "id": city.id,
        "name": city.name,
        "description": _description(city),
        "type": [_type(city.kind)],
        "score": found.score,
        "match": found.match,
    }


def suggested_city(city: Document) -> Json:
    """Give a city as a suggestion."""
    named = {"id": city.id, "name": city.name, "description": _description(city)}
    return named | {"notable": [_type(city.kind)]}


def suggested_types(prefix: str) -> list[Json]:
    """Give the types whose name or id begins so."""
    return [_type(id_) for id_, name in TYPES.items() if _begins(prefix, id_, name)]


def suggested_properties(prefix: str) -> list[Json]:
    """Give the properties whose name or id begins so."""
    return [_named(each) for each in PROPERTIES.values() if _begins(prefix, each.id, each.name)]


def proposed_properties(type_: str, limit: int) -> Json:
    """Give the properties that can be asked for."""
    properties = [_named(each) for each in PROPERTIES.values()][:limit]
    return {"type": type_, "properties": properties, "limit": limit}


def extension(cities: Mapping[str, Document | None], wanted: Iterable[str]) -> Json:
    """Give the wanted properties of cities; a city that is not there has no values."""
    properties = [PROPERTIES[each] for each in dict.fromkeys(wanted)]
    rows = {
        id_: {each.id: each.values(city) if city else [] for each in properties}
        for id_, city in cities.items()
    }
    return {"meta": [_named(each) for each in properties], "rows": rows}


def _type(kind: str) -> Json:
    return {"id": kind, "name": TYPES[kind]}


def _named(each: Property) -> Json:
    return {"id": each.id, "name": each.name}


def _begins(prefix: str, *names: str) -> bool:
    return any(fold_name(name).startswith(fold_name(prefix)) for name in names)


def _description(city: Document) -> str:
    size = f", {city.population:,} inhabitants" if city.population else ""
    return f"{TYPES[city.kind]} in {city.country}{size}"
