"""Apache Kafka's jars, installed from jgo.lock.toml into `.jgo/jars` of the project.

Promises: what is installed is byte for byte what the lock names (sha256), whether it came from
the machine's Maven cache or from the network; a half-finished download is never taken for a jar;
with everything in place it costs one look at a stamp. Where the jars come from is jgo's
configuration, which lets a company name its own mirror.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import httpx2
from jgo.config import GlobalSettings
from jgo.env import LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

PROJECT = Path(__file__).parents[2]
LOCK_FILE = PROJECT / "jgo.lock.toml"
JARS = PROJECT / ".jgo" / "jars"
STAMP = PROJECT / ".jgo" / "installed.sha256"
"""Holds the sha256 of the lock whose jars were all installed."""

PARALLEL_DOWNLOADS = 8
"""93 jars in 3 s. More open connections at once make some resolvers drop look-ups, which then
cost 5 s each."""

DOWNLOAD_TIMEOUT_SECONDS = 60.0
"""Without a single byte. The largest jar has 10 MB."""

DOWNLOAD_TRIES = 3
"""A dropped connection is common in the first minute of a new machine; three in a row mean there
is no network."""


class JarError(Exception):
    """A locked jar cannot be had, or is not the one that was locked."""


def class_path() -> str:
    """Give the class path of Kafka and its tools, installing what is missing.

    Raises:
        JarError: a jar cannot be had from any repository, or its sha256 is not the locked one.
    """
    lock = LockFile.load(LOCK_FILE)
    if not _is_installed():
        _install(lock.dependencies)
    return os.pathsep.join(str(JARS / _file_name(locked)) for locked in lock.dependencies)


def _is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text("utf-8") == _sha256(LOCK_FILE)


def _install(dependencies: Sequence[LockedDependency]) -> None:
    JARS.mkdir(parents=True, exist_ok=True)
    context = _maven()
    with (
        _progress(len(dependencies)) as advance,
        httpx2.Client(timeout=DOWNLOAD_TIMEOUT_SECONDS, follow_redirects=True) as client,
        ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool,
    ):
        jobs = [pool.submit(_install_one, client, context, locked) for locked in dependencies]
        try:
            for job in as_completed(jobs):
                job.result()
                advance()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    _write_whole(STAMP, _sha256(LOCK_FILE).encode())


def _maven() -> MavenContext:
    """Repositories as jgo's user configuration names them; jgo's default when it names none."""
    settings = GlobalSettings.load()
    return MavenContext(remote_repos=settings.repositories or None)


def _install_one(client: httpx2.Client, context: MavenContext, locked: LockedDependency) -> None:
    target = JARS / _file_name(locked)
    if target.exists() and _sha256(target) == locked.sha256:
        return
    artifact = (
        context.project(locked.groupId, locked.artifactId)
        .at_version(locked.version)
        .artifact(classifier=locked.classifier or "", packaging=locked.packaging)
    )
    cached = artifact.cached_path
    if cached is None or not cached.exists() or _sha256(cached) != locked.sha256:
        cached = _download(client, artifact, str(locked.sha256))
    _write_whole(target, cached.read_bytes())


def _download(client: httpx2.Client, artifact: Artifact, sha256: str) -> Path:
    """Put a jar into the machine's Maven cache, so that the next clone needs no network for it."""
    cached = artifact.cached_path
    if cached is None:
        raise JarError("jgo has no local repository: set M2_REPO")
    problems: list[str] = []
    for base in list(artifact.context.remote_repos.values()) * DOWNLOAD_TRIES:
        path = f"{artifact.component.path_prefix.as_posix()}/{artifact.filename}"
        try:
            content = client.get(f"{base}/{path}").raise_for_status().content
        except httpx2.HTTPError as error:
            problems.append(str(error) or type(error).__name__)
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            _write_whole(cached, content)
            return cached
        problems.append("its sha256 is not the one in jgo.lock.toml")
    raise JarError(f"cannot install {artifact}: {'; '.join(problems)}")


def _write_whole(target: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    partial.write_bytes(content)
    partial.replace(target)


def _file_name(locked: LockedDependency) -> str:
    classifier = f"-{locked.classifier}" if locked.classifier else ""
    return f"{locked.artifactId}-{locked.version}{classifier}.{locked.packaging}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Apache Kafka: jars", total=total)
        yield lambda: progress.advance(task)
