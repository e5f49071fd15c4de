import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local import lifecycle
from deploy.local.state import (
    Platform,
    ProcessIdentity,
    identify,
    only_supervisor,
    read_platform,
    write_platform,
)

QUIET = Console(quiet=True)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    code = "import time; time.sleep(600)"
    with subprocess.Popen((sys.executable, "-c", code), process_group=0) as process:
        yield process
        process.kill()


def test_down_ends_what_a_dead_supervisor_left(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    dead = ProcessIdentity(stranger.pid, 1.0)
    write_platform(tmp_path, Platform(dead, {"kafka": identify(stranger.pid)}))

    assert lifecycle.stop(tmp_path, QUIET)

    assert stranger.wait(5) == -9
    assert read_platform(tmp_path) is None


def test_down_spares_a_process_that_got_a_reused_id(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    earlier = ProcessIdentity(stranger.pid, identify(stranger.pid).started_at - 60)
    write_platform(tmp_path, Platform(earlier, {"kafka": earlier}))

    assert lifecycle.stop(tmp_path, QUIET)

    assert stranger.poll() is None


def test_down_without_a_platform_says_so(tmp_path: Path) -> None:
    assert not lifecycle.stop(tmp_path, QUIET)


def test_reset_deletes_only_what_is_the_platforms(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    (tmp_path / "thesis.odt").write_text("mine", "utf-8")

    lifecycle.forget(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["thesis.odt"]


def test_second_start_at_once_is_refused(tmp_path: Path) -> None:
    with only_supervisor(tmp_path) as first, only_supervisor(tmp_path) as second:
        assert first
        assert not second


def test_what_is_written_down_is_read_back(tmp_path: Path) -> None:
    identity = ProcessIdentity(1, 2.0)
    platform = Platform(identity, {"kafka": identity}, {"kafka": 9092}, {"kafka": "k"}, ("note",))

    write_platform(tmp_path, platform)

    assert read_platform(tmp_path) == platform
