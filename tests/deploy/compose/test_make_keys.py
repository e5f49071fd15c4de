import subprocess
import sys
from pathlib import Path

import pytest

from deploy.compose.make_keys import SERVICES, main
from services.notifications.settings import Settings
from shared.settings import load

PROJECT = Path(__file__).parents[3]


def contents(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_text("ascii") for file in files}


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    main(tmp_path)
    first = contents(tmp_path)

    main(tmp_path)

    assert contents(tmp_path) == first


def test_service_sees_its_own_password_and_no_other(tmp_path: Path) -> None:
    main(tmp_path)

    passwords = [(tmp_path / "mongo" / f"{one}_password").read_text("ascii") for one in SERVICES]
    for service, password in zip(SERVICES, passwords, strict=True):
        own = "".join(contents(tmp_path / service).values())
        assert [one for one in passwords if one in own] == [password]


def test_service_starts_with_what_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main(tmp_path)
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path / "notifications"))
    monkeypatch.delenv("MONGO_URL", raising=False)

    settings = load("notifications", Settings)

    assert settings.mongo.url == (tmp_path / "notifications" / "mongo_url").read_text("ascii")
    assert len(settings.sealing_key()) == 32


@pytest.mark.parametrize(
    "command",
    [
        ("docker-compose", "config", "--quiet"),
        ("compose-lint", "check", "--quiet", "docker-compose.yml"),
    ],
)
def test_compose_file_is_accepted(command: tuple[str, ...]) -> None:
    program = str(Path(sys.executable).parent / command[0])

    done = subprocess.run(
        (program, *command[1:]),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
