"""Run the mailbox: `python -m deploy.local.mailbox --smtp-port --http-port --data`."""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from deploy.local.mailbox.letters import Letters
from deploy.local.mailbox.web import create_app
from deploy.local.ports import LOOPBACK


def main(
    smtp_port: Annotated[int, typer.Option(help="Takes e-mails here.")] = 1025,
    http_port: Annotated[int, typer.Option(help="Shows them here.")] = 8025,
    data: Annotated[Path, typer.Option(help="Keeps them here.")] = Path(".data/mailbox"),
    host: Annotated[str, typer.Option(help="Listens on this address.")] = LOOPBACK,
) -> None:
    """Take every e-mail for everyone on this machine and show it."""
    app = create_app(Letters(data), (host, smtp_port))
    uvicorn.run(app, host=host, port=http_port, log_level="warning")


if __name__ == "__main__":
    typer.run(main)
