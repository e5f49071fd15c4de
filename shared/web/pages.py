"""The page that shows the API to people, made of files of our own: it loads nothing else."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles

_FILES = Path(__file__).parent / "docs"


def add_docs_page(app: FastAPI) -> None:
    """Serve Swagger UI at `/docs`; it shows `/openapi.json`."""

    async def page() -> FileResponse:
        return FileResponse(_FILES / "index.html")

    app.add_api_route("/docs", page, include_in_schema=False)
    app.mount("/docs", StaticFiles(directory=_FILES))
