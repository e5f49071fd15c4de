"""The HTTP routes of matching; thin: they read, call one use case in one transaction, answer."""

from fastapi import APIRouter

from services.matching.api import (
    actions,
    applications,
    comparisons,
    consent,
    exchanges,
    fairness,
    pairings,
    proposals,
    reasons,
    rounds,
)

ROUTERS: tuple[APIRouter, ...] = (
    exchanges.ROUTES,
    applications.ROUTES,
    rounds.ROUTES,
    comparisons.ROUTES,
    reasons.ROUTES,
    proposals.ROUTES,
    pairings.ROUTES,
    actions.ROUTES,
    consent.ROUTES,
    fairness.ROUTES,
)
