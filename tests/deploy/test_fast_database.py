"""The fast database server: built from the pinned crate, or refused in words.

Cargo is a stand-in here; `make bench-matching` builds and runs the real server.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.local import fast_database
from deploy.local.fast_database import BuildError, install, installed, main
from deploy.local.mongo import FOLDERS, Server, prepare_database
from deploy.local.plan import make_plan
from deploy.local.process import ProcessError

NAME = f"{fast_database.CRATE}-{fast_database.VERSION}"
CARGO = """#!/bin/sh
echo "$@" >> "$CARGO_HOME/asked"
test "$1" = info && exit 0
for last; do :; done
mkdir -p "$last/bin"
{effect}
"""
BUILDS = 'cat "$3/src/main.rs" > "$last/bin/secantusd-rs"'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Cargo's folder, for a user who has built nothing yet, with nothing on the path."""
    crate = packed({"src/main.rs": b"server"})
    monkeypatch.setattr(fast_database, "CRATE_SHA256", hashlib.sha256(crate).hexdigest())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "cargo"))
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    (tmp_path / "tools").mkdir()
    home = tmp_path / "cargo"
    for index, content in (("another", b"not it"), ("index", crate)):
        kept = home / "registry" / "cache" / index / f"{NAME}.crate"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(content)
    return home


def packed(files: Mapping[str, bytes]) -> bytes:
    """Give a crate with these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as crate:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{NAME}/{name}")
            entry.size = len(content)
            crate.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def put_tools(home: Path, effect: str) -> None:
    text = CARGO.format(effect=effect)
    for name in fast_database.TOOLS:
        tool = home.parent / "tools" / name
        tool.write_text(text, "utf-8")
        tool.chmod(0o755)
    os.environ["PATH"] += f"{os.pathsep}/usr/bin{os.pathsep}/bin"


def test_server_is_built_once_from_the_crate_and_its_own_lock(home: Path) -> None:
    put_tools(home, BUILDS)

    assert [main(), main()] == [0, 0]

    built = installed()
    assert built is not None
    assert built.read_bytes() == b"server"
    [_, asked] = (home / "asked").read_text("utf-8").splitlines()
    assert "--locked" in asked


def test_server_that_another_build_has_made_meanwhile_stays(home: Path) -> None:
    put_tools(home, BUILDS)
    built = install()
    built.write_bytes(b"the other's")

    assert install() == built
    assert built.read_bytes() == b"the other's"


def test_cache_that_cannot_be_written_is_told_in_words(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_tools(home, BUILDS)
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")

    assert main() == 1
    assert "could not be kept in /dev/null" in capsys.readouterr().err


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

    with pytest.raises(BuildError, match="None of the 2 downloads"):
        install()

    assert installed() is None
    assert len((home / "asked").read_text("utf-8").splitlines()) == 1  # nothing of it was run


@pytest.mark.usefixtures("home")
def test_fast_server_that_is_not_built_is_asked_for_in_words(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="make up FAST=1"):
        prepare_database(tmp_path, server="secantusd-rs")


@pytest.mark.parametrize(
    ("made", "asked"), [("secantusd-py", "secantusd-rs"), ("secantusd-rs", "secantusd-py")]
)
def test_data_of_the_other_server_are_refused(
    home: Path, tmp_path: Path, made: Server, asked: Server
) -> None:
    put_tools(home, BUILDS)
    install()
    (tmp_path / FOLDERS[made]).mkdir()

    with pytest.raises(ProcessError, match=f"was made by {made}"):
        prepare_database(tmp_path, server=asked)
    kept = prepare_database(tmp_path, server=made)
    assert str(tmp_path / FOLDERS[made]) in kept.process.command.arguments


def test_unknown_server_is_refused_in_words(tmp_path: Path) -> None:
    environment = {"EMBEDDED_DATABASE": "mongod", "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"}

    with pytest.raises(ProcessError, match="it must be secantusd-py or secantusd-rs"):
        make_plan(tmp_path, environment)
