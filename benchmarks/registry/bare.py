"""A bare FastAPI app whose routes return constant pages; ``python -m benchmarks.registry.bare``.

BENCH_PAGES names a file with pages by name, as the registry gave them; BENCH_PORT where to listen.
"""

import asyncio
import os
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI


def app() -> FastAPI:
    """Make the app."""
    pages: dict[str, dict[str, Any]] = orjson.loads(Path(os.environ["BENCH_PAGES"]).read_bytes())
    bare = FastAPI()

    @bare.get("/pages/{name}")
    async def page(name: str) -> dict[str, Any]:
        return pages[name]

    return bare


def main() -> None:
    """Serve until the process ends."""
    port = int(os.environ["BENCH_PORT"])
    config = uvicorn.Config(app, factory=True, port=port, log_level="warning", access_log=False)
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
