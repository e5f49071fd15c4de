from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.report import Figure, at_most
from deploy.build import pages

MARKED = "\n\n".join(
    f"{pages.BEGIN.format(page.target)}\nold {page.target}.\n{pages.END}" for page in pages.PAGES
)
PAGE = f"# Performance\n\nWhy.\n\n{MARKED}\n\nHow.\n"


@pytest.fixture(autouse=True)
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(report, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(pages, "DOCS", tmp_path)
    for page in pages.PAGES:
        (tmp_path / page.name).write_text(PAGE, "utf-8")
    return tmp_path


def test_figures_replace_only_what_is_between_the_marks(docs: Path) -> None:
    report.write_report("bench", (at_most("delay", 120, "ms", 100), Figure("a|b", 1, "")))

    assert pages.main() == 0

    text = (docs / "performance.md").read_text("utf-8")
    assert text.startswith("# Performance\n\nWhy.\n")
    assert text.endswith("\n\nHow.\n")
    assert "| delay | 120 | ms | <= 100 | **NO** |" in text
    assert "a\\|b" in text
    assert [name for name in ("bench", "bench-registry") if f"old {name}." in text] == [
        "bench-registry"
    ]


def test_writing_twice_changes_nothing(docs: Path) -> None:
    report.write_report("faults", (Figure("broker killed: lost", 0, ""),))

    pages.main()
    once = (docs / "reliability.md").read_text("utf-8")
    pages.main()

    assert (docs / "reliability.md").read_text("utf-8") == once


def test_page_without_a_run_keeps_its_figures(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pages.main() == 1

    assert (docs / "performance.md").read_text("utf-8") == PAGE
    assert "make bench" in capsys.readouterr().out


def test_page_without_marks_is_refused() -> None:
    with pytest.raises(pages.MarksMissingError):
        pages.replaced("# Performance\n", "bench", "block")


def test_real_pages_have_the_marks() -> None:
    for page in pages.PAGES:
        text = (Path(pages.__file__).parents[2] / "docs" / page.name).read_text("utf-8")
        assert pages.replaced(text, page.target, "block").count("block") >= 1
