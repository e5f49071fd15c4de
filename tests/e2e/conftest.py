"""One whole platform for all end-to-end tests: brought up once, stopped at the end."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.local.plan import KAFKA_VARIABLE, MONGO_VARIABLE
from deploy.local.state import DATA_VARIABLE, Platform, is_alive, read_platform

COMMAND_SECONDS = 180

IMPATIENT = {
    "MATCHING_SOLVER__LEASE_SECONDS": "2",
    "MATCHING_CONSENT__LEASE_SECONDS": "2",
    "MATCHING_CONSENT__POLL_SECONDS": "0.5",
}
"""What a killed process held is free sooner: a story has several kills and a minute."""


@dataclass(frozen=True, slots=True)
class World:
    """A running platform and the folder of its data."""

    data: Path

    @property
    def platform(self) -> Platform:
        platform = read_platform(self.data)
        assert platform is not None
        return platform

    def url(self, service: str) -> str:
        return self.platform.urls[service]

    def run(self, *arguments: str) -> str:
        """Run a `worldcities` command on this platform and give what it prints on stdout."""
        environment = {**os.environ, **IMPATIENT, DATA_VARIABLE: str(self.data)}
        for name in (KAFKA_VARIABLE, MONGO_VARIABLE):
            environment.pop(name, None)
        done = subprocess.run(
            (sys.executable, "-m", "deploy.cli.main", *arguments),
            env=environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def demo(self) -> dict[str, Any]:
        """Play the story and give its JSON."""
        summary: dict[str, Any] = json.loads(self.run("demo", "--json"))
        return summary


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The platform with the programme data, on free ports; nothing of it is left afterwards."""
    world = World(tmp_path_factory.mktemp("world"))
    world.run("up", "--detach")
    try:
        yield world
    finally:
        last = world.platform
        world.run("down")
    identities = {**last.processes, "supervisor": last.supervisor}
    assert [name for name, identity in identities.items() if is_alive(identity)] == []


@pytest.fixture(scope="session")
def summary(world: World) -> dict[str, Any]:
    """What the demonstration said the first time."""
    return world.demo()
