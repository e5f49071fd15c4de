"""What can go wrong in notifications, beside what every service knows.

NotFound 404      SubscriberNotFound  subscriber_not_found
                  ApiKeyNotFound      api_key_not_found
                  EndpointNotFound    endpoint_not_found
                  DeliveryNotFound    delivery_not_found
                  EmailNotFound       email_not_found
Conflict 409      SubscriberSuspended subscriber_suspended
                  ApiKeyRevoked       api_key_revoked
                  EndpointDisabled    endpoint_disabled
                  EndpointLimit       endpoint_limit
                  DeliveryPending     delivery_pending
InvalidInput 422  EndpointUrlInvalid  endpoint_url_invalid
                  EndpointTypeUnknown endpoint_type_unknown
                  ApiKeyExpiryInvalid api_key_expiry_invalid
ProblemError 410  FeedPositionExpired feed_position_expired
"""
# ruff: noqa: N818 - a problem bears the name of its code.

from shared.errors import Conflict, InvalidInput, NotFound, ProblemError


class SubscriberNotFound(NotFound):
    """No such subscriber, or not the caller's own."""

    code = "subscriber_not_found"
    title = "There is no such subscriber"


class ApiKeyNotFound(NotFound):
    """No such key of this subscriber."""

    code = "api_key_not_found"
    title = "There is no such API key"


class EndpointNotFound(NotFound):
    """No such endpoint, or not the caller's own, or deleted."""

    code = "endpoint_not_found"
    title = "There is no such endpoint"


class DeliveryNotFound(NotFound):
    """No such delivery, or not the caller's own."""

    code = "delivery_not_found"
    title = "There is no such delivery"


class EmailNotFound(NotFound):
    """No such e-mail."""

    code = "email_not_found"
    title = "There is no such e-mail"


class SubscriberSuspended(Conflict):
    """The subscriber is shut out: it gets no keys and no endpoints."""

    code = "subscriber_suspended"
    title = "The subscriber is suspended"


class ApiKeyRevoked(Conflict):
    """The key was revoked before."""

    code = "api_key_revoked"
    title = "The API key is revoked already"


class EndpointDisabled(Conflict):
    """The endpoint is disabled: enable it first."""

    code = "endpoint_disabled"
    title = "The endpoint is disabled"


class EndpointLimit(Conflict):
    """The subscriber has as many endpoints as one may have."""

    code = "endpoint_limit"
    title = "The subscriber has too many endpoints"


class DeliveryPending(Conflict):
    """The delivery is on its way already."""

    code = "delivery_pending"
    title = "The delivery is still under way"


class EndpointUrlInvalid(InvalidInput):
    """The URL can't be called: its scheme, its host or its address."""

    code = "endpoint_url_invalid"
    title = "The endpoint's URL is not allowed"


class EndpointTypeUnknown(InvalidInput):
    """An event type that partners don't get."""

    code = "endpoint_type_unknown"
    title = "There is no such event type for partners"


class ApiKeyExpiryInvalid(InvalidInput):
    """The end of the key is in the past or too far away."""

    code = "api_key_expiry_invalid"
    title = "The API key's end is not allowed"


class FeedPositionExpired(ProblemError):
    """Events right after this position are older than what the feed keeps: some would be missed."""

    status = 410
    code = "feed_position_expired"
    title = "The feed no longer reaches back to this position"
