"""Makes `.venv`, so that every other command has what it needs; runs before anything is there.

Needs Python 3.11 or newer with `venv`, and nothing else: pip installs the pinned uv by hash, uv
installs the pinned rest by hash, and the project itself is linked in. Does nothing, at once, when
nothing has changed since the last time. Everything it says goes to stderr, so that
`make demo JSON=1` prints JSON alone.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".worldcities-environment"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")

OLDEST_PYTHON = (3, 11)
"""The first version with `TaskGroup` and `StrEnum`, which the platform is written with."""

INPUTS = ("requirements-bootstrap.lock", "requirements.lock", "pyproject.toml")
"""What the environment is made of; a changed byte in one of them makes it again."""


class MissingToolError(Exception):
    """The machine lacks something that only its owner can install; the text says what and how."""


def main() -> int:
    """Make the environment current and return the exit code."""
    try:
        _refuse_old_python()
        digest = _digest()
        if _is_current(digest):
            return 0
        _make(digest)
    except MissingToolError as error:
        _say(str(error))
        return 1
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd[:4]))
        _say(f"'{command} ...' failed with exit code {error.returncode}; its reason is above")
        return 1
    return 0


def _refuse_old_python() -> None:
    if sys.version_info[:2] < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        raise MissingToolError(
            f"Python 3.11 or newer is needed and this is {found}: "
            "install one, then `make env PYTHON=python3.12`"
        )


def _digest() -> str:
    total = hashlib.sha256(str(ROOT).encode())
    for name in INPUTS:
        total.update((ROOT / name).read_bytes())
    return total.hexdigest()


def _is_current(digest: str) -> bool:
    return STAMP.is_file() and STAMP.read_text(encoding="utf-8") == digest


def _make(digest: str) -> None:
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if not _is_usable():
        _say(f"making .venv with Python {sys.version.split()[0]}")
        _make_venv()
    _say("installing uv (pinned by hash)")
    _run(_python(), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", ROOT / INPUTS[0])
    uv = SCRIPTS / "uv"
    _say("installing what requirements.lock pins (about 150 packages; by hash)")
    quiet = () if sys.stderr.isatty() else ("--quiet",)
    _run(uv, "pip", "sync", *quiet, "--require-hashes", "--python", _python(), ROOT / INPUTS[1])
    _say("linking the project itself")
    link = ("--no-build-isolation", "--no-deps", "--editable", ROOT)
    _run(uv, "pip", "install", "--quiet", "--python", _python(), *link)
    STAMP.write_text(digest, encoding="utf-8")
    _say(f"ready after {time.monotonic() - started:.0f} s")


def _is_usable() -> bool:
    """Tell whether `.venv` works and was made here: its commands name the folder they are in."""
    made = VENV / "pyvenv.cfg"
    return _python().exists() and made.is_file() and str(VENV) in made.read_text(encoding="utf-8")


def _make_venv() -> None:
    """Make it empty; Debian ships Python without `ensurepip`, and one line says it better."""
    try:
        import ensurepip  # noqa: F401, PLC0415  - asking whether it is there is the point
        import venv  # noqa: F401, PLC0415  - as above
    except ImportError as error:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise MissingToolError(
            f"Python's venv is not installed: `apt install {package}` (Debian, Ubuntu), then again"
        ) from error
    _run(sys.executable, "-m", "venv", "--clear", VENV)


def _python() -> Path:
    return SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def _run(*command: "str | Path") -> None:
    """Run, with stdout on stderr and without the variables of another environment."""
    others = {"VIRTUAL_ENV", "PYTHONHOME"}
    environment = {name: value for name, value in os.environ.items() if name not in others}
    arguments = [str(part) for part in command]
    subprocess.run(arguments, check=True, stdout=sys.stderr, env=environment)  # noqa: S603


def _say(text: str) -> None:
    sys.stderr.write(f"env: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
