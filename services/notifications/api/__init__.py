"""The HTTP side of notifications: partner integrations, their feed, and the record of e-mails."""

from fastapi import APIRouter

from services.notifications.api import deliveries, emails, endpoints, feed, subscribers

ROUTERS: tuple[APIRouter, ...] = (
    subscribers.ROUTER,
    endpoints.ROUTER,
    deliveries.ROUTER,
    feed.ROUTER,
    emails.ROUTER,
)
"""What `main.py` serves, with `mongo` and a running `FeedTail` as `feed_tail` in `app.state`."""
