"""How `.venv` is made: which Python, when again, and what is said where that can't be done."""

import hashlib
import os
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


def _bootstrap(
    project: Path, before: str = "pass", *options: str, path: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it where no other Python is found than those of ``path``, and none of pyenv's."""
    command = (sys.executable, "-c", RUN.format(before), *options)
    environment = {**os.environ, "PATH": path, "PYENV_ROOT": f"{project}/pyenv"}
    return subprocess.run(
        command, cwd=project, check=False, capture_output=True, text=True, env=environment
    )


def _python(path: Path, version: str, *, has_venv: bool = True) -> None:
    """Make a command that says it is this Python, and notes what it is asked to make."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "#!/bin/sh\n"
        'case "$2" in\n'
        f"*version_info*) echo {version} ;;\n"
        f"*ensurepip*) {'echo yes' if has_venv else 'exit 1'} ;;\n"
        '*) echo "$0 makes it" >&2; exit 1 ;;\n'
        "esac\n",
        "utf-8",
    )
    path.chmod(0o755)


def test_missing_venv_gives_one_line_with_what_to_install(project: Path) -> None:
    bare = project / "bin/python3"
    _python(bare, "3.12", has_venv=False)

    done = _bootstrap(project, f"sys.executable = '{bare}'")

    assert done.returncode == 1
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert "apt install python3.12-venv" in last
    assert last.startswith("env: ")
    assert "Traceback" not in done.stderr


def test_newest_known_python_of_the_path_is_taken(project: Path) -> None:
    for version in ("3.11", "3.12", "3.13", "3.19"):
        _python(project / f"bin/python{version}", version)

    done = _bootstrap(project, path=f"{project}/bin")

    assert f"{project}/bin/python3.13 makes it" in done.stderr


def test_pyenv_is_looked_into_where_its_stand_in_does_nothing(project: Path) -> None:
    stand_in = project / "bin/python3.13"
    stand_in.parent.mkdir()
    stand_in.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    stand_in.chmod(0o755)
    _python(project / "pyenv/versions/3.13.0/bin/python3.13", "3.13")

    done = _bootstrap(project, path=f"{project}/bin")

    assert "pyenv/versions/3.13.0/bin/python3.13 makes it" in done.stderr
    assert "command not found" not in done.stderr


def test_python_that_lacks_venv_is_passed_over(project: Path) -> None:
    _python(project / "bin/python3.13", "3.13", has_venv=False)
    _python(project / "bin/python3.12", "3.12")

    done = _bootstrap(project, path=f"{project}/bin")

    assert f"{project}/bin/python3.12 makes it" in done.stderr


def test_chosen_python_is_taken_though_a_newer_one_is_there(project: Path) -> None:
    _python(project / "bin/python3.13", "3.13")
    _python(project / "bin/chosen", "3.11")

    done = _bootstrap(
        project, f"sys.executable = '{project}/bin/chosen'", "--this", path=f"{project}/bin"
    )

    assert f"{project}/bin/chosen makes it" in done.stderr


@pytest.mark.parametrize("chosen", ["3.11", "3.13"])
def test_chosen_python_makes_it_again_only_where_another_made_it(
    project: Path, chosen: str
) -> None:
    _stamp(project)
    _python(project / ".venv/bin/python", "3.13")
    _python(project / "bin/chosen", chosen)

    done = _bootstrap(project, f"sys.executable = '{project}/bin/chosen'", "--this")

    assert done.returncode == (chosen != "3.13")
    assert ("chosen makes it" in done.stderr) == (chosen != "3.13")


def test_old_python_gives_one_line(project: Path) -> None:
    done = _bootstrap(project, "sys.version_info = (3, 9, 2, 'final', 0)")

    assert done.returncode == 1
    assert done.stderr == (
        "env: Python 3.11 or newer is needed and this is 3.9: "
        "install one, then `make env PYTHON=python3.12`\n"
    )


def test_current_environment_costs_nothing_and_says_nothing(project: Path) -> None:
    _stamp(project)

    done = _bootstrap(project)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_changed_input_makes_it_again(project: Path, name: str) -> None:
    _stamp(project)
    (project / name).write_text("changed", "utf-8")

    _python(project / "bin/python3.13", "3.13")

    done = _bootstrap(project, path=f"{project}/bin")

    assert done.returncode == 1
    assert "making .venv" in done.stderr


def _stamp(project: Path) -> None:
    """Leave the mark of an environment that was made from exactly these files."""
    total = hashlib.sha256(str(project).encode())
    for name in ("requirements-bootstrap.lock", "requirements.lock", "pyproject.toml"):
        total.update((project / name).read_bytes())
    (project / ".venv").mkdir()
    (project / ".venv/.worldcities-environment").write_text(total.hexdigest(), "utf-8")
