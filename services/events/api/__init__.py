"""The HTTP API of the events service: activities, action items, delegations and calendars.

Promises thin routes: what comes in is parsed, a use case decides, its result is shown.
"""

from fastapi import APIRouter

from services.events.api import action_items, activities, calendars, delegations

ROUTERS: tuple[APIRouter, ...] = (
    activities.ROUTER,
    action_items.ROUTER,
    calendars.ROUTER,
    delegations.ROUTER,
)
