"""All documents that are made from the code, and the writing of them."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from deploy.documents.asyncapi import asyncapi_yaml
from deploy.documents.matching import examples
from deploy.documents.matching.overview import overview
from deploy.documents.openapi import openapi_json
from deploy.documents.problems import errors_markdown
from deploy.documents.services import SERVICES
from deploy.documents.settings import settings_markdown

FOLDER = Path("docs")
"""Below the current folder, which is the project's."""


def write_documents() -> None:
    """Write each document below docs/ where it changed, and say its path."""
    for path, write in DOCUMENTS.items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = write()
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{target.as_posix()}\n")


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    **{f"openapi/{name}.json": partial(openapi_json, name) for name in SERVICES},
    "asyncapi.yaml": asyncapi_yaml,
    "errors.md": errors_markdown,
    "settings.md": settings_markdown,
    "matching/README.md": overview,
    "matching/quotas.md": examples.quotas,
    "matching/quotas.svg": examples.quotas_plot,
    "matching/quotas-countries.svg": examples.countries_plot,
    "matching/trios.md": examples.trios,
    "matching/trios.svg": examples.trios_plot,
    "matching/mentors.md": examples.mentors,
    "matching/mentors.svg": examples.mentors_plot,
}
"""Writer by path below docs/."""
