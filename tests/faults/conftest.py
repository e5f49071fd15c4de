"""Collects what each fault did, shows progress, and writes the report at the end of the session."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.report import Figure, at_least, exactly, print_table, write_report
from tests.faults.ledger import Counts
from tests.faults.stand import Stand, raised

IS_SHORT = os.environ.get("FAULTS") == "short"
"""The quick form, for continuous integration: fewer repetitions of everything."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Findings:
    """The figures of this session."""

    figures: list[Figure] = field(default_factory=list)


FINDINGS = pytest.StashKey[Findings]()


@dataclass(frozen=True, slots=True)
class Tally:
    """Where a test writes down what its fault did."""

    findings: Findings
    say: Say

    def note(
        self, fault: str, tried: int, counts: Counts, recovery: list[float], least: int = 1
    ) -> None:
        """Write a fault's line of the table; `least` is how often the full form has to try it."""
        goal = 1 if IS_SHORT else least
        longest = round(max(recovery), 2) if recovery else 0.0
        self.findings.figures += [
            at_least(f"{fault}: tried", tried, "", goal),
            at_least(f"{fault}: records", counts.records, "", 1),
            exactly(f"{fault}: lost", counts.lost, "", 0),
            exactly(f"{fault}: doubled", counts.doubled, "", 0),
            exactly(f"{fault}: reordered", counts.reordered, "", 0),
            Figure(f"{fault}: repeated records", counts.repeated, ""),
            Figure(f"{fault}: longest recovery", longest, "s"),
        ]
        self.say(
            f"{fault}: tried {tried}, records {counts.records}, lost {counts.lost}, doubled "
            f"{counts.doubled}, reordered {counts.reordered}, repeated {counts.repeated}, "
            f"longest recovery {longest} s"
        )
        assert counts.is_clean, counts

    def figure(self, figure: Figure) -> None:
        """Write down one more figure, named `fault: measure`."""
        self.findings.figures.append(figure)


def times(full: int, short: int) -> int:
    """Give how often to repeat something in this form."""
    return short if IS_SHORT else full


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FINDINGS] = Findings()


def pytest_terminal_summary(config: pytest.Config) -> None:
    figures = config.stash[FINDINGS].figures
    if figures:
        write_report("faults", figures)
        if "FAULTS" not in os.environ:  # `make faults` prints the table itself
            print_table(figures, title="faults")


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """Show a line of progress at once, past pytest's capture."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    name = request.node.name

    def write(line: str) -> None:
        if reporter is not None and capture is not None:
            with capture.global_and_fixture_disabled():
                reporter.ensure_newline()
                reporter.write_line(f"  [{name}] {line}")

    return write


@pytest.fixture
def tally(request: pytest.FixtureRequest, say: Say) -> Tally:
    """Give the place to write a fault's figures to."""
    return Tally(request.config.stash[FINDINGS], say)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    """Give a stand with one broker and one database of its own."""
    async with raised(tmp_path) as stand:
        yield stand
