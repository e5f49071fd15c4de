"""The fast database server: built from the pinned crate, or refused in words.

Cargo is a stand-in here; `make bench-matching` builds and runs the real server.
"""

import hashlib
import os
from pathlib import Path

import pytest

from deploy.local import fast_database
from deploy.local.fast_database import BuildError, install, installed
from deploy.local.mongo import prepare_database
from deploy.local.plan import make_plan
from deploy.local.process import ProcessError

CRATE = b"the crate"
CARGO = """#!/bin/sh
echo "$@" >> "$CARGO_HOME/asked"
for last; do :; done
mkdir -p "$CARGO_HOME/registry/cache/index" "$last/bin"
printf 'the crate' > "$CARGO_HOME/registry/cache/index/{crate}-{version}.crate"
{effect}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Cargo's folder, for a user who has built nothing yet, with nothing on the path."""
    digest = hashlib.sha256(CRATE).hexdigest()
    monkeypatch.setattr(fast_database, "CRATE_SHA256", digest)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "cargo"))
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    (tmp_path / "cargo").mkdir()
    (tmp_path / "tools").mkdir()
    return tmp_path / "cargo"


def put_tools(home: Path, effect: str) -> None:
    text = CARGO.format(crate=fast_database.CRATE, version=fast_database.VERSION, effect=effect)
    for name in fast_database.TOOLS:
        tool = home.parent / "tools" / name
        tool.write_text(text, "utf-8")
        tool.chmod(0o755)
    os.environ["PATH"] += f"{os.pathsep}/usr/bin{os.pathsep}/bin"


BUILDS = 'echo server > "$last/bin/secantusd-rs"'


def test_server_is_built_once_from_its_own_lock(home: Path) -> None:
    put_tools(home, BUILDS)

    built = install()

    assert installed() == built
    assert built.read_text("utf-8") == "server\n"
    assert "--locked" in (home / "asked").read_text("utf-8")


def test_missing_tool_is_named(home: Path) -> None:
    with pytest.raises(BuildError, match=r"cargo \(Rust's package manager\), cmake .* not found"):
        install()

    assert installed() is None
    assert not (home / "asked").exists()


def test_build_that_fails_leaves_no_server(home: Path) -> None:
    put_tools(home, BUILDS + "; exit 101")

    with pytest.raises(BuildError, match="could not be built"):
        install()

    assert installed() is None


def test_another_crate_than_the_pinned_one_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_tools(home, BUILDS)
    monkeypatch.setattr(fast_database, "CRATE_SHA256", "0" * 64)

    with pytest.raises(BuildError, match="is not the crate"):
        install()

    assert installed() is None


@pytest.mark.usefixtures("home")
def test_fast_server_that_is_not_built_is_asked_for_in_words(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="make up FAST=1"):
        prepare_database(tmp_path, server="secantusd-rs")


def test_servers_keep_their_data_apart(home: Path, tmp_path: Path) -> None:
    put_tools(home, BUILDS)
    install()

    slow = prepare_database(tmp_path)
    fast = prepare_database(tmp_path, server="secantusd-rs")

    assert str(tmp_path / "db") in slow.process.command.arguments
    assert str(tmp_path / "db-rs") in fast.process.command.arguments


def test_unknown_server_is_refused_in_words(tmp_path: Path) -> None:
    environment = {"EMBEDDED_DATABASE": "mongod", "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"}

    with pytest.raises(ProcessError, match="it must be secantusd-py or secantusd-rs"):
        make_plan(tmp_path, environment)
