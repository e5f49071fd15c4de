"""Tells whether the generated pages of docs/ are what the code would generate now.

Takes them away, generates them again, compares, and puts back what was there: a page that nothing
generates any more shows by its absence, and in the end the check has changed nothing. A page that
is stale, missing or no longer generated is named, and `make docs` is the way out.
"""

import subprocess
import sys
from pathlib import Path

GENERATED = (
    "docs/openapi/*.json",
    "docs/asyncapi.yaml",
    "docs/errors.md",
    "docs/settings.md",
    "docs/matching/*.md",
    "docs/matching/*.svg",
)

GENERATOR = ("-m", "deploy.cli.main", "docs")


def main() -> int:
    """Compare and return 1 when a page differs, or the generator's own code when it fails."""
    root = Path.cwd()
    before = _pages(root)
    try:
        for path in before:
            path.unlink()
        done = subprocess.run((sys.executable, *GENERATOR), check=False, stdout=subprocess.DEVNULL)  # noqa: S603
        after = _pages(root)
    finally:
        _put_back(before, root)
    if done.returncode:
        return done.returncode
    stale = sorted(path for path in before | after if before.get(path) != after.get(path))
    for path in stale:
        sys.stdout.write(f"{path.relative_to(root).as_posix()} is not current: run `make docs`\n")
    if not after:
        sys.stdout.write("nothing was generated\n")
    return 1 if stale or not after else 0


def _pages(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for pattern in GENERATED for path in root.glob(pattern)}


def _put_back(before: dict[Path, bytes], root: Path) -> None:
    for path in _pages(root).keys() - before.keys():
        path.unlink()
    for path, content in before.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
