"""Runs every rule of `make check` and shows, at the end, which held: one command, here and in CI.

All steps run, also after a failure, so that one run names everything that is wrong. Each works on
the tree in the current folder with the tools of the running Python's environment.
`python -m deploy.build.check NAME ...` runs the named steps only.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One rule and the command that checks it; `needs` names what there must be to check."""

    name: str
    command: tuple[str, ...]
    needs: str = "pyproject.toml"


STEPS = (
    Step("lint", ("ruff", "check", "--quiet", "--output-format", "concise")),
    Step("format", ("ruff", "format", "--check", "--quiet")),
    Step("types", ("mypy",)),
    Step("imports", ("lint-imports", "--no-logo")),
    Step(
        "house", ("python", "-m", "pytest", "-q", "--no-header", "tests/architecture/test_sizes.py")
    ),
    Step("compose", ("docker-compose", "config", "--quiet"), "docker-compose.yml"),
    Step(
        "compose-lint",
        ("compose-lint", "check", "--quiet", "docker-compose.yml"),
        "docker-compose.yml",
    ),
    Step("pages", ("python", "-m", "deploy.build.current")),
)


def main(names: list[str]) -> int:
    """Run the named steps (all without a name) and return 1 when one did not hold."""
    unknown = sorted(set(names) - {step.name for step in STEPS})
    if unknown:
        sys.stderr.write(f"check: no step {', '.join(unknown)}\n")
        return 2
    chosen = [step for step in STEPS if not names or step.name in names]
    failed = [step.name for step in chosen if not _holds(step)]
    if failed:
        sys.stdout.write(f"check: failed: {', '.join(failed)}\n")
        return 1
    sys.stdout.write(f"check: all {len(chosen)} hold\n")
    return 0


def _holds(step: Step) -> bool:
    if not Path(step.needs).exists():
        _line(step.name, f"nothing to check: no {step.needs}")
        return True
    started = time.monotonic()
    command = (str(BIN / step.command[0]), *step.command[1:])
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    holds = done.returncode == 0
    _line(step.name, f"{'holds' if holds else 'FAILS'} ({time.monotonic() - started:.1f} s)")
    if not holds:
        sys.stdout.write(f"\n{done.stdout}{done.stderr}\n")
    return holds


def _line(name: str, text: str) -> None:
    sys.stdout.write(f"check: {name:<13} {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
