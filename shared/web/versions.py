"""Optimistic writes over HTTP: a version goes out as an ETag and comes back with every change.

Promises: a change that its sender decided on without having seen the last one does not happen.

Source: RFC 9110 section 13.1.1 (If-Match, strong comparison), RFC 6585 section 3 (428).
"""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.errors import BadRequest, FieldError, StaleVersion

_OURS = re.compile(r'"v([1-9][0-9]{0,17})"')
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def etag(version: int) -> str:
    """Return the strong entity tag of a resource's version: `"v3"`, quotes included."""
    return f'"v{version}"'


def set_etag(response: Response, version: int) -> None:
    """Put the tag on an answer; a GET with the same `If-None-Match` then becomes a 304."""
    response.headers["ETag"] = etag(version)


async def expected_version(
    if_match: Annotated[
        str,
        Header(alias="If-Match", description="The ETag of the version that you have seen."),
    ],
) -> int:
    """Return the version that the sender of a change has seen; none at all is 428 already.

    Raises:
        BadRequest: 400 `request_malformed`: not one entity tag.
        StaleVersion: 412 `version_stale`: a tag that no version of ours has.
    """
    match = _OURS.fullmatch(if_match)
    if match is not None:
        return int(match[1])
    if _ENTITY_TAG.fullmatch(if_match):
        raise StaleVersion
    message = "must be one entity tag, as an ETag header gave it"
    raise BadRequest(errors=[FieldError("If-Match", "tag_malformed", message)])


IfMatch = Annotated[int, Depends(expected_version)]
"""A route that changes something names it as a parameter: `version: IfMatch`."""


def require_version(current: int, expected: int) -> None:
    """Let pass a change of the version that its sender has seen.

    Raises:
        StaleVersion: 412 `version_stale`.
    """
    if current != expected:
        raise StaleVersion(f"The resource has version {current} by now.")
