"""`up`, `down` and `reset`: the platform of one data folder, from the outside.

Promises: two starts at once end with one platform; `down` ends only processes that are its own and
leaves none of them; `reset` deletes only what the platform put into the folder.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from deploy.local.jars import PROJECT, class_path
from deploy.local.plan import KAFKA_VARIABLE, make_plan
from deploy.local.process import ProcessError
from deploy.local.screen import line_printer, print_addresses, progress_bar
from deploy.local.state import (
    DATA_VARIABLE,
    Platform,
    ProcessIdentity,
    Progress,
    forget_platform,
    identify,
    is_alive,
    only_supervisor,
    read_platform,
    write_platform,
)
from deploy.local.supervisor import Stopped, Supervisor

LOOK_SECONDS = 0.1
"""Between two looks at a platform that starts or stops."""

DOWN_SECONDS = 60.0
"""Services drain for 10 s, then Kafka and the database close; after this they are killed."""

OWN_FOLDERS = ("kafka", "mongo", "mailbox", "issuer", "secrets", "logs", "demo")
OWN_FILES = ("platform.json", "platform.lock")


def run(data: Path, console: Console) -> None:
    """Start everything, print where it is, and keep it running until Ctrl-C or SIGTERM.

    Raises:
        ProcessError: a part did not come up, or another start has this folder.
    """
    with only_supervisor(data) as mine:
        if not mine:
            raise ProcessError(f"another start is at work on {data}")
        try:
            _supervise(data, console)
        finally:
            forget_platform(data)


def _supervise(data: Path, console: Console) -> None:
    _end_processes(read_platform(data))
    platform = Platform(identify(os.getpid()), progress=Progress(doing="Kafka's jars and storage"))
    write_platform(data, platform)
    plan = make_plan(data)
    platform = Platform(platform.supervisor, ports=plan.ports, urls=plan.urls, notes=plan.notes)
    supervisor = Supervisor(plan.stages, platform, data, line_printer(console))
    with supervisor.stopping_on_signals():
        try:
            with progress_bar(console) as announce:
                supervisor.start(announce)
            print_addresses(console, supervisor.platform, data)
            supervisor.watch()
            console.print("stopping")
        except Stopped:
            console.print("stopped before everything was up")
        finally:
            supervisor.stop()


def start_detached(data: Path, console: Console) -> Platform:
    """Start the platform in a process of its own and give it once it is ready.

    Raises:
        ProcessError: it did not come up; the text ends with its log.
    """
    if KAFKA_VARIABLE not in os.environ:
        class_path()
    log_file = data / "logs" / "platform.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "deploy.cli.main", "up"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=PROJECT,
            env={**os.environ, DATA_VARIABLE: str(data)},
        )
    platform = _follow(data, console, lambda: process.poll() is None)
    if platform is None:
        raise ProcessError(f"the platform did not come up\n{log_file.read_text('utf-8')}")
    return platform


def wait_for_other(data: Path, console: Console) -> Platform | None:
    """Give the platform that runs already, once it is ready; None when none runs."""
    found = read_platform(data)
    if found is None or not found.is_alive:
        return None
    return _follow(data, console, lambda: found.is_alive)


def _follow(data: Path, console: Console, goes_on: Callable[[], bool]) -> Platform | None:
    """Show the progress of a start elsewhere; None when it ended before it was ready."""
    with progress_bar(console) as announce:
        while goes_on():
            platform = read_platform(data)
            if platform is not None and platform.is_alive:
                announce(platform.progress)
                if platform.ready:
                    return platform
            time.sleep(LOOK_SECONDS)
    return None


def stop(data: Path, console: Console) -> bool:
    """Stop the platform, wait until it is gone, and tell whether there was one."""
    platform = read_platform(data)
    if platform is None:
        return False
    if platform.is_alive:
        with console.status("stopping"):
            _end_gently(platform.supervisor)
    _end_processes(platform)
    forget_platform(data)
    return True


def forget(data: Path) -> None:
    """Delete what the platform keeps in this folder. It must be stopped."""
    for name in OWN_FOLDERS:
        shutil.rmtree(data / name, ignore_errors=True)
    for name in OWN_FILES:
        (data / name).unlink(missing_ok=True)
    with suppress(OSError):
        data.rmdir()  # stays when somebody keeps something else in it


def _end_gently(supervisor: ProcessIdentity) -> None:
    os.kill(supervisor.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS
    while is_alive(supervisor) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    _kill(supervisor)


def _end_processes(platform: Platform | None) -> None:
    """End what a supervisor that died left running."""
    processes: Mapping[str, ProcessIdentity] = platform.processes if platform else {}
    for identity in processes.values():
        _kill(identity)


def _kill(identity: ProcessIdentity) -> None:
    """Kill a process, if it is still the one that was written down, and the group it leads."""
    if is_alive(identity):
        with suppress(ProcessLookupError):
            os.killpg(identity.pid, signal.SIGKILL)
