"""The fast server of the embedded database: SecantusDB's own in Rust, built once per user.

`secantusd-py`, which `.venv` has, answers one message at a time; this one uses all cores and takes
a fraction of the time for each, as MongoDB does. It is published as a crate only, so that it has to
be built: four minutes on two cores, which is why nothing but benchmarks and `make up FAST=1` does.

Promises: what is built is the crate that is named here, byte for byte (its sha256 is compared
before anything of it runs; it pins its own dependencies by theirs); a build that was interrupted is
never taken for a server, and a server that somebody may be running is never replaced.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

CRATE = "secantus-mdb"
VERSION = "0.5.3-beta.193"
CRATE_SHA256 = "3167ab09ec97e77fbb5c3c3c3f11dbf1bd9dfd1237231bc763da55963f4ef842"

TOOLS: Mapping[str, str] = {
    "cargo": "Rust's package manager",
    "cmake": "CMake",
    "cc": "a C compiler",
}


class BuildError(Exception):
    """The server can't be built here; the text says why and what to do."""


def main() -> int:
    """Have the server built, unless it is; 1 when it can't be."""
    try:
        if installed() is None:
            install()
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def installed() -> Path | None:
    """Give the server, if it was built by this user."""
    program = _folder() / "bin" / "secantusd-rs"
    return program if program.is_file() else None


def install() -> Path:
    """Build the server and give it; cargo shows how far it is on stderr.

    Raises:
        BuildError: a tool is missing, the build failed, or the crate is not the one named here.
    """
    _require_tools()
    folder = _folder()
    sys.stderr.write(f"building {CRATE} {VERSION}: about four minutes on two cores, once\n")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as name:
            built = _built(Path(name))
            if installed() is None:  # else another build was quicker
                built.rename(folder)
    except OSError as error:
        raise BuildError(f"{CRATE} {VERSION} could not be kept in {folder}: {error}") from error
    program = installed()
    if program is None:
        raise BuildError(f"cargo built no secantusd-rs from {CRATE} {VERSION}.")
    return program


def _built(work: Path) -> Path:
    """Give the folder that cargo has installed the server into, below ``work``."""
    _run("cargo", "info", "--quiet", f"{CRATE}@{VERSION}", "--color=never")
    with tarfile.open(fileobj=io.BytesIO(_crate())) as crate:
        crate.extractall(work, filter="data")
    source, out = work / f"{CRATE}-{VERSION}", work / "out"
    # Its manifest names the newest compiler; it builds with Rust 1.95, which is what we tried.
    _run("cargo", "install", "--path", source, "--locked", "--ignore-rust-version", "--root", out)
    return out


def _run(*command: str | Path) -> None:
    """Run cargo, whose words go to stderr."""
    done = subprocess.run(command, stdout=sys.stderr, check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        raise BuildError(f"{CRATE} {VERSION} could not be built; cargo's reason is above.")


def _crate() -> bytes:
    """Give the crate whose sha256 is pinned here, as cargo has downloaded it."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    kept = [each.read_bytes() for each in home.glob(f"registry/cache/*/{CRATE}-{VERSION}.crate")]
    for content in kept:
        if hashlib.sha256(content).hexdigest() == CRATE_SHA256:
            return content
    raise BuildError(
        f"None of the {len(kept)} downloads of {CRATE} {VERSION} is the crate that "
        "deploy/local/fast_database.py names. Do not use it."
    )


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "worldcities" / f"{CRATE}-{VERSION}"


def _require_tools() -> None:
    missing = [f"{name} ({what})" for name, what in TOOLS.items() if shutil.which(name) is None]
    if missing:
        raise BuildError(
            f"The fast database server can't be built: {', '.join(missing)} not found. "
            "Install what is missing; only `make up FAST=1` and `make bench-matching` need it."
        )


if __name__ == "__main__":
    sys.exit(main())
