"""Makes `.venv`, so that every other command has what it needs; runs before anything is there.

Needs Python 3.11 or newer with `venv`, and nothing else: pip installs the pinned uv by hash, uv
installs the pinned rest by hash, and the project itself is linked in. Does nothing, at once, when
nothing has changed since the last time. Everything it says goes to stderr, so that
`make demo JSON=1` prints JSON alone.

`.venv` is made with the newest Python that the tests know and the machine has, else with the one
that runs this; with `--this` (`make env PYTHON=...`) always with that. It keeps its Python until
then.
"""

import hashlib
import os
import shutil
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

KNOWN_PYTHONS = ("3.13", "3.12")
"""Looked for in this order. From 3.12 on the platform uses the quicker driver (docs/adr/0007)."""

INPUTS = ("requirements-bootstrap.lock", "requirements.lock", "pyproject.toml")
"""What the environment is made of; a changed byte in one of them makes it again."""


class MissingToolError(Exception):
    """The machine lacks something that only its owner can install; the text says what and how."""


def main() -> int:
    """Make the environment current and return the exit code."""
    try:
        _refuse_old_python()
        wanted = sys.executable if "--this" in sys.argv[1:] else None
        digest = _digest()
        if _is_current(digest) and not _is_of_another(wanted):
            return 0
        _make(digest, wanted)
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


def _make(digest: str, wanted: "str | None") -> None:
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    if not _is_usable() or _is_of_another(wanted):
        _make_venv(wanted or _newest_known() or sys.executable)
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


def _is_of_another(wanted: "str | None") -> bool:
    """Tell whether another Python than the wanted one made `.venv`; None wants none."""
    return wanted is not None and _version(_python()) != _version(wanted)


def _newest_known() -> "str | None":
    """Give the first of ``KNOWN_PYTHONS`` that can make a `.venv`; None without one.

    A command on the path may be pyenv's stand-in for a Python that is there and not chosen, so
    pyenv's own folder is looked into as well.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for known in KNOWN_PYTHONS:
        found = [shutil.which(f"python{known}"), *pyenv.glob(f"{known}.*/bin/python{known}")]
        for python in found:
            if python and _version(python) == known and _has_venv(python):
                return str(python)
    return None


def _version(python: "str | Path") -> str:
    """Give the version, as 3.13, that this command says it is; empty where it doesn't run."""
    return _answer(python, "import sys; print('{}.{}'.format(*sys.version_info))")


def _has_venv(python: "str | Path") -> bool:
    return _answer(python, "import ensurepip, venv; print('yes')") == "yes"


def _answer(python: "str | Path", code: str) -> str:
    """Give what ``code`` prints; empty where it fails, as a stand-in of pyenv does."""
    try:
        done = subprocess.run(  # noqa: S603  - code of this file
            [str(python), "-c", code], check=False, capture_output=True, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _make_venv(python: str) -> None:
    """Make it empty; Debian ships Python without `ensurepip`, and one line says it better."""
    version = _version(python)
    _say(f"making .venv with Python {version}")
    if not _has_venv(python):
        raise MissingToolError(
            f"Python's venv is not installed: `apt install python{version}-venv` "
            "(Debian, Ubuntu), then again"
        )
    _run(python, "-m", "venv", "--clear", VENV)


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
