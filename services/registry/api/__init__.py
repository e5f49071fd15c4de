"""The registry's HTTP interface, one module per noun: requests in, use cases, answers out."""

from fastapi import APIRouter

from services.registry.api import (
    cities,
    city_drafts,
    city_merges,
    contacts,
    counts,
    duplicates,
    interest_history,
    interests,
    practice_search,
    practices,
    reconciliation,
    reference,
    search,
    search_index,
    topics,
    transfers,
)

ROUTERS: tuple[APIRouter, ...] = (
    duplicates.ROUTER,  # before cities: their {city_id} would take the path
    cities.ROUTER,
    city_merges.ROUTER,
    city_drafts.ROUTER,
    topics.ROUTER,
    topics.TAXONOMY_ROUTER,
    interests.ROUTER,
    interest_history.ROUTER,
    contacts.ROUTER,
    practices.ROUTER,
    counts.ROUTER,
    reference.ROUTER,
    search.ROUTER,
    practice_search.ROUTER,
    search_index.ROUTER,
    transfers.ROUTER,
    reconciliation.ROUTER,
)
