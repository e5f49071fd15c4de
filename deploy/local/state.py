"""What runs on this machine, as one file that every command reads: `.data/platform.json`.

Promises: the file is there whole or not at all; a process is only taken for ours when its id *and*
the moment of its start are those that were written down, so that a reused id is never signalled.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import psutil

from deploy.local.jars import PROJECT

AUDIENCE = "worldcities"
"""Whom the tokens of the development issuer are for; what the services ask for."""

DATA_VARIABLE = "WORLDCITIES_DATA"
"""Names another folder for the platform's data, for a second platform beside the first."""

SAME_START_SECONDS = 2.0
"""Two readings of a process's start differ by up to a second when the clock is set in between."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process id and the moment its process started, in seconds since 1970."""

    pid: int
    started_at: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the start is, for the progress bar of whoever waits."""

    done: int = 0
    total: int = 1
    doing: str = "starting"


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform that starts or runs: its supervisor, its processes and where to find what."""

    supervisor: ProcessIdentity
    processes: Mapping[str, ProcessIdentity] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    progress: Progress = field(default_factory=Progress)
    ready: bool = False
    problem: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether its supervisor runs."""
        return is_alive(self.supervisor)

    def with_process(self, name: str, identity: ProcessIdentity) -> "Platform":
        """Give the same platform with this process in it."""
        return replace(self, processes={**self.processes, name: identity})


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the platform's data: `.data` of the project unless a variable names another."""
    named = environment.get(DATA_VARIABLE)
    return Path(named).absolute() if named else PROJECT / ".data"


def read_platform(data: Path) -> Platform | None:
    """Read what was written down last, or None when nothing was."""
    try:
        stored = json.loads(_file(data).read_text("utf-8"))
    except FileNotFoundError:
        return None
    processes = {name: ProcessIdentity(**one) for name, one in stored.pop("processes").items()}
    return Platform(
        supervisor=ProcessIdentity(**stored.pop("supervisor")),
        processes=processes,
        notes=tuple(stored.pop("notes")),
        progress=Progress(**stored.pop("progress")),
        **stored,
    )


def write_platform(data: Path, platform: Platform) -> None:
    """Write down what runs."""
    file = _file(data)
    partial = file.with_suffix(".part")
    partial.write_text(json.dumps(asdict(platform), indent=2), "utf-8")
    partial.replace(file)


def forget_platform(data: Path) -> None:
    """Write down that nothing runs."""
    _file(data).unlink(missing_ok=True)


def identify(pid: int) -> ProcessIdentity:
    """Give the identity of a running process.

    Raises:
        psutil.NoSuchProcess: there is none with this id.
    """
    return ProcessIdentity(pid, psutil.Process(pid).create_time())


def is_alive(identity: ProcessIdentity) -> bool:
    """Tell whether this very process still runs."""
    try:
        process = psutil.Process(identity.pid)
        same = abs(process.create_time() - identity.started_at) < SAME_START_SECONDS
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def only_supervisor(data: Path) -> Iterator[bool]:
    """Give True to one process at a time, while its block runs, and False to the others."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "platform.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _file(data: Path) -> Path:
    return data / "platform.json"
