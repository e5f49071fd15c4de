"""The HTTP API of the events service: activities, delegations and calendars.

Promises thin routes: what comes in is parsed, a use case decides, its result is shown.
"""

from fastapi import APIRouter

from services.events.api import activities, calendars, delegations

ROUTERS: tuple[APIRouter, ...] = (activities.ROUTER, calendars.ROUTER, delegations.ROUTER)
