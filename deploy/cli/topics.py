"""The commands about Kafka's topics: plan, apply, and look into one with Kafka's own tool."""

import asyncio
import os
import socket
import sys
from enum import StrEnum
from typing import Annotated

import typer

from deploy.local.kafka import read_with_console_consumer
from deploy.local.plan import KAFKA_VARIABLE
from deploy.local.state import data_folder, read_platform
from shared.topics import apply

DEFAULT_SERVERS = "127.0.0.1:9092"
"""Kafka's usual port on this machine."""

CONNECT_TIMEOUT_SECONDS = 3.0
"""A broker that is there accepts in milliseconds, a far one within a second."""


class What(StrEnum):
    """What to do about the topics."""

    PLAN = "plan"
    APPLY = "apply"


def topics(what: Annotated[What, typer.Argument(help="Show the changes, or make them.")]) -> None:
    """Compare the topics with the contracts; make and change what differs."""
    todo = asyncio.run(apply(_servers(), dry_run=what is What.PLAN))
    sys.stdout.write("\n".join(todo.lines() or ["nothing to do"]) + "\n")


def records(
    topic: Annotated[str, typer.Argument(help="For example registry.city.v1.")],
    count: Annotated[int, typer.Option(help="At most this many, from the beginning.")] = 10,
) -> None:
    """Show a topic's records with Kafka's console consumer: headers, key, value."""
    for line in read_with_console_consumer(_servers(), topic, count):
        sys.stdout.write(f"{line}\n")


def _servers() -> str:
    """Give the named servers, else those of the platform that runs here."""
    platform = read_platform(data_folder())
    running = platform.urls.get("kafka") if platform and platform.is_alive else None
    servers = os.environ.get(KAFKA_VARIABLE) or running or DEFAULT_SERVERS
    if not any(_is_there(server) for server in servers.split(",")):
        typer.echo(f"No Kafka answers at {servers}: make up DETACH=1", err=True)
        raise typer.Exit(1)
    return servers


def _is_there(server: str) -> bool:
    host, _, port = server.strip().rpartition(":")
    try:
        with socket.create_connection((host, int(port)), CONNECT_TIMEOUT_SECONDS):
            return True
    except (OSError, ValueError):
        return False
