import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from deploy.local.plan import SERVICES
from deploy.local.state import Platform, is_alive, read_platform
from tests.support.waiting import wait_until

START_SECONDS = 240
pytestmark = pytest.mark.timeout(START_SECONDS + 60)


@dataclass(frozen=True, slots=True)
class Commands:
    """The `worldcities` commands on a platform of its own."""

    data: Path

    def run(self, *arguments: str) -> str:
        environment = {**os.environ, "WORLDCITIES_DATA": str(self.data), "COLUMNS": "120"}
        for name in ("KAFKA_BOOTSTRAP_SERVERS", "MONGO_URL"):
            environment.pop(name, None)
        done = subprocess.run(
            (sys.executable, "-m", "deploy.cli.main", *arguments),
            env=environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def platform(self) -> Platform:
        platform = read_platform(self.data)
        assert platform is not None
        return platform


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    commands = Commands(tmp_path_factory.mktemp("platform"))
    commands.run("up", "--detach")
    yield commands
    commands.run("reset")


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", trust_env=False).is_success
    except httpx2.HTTPError:
        return False


def test_every_service_is_ready(commands: Commands) -> None:
    platform = commands.platform()

    assert platform.ready
    assert platform.problem == ""
    assert [name for name in SERVICES if not is_ready(platform.urls[name])] == []


def test_second_up_says_where_everything_is(commands: Commands) -> None:
    printed = commands.run("up", "--detach")

    assert "up already" in printed
    assert all(f"{commands.platform().urls[name]}/docs" in printed for name in SERVICES)


def test_token_opens_an_api_and_no_token_does_not(commands: Commands) -> None:
    url = f"{commands.platform().urls['registry']}/v1/cities"
    token = commands.run("token", "--role", "officer").strip()

    allowed = httpx2.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)

    assert allowed.status_code == 200
    assert httpx2.get(url, trust_env=False).status_code == 401


def test_killed_service_comes_back(commands: Commands) -> None:
    platform = commands.platform()
    killed = platform.processes["matching"]

    psutil.Process(killed.pid).kill()

    wait_until(lambda: commands.platform().processes["matching"].pid != killed.pid)
    wait_until(lambda: is_ready(platform.urls["matching"]), 30)


def test_down_leaves_no_process_and_keeps_the_data(commands: Commands) -> None:
    platform = commands.platform()

    commands.run("down")

    left = [name for name, process in platform.processes.items() if is_alive(process)]
    assert left == []
    assert not platform.is_alive
    assert (commands.data / "kafka").is_dir()
