import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.report import Figure, at_least, at_most, exactly


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(report, "REPORTS", tmp_path / "reports")
    return tmp_path / "reports"


GOOD = (at_most("delay", 12.5, "ms", 100), Figure("records", 20_000, "records"))
BAD = at_least("relay", 0.85, "x bare loop", 0.9)


def test_report_holds_one_object_for_each_figure() -> None:
    path = report.write_report("bench", (*GOOD, BAD))

    assert json.loads(path.read_text("utf-8")) == [
        {"name": "delay", "value": 12.5, "unit": "ms", "goal": "<= 100", "ok": True},
        {"name": "records", "value": 20_000, "unit": "records", "goal": "", "ok": True},
        {"name": "relay", "value": 0.85, "unit": "x bare loop", "goal": ">= 0.9", "ok": False},
    ]


def test_report_reads_back_what_was_written() -> None:
    report.write_report("bench", GOOD)

    assert report.read_report("bench") == list(GOOD)


def test_new_report_replaces_the_old_one() -> None:
    report.write_report("bench", (BAD,))
    report.write_report("bench", GOOD)

    assert report.read_report("bench") == list(GOOD)


@pytest.mark.parametrize("figures", [(), (BAD, BAD)])
def test_report_without_or_with_doubled_figures_is_refused(figures: tuple[Figure, ...]) -> None:
    with pytest.raises(ValueError, match="figures"):
        report.write_report("bench", figures)


def test_goal_decides_ok_on_its_border() -> None:
    assert at_most("a", 1.5, "x", 1.5).ok
    assert not at_most("a", 1.51, "x", 1.5).ok
    assert at_least("a", 0.9, "x", 0.9).ok
    assert not exactly("lost", 1, "records", 0).ok
    assert not at_most("a", float("nan"), "x", 1.5).ok


@pytest.mark.parametrize(("figures", "code"), [(GOOD, 0), ((*GOOD, BAD), 1)])
def test_exit_code_follows_the_figures(figures: tuple[Figure, ...], code: int) -> None:
    assert report.finish("bench", figures) == code
    assert report.main(["bench"]) == code


def test_missing_report_fails_and_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main(["faults"]) == 1
    assert "make faults" in capsys.readouterr().err


def test_missed_goal_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    report.finish("bench", (*GOOD, BAD))

    assert "not reached: relay: 0.85 x bare loop (goal >= 0.9)" in capsys.readouterr().out


def test_subjects_become_lines_and_measures_columns() -> None:
    figures = (
        exactly("service killed: lost", 0, "", 0),
        Figure("service killed: recovery", 1.25, "s"),
        exactly("broker killed: lost", 2, "", 0),
    )

    shown = report.grid(figures)

    assert shown.header == ("", "lost", "recovery (s)")
    assert [[cell.text for cell in line] for line in shown.lines] == [
        ["service killed", "0", "1.25"],
        ["broker killed", "2 (goal = 0)", ""],
    ]


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (1234567, "1,234,567"), (0.12345, "0.123"), (2.0, "2")]
)
def test_numbers_are_shown_for_people(value: float, shown: str) -> None:
    assert report.number(value) == shown
