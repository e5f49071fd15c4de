"""The registry's HTTP interface, one module per noun: requests in, use cases, answers out."""

from fastapi import APIRouter

from services.registry.api import (
    cities,
    city_drafts,
    city_merges,
    contacts,
    interests,
    practices,
    reference,
    topics,
)

ROUTERS: tuple[APIRouter, ...] = (
    cities.ROUTER,
    city_merges.ROUTER,
    city_drafts.ROUTER,
    topics.ROUTER,
    interests.ROUTER,
    contacts.ROUTER,
    practices.ROUTER,
    reference.ROUTER,
)
