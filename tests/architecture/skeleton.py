"""A small tree with the project's own rules and one file of every kind, to plant violations in.

The settings of the tools and the house rules are copies of the real ones; the code is just enough
for each rule to have something to look at, so that a check of it takes about a second.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

COPIED = (
    "pyproject.toml",
    ".gitignore",
    "deploy/__init__.py",
    "deploy/build/__init__.py",
    "deploy/build/check.py",
    "deploy/build/current.py",
    "tests/__init__.py",
    "tests/architecture/__init__.py",
    "tests/architecture/rules.py",
    "tests/architecture/test_sizes.py",
    "tests/architecture/tree.py",
)

SERVICES = ("registry", "matching")

SERVICE = {
    "__init__": "",
    "errors": "",
    "domain": "from services.{0} import errors\nfrom shared import ids\n",
    "store": "from services.{0} import domain\nfrom shared import mongo\n",
    "usecases": "from services.{0} import store\n",
    "api": "from services.{0} import usecases\nfrom shared import web\n",
    "consumers": "from services.{0} import usecases\nfrom shared import consumer\n",
    "main": "from services.{0} import api, consumers\n",
}

SHARED = {
    "__init__": "",
    "ids": "",
    "log": "import structlog\n",
    "web": "import fastapi\n",
    "mongo": "import motor.motor_asyncio\n",
    "consumer": "import aiokafka\n",
    "relay": "import aiokafka\n",
    "topics": "import aiokafka.admin\n",
}

COMPOSE = """\
services:
  registry:
    image: "worldcities:0.1.0"
    read_only: true
    user: "1000:1000"
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
"""

GENERATOR = '''"""Stands for the generator of the pages."""

from pathlib import Path

Path("docs/errors.md").write_text("# Errors\\n", "utf-8")
'''


def grow(tree: Path) -> None:
    """Make the tree in an empty folder; it breaks no rule."""
    for name in COPIED:
        put(tree, name, (ROOT / name).read_text("utf-8"))
    for name, imports in SHARED.items():
        put(tree, f"shared/{name}.py", module(imports))
    put(tree, "services/__init__.py", module(""))
    for service in SERVICES:
        for name, imports in SERVICE.items():
            put(tree, f"services/{service}/{name}.py", module(imports.format(service)))
    put(tree, "benchmarks/__init__.py", module(""))
    put(tree, "tools/__init__.py", module(""))
    put(tree, "docker-compose.yml", COMPOSE)
    put(tree, "deploy/cli/__init__.py", module(""))
    put(tree, "deploy/cli/main.py", GENERATOR)
    put(tree, "docs/errors.md", "# Errors\n")
    git = shutil.which("git") or "git"
    subprocess.run((git, "init", "--quiet"), cwd=tree, check=True)


def module(imports: str) -> str:
    """Give the text of a module that uses what it imports and is formatted."""
    lines = imports.splitlines()
    names = {name.split(".")[0] for line in lines for name in line.split("import ")[1].split(", ")}
    used = ", ".join(f'"{name}"' for name in sorted(names))
    exported = f"\n__all__ = [{used}]\n" if used else ""
    return '"""One file of its kind."""\n' + (f"\n{imports}" if imports else "") + exported


def put(tree: Path, name: str, text: str) -> None:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def check(tree: Path, types_cache: Path, *steps: str) -> tuple[int, str]:
    """Run `make check`'s own program on the tree; return its exit code and what it said."""
    command = (sys.executable, "-m", "deploy.build.check", *steps)
    environment = os.environ | {"MYPY_CACHE_DIR": str(types_cache)}
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
