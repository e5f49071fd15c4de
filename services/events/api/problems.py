"""What the API's document says of the problems of a route, by status."""

from collections import defaultdict
from typing import Any

from shared.errors import ProblemError


def problems(*kinds: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """Give the ``responses`` of a route that may answer these problems."""
    titles: dict[int, list[str]] = defaultdict(list)
    for kind in kinds:
        titles[kind.status].append(f"{kind.title} (`{kind.code}`).")
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {
            "description": " ".join(texts),
            "content": {"application/problem+json": schema},
        }
        for status, texts in sorted(titles.items())
    }
