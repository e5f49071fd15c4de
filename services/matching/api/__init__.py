"""The HTTP routes of matching; thin: they read, call one use case in one transaction, answer."""

from fastapi import APIRouter

from services.matching.api import applications, exchanges, pairings, proposals, rounds

ROUTERS: tuple[APIRouter, ...] = (
    exchanges.ROUTES,
    applications.ROUTES,
    rounds.ROUTES,
    proposals.ROUTES,
    pairings.ROUTES,
)
