"""What the house rules look at: the files of the project, read once, and their syntax trees."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)


def files(root: Path) -> list[Path]:
    """Name what git tracks and what it would track, but not what it ignores or what was deleted."""
    git = shutil.which("git") or "git"
    listing = (git, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    done = subprocess.run(listing, cwd=root, check=True, capture_output=True, text=True)
    found = (root / name for name in sorted(set(done.stdout.split("\0"))) if name)
    return [path for path in found if path.is_file()]


def sources(root: Path) -> list[Source]:
    python = (path for path in files(root) if path.suffix == ".py")
    return [Source(path.relative_to(root).as_posix(), path.read_text("utf-8")) for path in python]


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield path and text of every file that is text."""
    for path in files(root):
        content = path.read_bytes()
        if b"\0" in content:
            continue
        yield path.relative_to(root).as_posix(), content.decode("utf-8", errors="replace")
