"""Each rule of `make check` bites: a planted violation fails it, by name; the clean tree passes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.build.check import STEPS
from tests.architecture import skeleton
from tests.architecture.skeleton import module


@dataclass(frozen=True, slots=True)
class Plant:
    """A violation: the file to write, the step that must fail, and what it must say."""

    step: str
    says: str
    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.step}: {self.says}"


def _function(signature: str, *body: str) -> str:
    lines = "\n".join(f"    {line}" for line in ('"""Do it."""', *body))
    return f'"""One function."""\n\n\n{signature}\n{lines}\n'


LINT = (
    Plant("lint", "F401", "shared/log.py", '"""Log."""\n\nimport os\n'),
    Plant("lint", "D100", "shared/log.py", "LEVEL = 1\n"),
    Plant(
        "lint", "D103", "shared/log.py", '"""Log."""\n\n\ndef work() -> None:\n    return None\n'
    ),
    Plant(
        "lint",
        "PLR0913",
        "shared/log.py",
        _function("def work(a: int, b: int, c: int, d: int, e: int, f: int) -> int:", "return a"),
    ),
    Plant(
        "lint",
        "BLE001",
        "shared/log.py",
        _function("def work() -> None:", "try:", "    print()", "except Exception:", "    return"),
    ),
    Plant("lint", "T201", "shared/log.py", _function("async def work() -> None:", "print()")),
    Plant(
        "lint",
        "ASYNC251",
        "shared/log.py",
        '"""Log."""\n\nimport time\n\n\n'
        'async def work() -> None:\n    """Do it."""\n    time.sleep(1)\n',
    ),
    Plant("format", "shared/log.py", "shared/log.py", '"""Log."""\n\nLEVEL = {  1:2}\n'),
)

TYPES = (
    Plant(
        "types", "[return-value]", "shared/log.py", _function("def work() -> int:", 'return "1"')
    ),
    Plant(
        "types", "[no-untyped-def]", "shared/log.py", _function("def work(level):", "return level")
    ),
    Plant(
        "types",
        "[type-arg]",
        "shared/log.py",
        _function("def work(levels: list) -> None:", "print(levels)"),
    ),
    Plant(
        "types",
        "[possibly-undefined]",
        "shared/log.py",
        _function("def work(at: int) -> int:", "if at:", "    level = 1", "return level"),
    ),
)

IMPORTS = (
    Plant(
        "imports",
        "Services never import each other BROKEN",
        "services/registry/store.py",
        module("from services.matching import errors\n"),
    ),
    Plant(
        "imports",
        "shared imports neither services nor deploy BROKEN",
        "shared/log.py",
        module("from services.registry import errors\n"),
    ),
    Plant(
        "imports",
        "shared imports neither services nor deploy BROKEN",
        "shared/log.py",
        module("from deploy import build\n"),
    ),
    Plant(
        "imports",
        "usecases, store, domain, errors BROKEN",
        "services/registry/domain.py",
        module("from services.registry import store\n"),
    ),
    Plant(
        "imports",
        "usecases, store, domain, errors BROKEN",
        "services/registry/api.py",
        module("from services.registry import consumers\n"),
    ),
    Plant(
        "imports",
        "usecases, store, domain, errors BROKEN",
        "services/registry/usecases.py",
        module("from services.registry import main\n"),
    ),
    *(
        Plant(
            "imports",
            "domain knows no web, Kafka, database or log",
            "services/registry/domain.py",
            module(f"import {name}\n"),
        )
        for name in ("fastapi", "aiokafka", "motor", "pymongo", "structlog")
    ),
    Plant(
        "imports",
        "shared.log -> structlog",
        "services/registry/domain.py",
        module("from shared import log\n"),
    ),
    Plant(
        "imports",
        "aiokafka only in shared: consumer, relay, sending, topics BROKEN",
        "shared/web.py",
        module("import aiokafka\n"),
    ),
    Plant(
        "imports",
        "aiokafka only in shared: consumer, relay, sending, topics BROKEN",
        "services/registry/api.py",
        module("import aiokafka.errors\n"),
    ),
    Plant(
        "imports",
        "motor only in shared.mongo BROKEN",
        "services/registry/store.py",
        module("import motor.motor_asyncio\n"),
    ),
)

HOUSE = (
    Plant(
        "house", "301 lines, at most 300", "deploy/long.py", '"""Long."""\n' + "LEVEL = 1\n" * 300
    ),
    Plant(
        "house", "251 lines, at most 250", "shared/long.py", '"""Long."""\n' + "LEVEL = 1\n" * 250
    ),
    Plant(
        "house",
        "work has 41 lines, at most 40",
        "shared/log.py",
        _function("def work() -> None:", *["print()"] * 39),
    ),
    *(
        Plant("house", f"'{name}' says nothing", f"shared/{name}.py", module(""))
        for name in ("utils", "helpers", "common", "base", "pool_manager")
    ),
    Plant("house", "'utils' says nothing", "services/registry/utils/__init__.py", module("")),
    Plant(
        "house",
        "catches everything",
        "services/registry/api.py",
        _function(
            "def work() -> None:",
            "try:",
            "    print()",
            "except (OSError, Exception):",
            "    raise",
        ),
    ),
    Plant(
        "house",
        "Loud inherits Horn",
        "shared/log.py",
        '"""Log."""\n\n\nclass Horn:\n    """A."""\n\n\nclass Loud(Horn):\n    """B."""\n',
    ),
    Plant(
        "house",
        "names a registry's host",
        "docs/install.md",
        "Fetch it from https://" + "pypi." + "org/simple\n",
    ),
    Plant(
        "house", "names a folder of one machine", "deploy/Dockerfile", "COPY /" + "root/app /app\n"
    ),
    Plant(
        "house",
        "ignores without saying what",
        "shared/log.py",
        '"""Log."""\n\nLEVEL = 1  # type' + ": ignore\n",
    ),
)

COMPOSE = (
    Plant(
        "compose",
        "services.registry.imaeg",
        "docker-compose.yml",
        skeleton.COMPOSE + "    imaeg: one\n",
    ),
    Plant(
        "compose-lint", "CL-0002", "docker-compose.yml", skeleton.COMPOSE + "    privileged: true\n"
    ),
)

PAGES = (
    Plant("pages", "docs/errors.md is not current", "docs/errors.md", "# Old errors\n"),
    Plant("pages", "docs/settings.md is not current", "docs/settings.md", "# No more\n"),
    Plant(
        "pages", "cannot generate", "deploy/cli/main.py", 'raise SystemExit("cannot generate")\n'
    ),
)

PLANTS = (*LINT, *TYPES, *IMPORTS, *HOUSE, *COMPOSE, *PAGES)


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("clean")
    skeleton.grow(tree)
    return tree


@pytest.fixture(scope="session")
def types_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("types")


def test_clean_tree_passes(clean: Path, types_cache: Path) -> None:
    code, said = skeleton.check(clean, types_cache)

    assert code == 0, said


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_violation_fails(plant: Plant, clean: Path, types_cache: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(clean, tree)
    skeleton.put(tree, plant.path, plant.text)

    code, said = skeleton.check(tree, types_cache, plant.step)

    assert code == 1
    assert plant.says in said


def test_every_step_of_check_has_a_plant() -> None:
    assert {plant.step for plant in PLANTS} == {step.name for step in STEPS}


def test_unknown_step_is_refused(clean: Path, types_cache: Path) -> None:
    code, said = skeleton.check(clean, types_cache, "tpyes")

    assert code == 2
    assert "tpyes" in said
