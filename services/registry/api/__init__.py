"""The registry's HTTP interface, one module per noun: requests in, use cases, answers out."""

from fastapi import APIRouter

from services.registry.api import cities, contacts, interests, reference, topics

ROUTERS: tuple[APIRouter, ...] = (
    cities.ROUTER,
    topics.ROUTER,
    interests.ROUTER,
    contacts.ROUTER,
    reference.ROUTER,
)
