import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

RUN = "import runpy, sys; {0}; runpy.run_path('deploy/bootstrap.py', run_name='__main__')"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a fresh clone, as far as the bootstrap sees it: no `.venv`."""
    (tmp_path / "deploy").mkdir()
    for name in (
        "deploy/bootstrap.py",
        "pyproject.toml",
        "requirements.lock",
        "requirements-bootstrap.lock",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def _bootstrap(project: Path, before: str = "pass") -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-c", RUN.format(before))
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)


def test_missing_venv_gives_one_line_with_what_to_install(project: Path) -> None:
    done = _bootstrap(project, "sys.modules['ensurepip'] = None")

    assert done.returncode == 1
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert "apt install python3." in last
    assert last.startswith("env: ")
    assert "Traceback" not in done.stderr


def test_old_python_gives_one_line(project: Path) -> None:
    done = _bootstrap(project, "sys.version_info = (3, 9, 2, 'final', 0)")

    assert done.returncode == 1
    assert done.stderr == (
        "env: Python 3.11 or newer is needed and this is 3.9: "
        "install one, then `make env PYTHON=python3.12`\n"
    )


def test_current_environment_costs_nothing_and_says_nothing(project: Path) -> None:
    _stamp(project)

    done = _bootstrap(project, "sys.modules['venv'] = None")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_changed_input_makes_it_again(project: Path, name: str) -> None:
    _stamp(project)
    (project / name).write_text("changed", "utf-8")

    done = _bootstrap(project, "sys.modules['ensurepip'] = None")

    assert done.returncode == 1
    assert "making .venv" in done.stderr


def _stamp(project: Path) -> None:
    """Leave the mark of an environment that was made from exactly these files."""
    total = hashlib.sha256(str(project).encode())
    for name in ("requirements-bootstrap.lock", "requirements.lock", "pyproject.toml"):
        total.update((project / name).read_bytes())
    (project / ".venv").mkdir()
    (project / ".venv/.worldcities-environment").write_text(total.hexdigest(), "utf-8")
