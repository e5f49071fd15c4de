"""The mailbox's pages for people and its JSON for programs.

Promises: what a letter contains is shown and never run: its HTML has an own page without scripts,
without network and without an origin (Content-Security-Policy `sandbox`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.templating import Jinja2Templates

from deploy.local.mailbox.letters import Attachment, Letter, Letters
from deploy.local.mailbox.postman import smtp_server

PAGES = Path(__file__).with_name("pages")

SANDBOX = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""For HTML written by others."""

LARGEST_PAGE = 200
"""Letters on the page for people; programs get all."""


def create_app(letters: Letters, smtp_address: tuple[str, int]) -> FastAPI:
    """Give the web application, which takes letters at `smtp_address` while it runs."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with smtp_server(letters, *smtp_address):
            yield

    app = FastAPI(title="World Cities: local mailbox", lifespan=lifespan)
    templates = Jinja2Templates(PAGES)
    _add_pages(app, letters, templates)
    _add_parts(app, letters)
    _add_api(app, letters)
    return app


def _add_pages(app: FastAPI, letters: Letters, templates: Jinja2Templates) -> None:
    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def show_list(request: Request, to: str | None = None) -> Response:
        found = letters.newest_first(to=to)
        shown = {"letters": found[:LARGEST_PAGE], "count": len(found), "to": to}
        return templates.TemplateResponse(request, "list.html", shown)

    @app.get("/letters/{letter_id}", response_class=HTMLResponse, include_in_schema=False)
    async def show_letter(request: Request, letter_id: str) -> Response:
        letter = _find(letters, letter_id)
        return templates.TemplateResponse(request, "letter.html", {"letter": letter})


def _add_parts(app: FastAPI, letters: Letters) -> None:
    @app.get("/letters/{letter_id}/html", include_in_schema=False)
    async def show_html(letter_id: str) -> HTMLResponse:
        letter = _find(letters, letter_id)
        return HTMLResponse(letter.html or "", headers={"Content-Security-Policy": SANDBOX})

    @app.get("/letters/{letter_id}/source", include_in_schema=False)
    async def show_source(letter_id: str) -> PlainTextResponse:
        _find(letters, letter_id)
        return PlainTextResponse(letters.source(letter_id))

    @app.get("/letters/{letter_id}/attachments/{number}", include_in_schema=False)
    async def download(letter_id: str, number: int) -> Response:
        attachments = _find(letters, letter_id).attachments
        if not 0 <= number < len(attachments):
            raise HTTPException(404, "The letter has no such attachment.")
        return _as_download(attachments[number])


def _add_api(app: FastAPI, letters: Letters) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/messages")
    async def list_messages(to: Annotated[str | None, Query()] = None) -> list[dict[str, object]]:
        """Give all letters, the newest first; with `to`, those to one address."""
        return [_summary(letter) for letter in letters.newest_first(to=to)]

    @app.get("/api/messages/{letter_id}")
    async def get_message(letter_id: str) -> dict[str, object]:
        """Give one letter with its headers and HTML."""
        letter = _find(letters, letter_id)
        return {**_summary(letter), "headers": letter.headers, "html": letter.html}

    @app.delete("/api/messages")
    async def clear() -> dict[str, int]:
        """Forget all letters."""
        return {"deleted": letters.clear()}


def _find(letters: Letters, letter_id: str) -> Letter:
    letter = letters.find(letter_id)
    if letter is None:
        raise HTTPException(404, "There is no such letter.")
    return letter


def _summary(letter: Letter) -> dict[str, object]:
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(),
        "envelope_from": letter.envelope_from,
        "envelope_to": letter.envelope_to,
        "from": letter.sender,
        "to": letter.to,
        "subject": letter.subject,
        "message_id": letter.message_id,
        "text": letter.plain,
        "attachments": [
            {"name": one.name, "content_type": one.content_type, "bytes": len(one.content)}
            for one in letter.attachments
        ],
    }


def _as_download(attachment: Attachment) -> Response:
    name = "".join(one for one in attachment.name if one.isascii() and one.isprintable())
    disposition = f'attachment; filename="{name.replace(chr(34), "")}"'
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return Response(attachment.content, media_type=attachment.content_type, headers=headers)
