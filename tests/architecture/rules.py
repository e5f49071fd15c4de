"""The house rules that no linter knows; each takes files and names every place that breaks it."""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath

from tests.architecture.tree import Source

MODULE_LINES = 300
SHARED_MODULE_LINES = 250
"""What is shared is read by everyone, so it has to be shorter still."""

FUNCTION_LINES = 40

VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "base", "manager"})
"""Names that say nothing, so that everything ends up in them."""

EXCEPT_EVERYTHING = ("shared/consumer*", "shared/relay*", "deploy/local/supervisor*")
"""The loops that must outlive any failure; each ends it in a retry, a dead letter or an exit."""

OPEN_BASES = frozenset(
    {"BaseModel", "BaseSettings", "RootModel"}
    | {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"}
    | {"Protocol", "Generic", "TypedDict", "NamedTuple"}
    | {"ConsumerRebalanceListener"}  # aiokafka takes nothing else
    | {"CommandListener"}  # pymongo takes nothing else
    | {"RuleBasedStateMachine"}  # Hypothesis takes nothing else
)

REGISTRY_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("python", "hosted", ".org"),
        ("maven", ".org"),
        ("maven.apache", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("docker", ".io"),
        ("ghcr", ".io"),
        ("quay", ".io"),
        ("gcr", ".io"),
        ("golang", ".org"),
        ("crates", ".io"),
    )
)
"""Which registry serves a package is the machine's business. In parts: this file is read too."""

MACHINE_PATH = re.compile(r"(?<![\w./})~-])/(?:work|root|tmp|home)/[\w.]")
"""A folder of one machine; ours are relative, or come from the settings."""

BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)|#\s*ruff:\s*noqa(?!:)")


def long_modules(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        limit = SHARED_MODULE_LINES if source.path.startswith("shared/") else MODULE_LINES
        lines = len(source.text.splitlines())
        if lines > limit:
            yield f"{source.path}: {lines} lines, at most {limit}"


def long_functions(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        for node in source.nodes():
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                where = f"{source.path}:{node.lineno}"
                yield f"{where}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def vague_names(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        path = PurePosixPath(source.path).with_suffix("")
        for part in path.parts:
            if VAGUE_NAMES & set(part.lower().split("_")):
                yield f"{source.path}: '{part}' says nothing; name the noun"


def broad_excepts(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        if any(fnmatch(source.path, pattern) for pattern in EXCEPT_EVERYTHING):
            continue
        for node in source.nodes():
            if isinstance(node, ast.ExceptHandler) and _catches_everything(node.type):
                yield f"{source.path}:{node.lineno}: catches everything; name what can happen"


def _catches_everything(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(_last_name(name) in {"Exception", "BaseException"} for name in names)


def inheritance(sources: Iterable[Source]) -> Iterator[str]:
    """Only exceptions, Pydantic models and what is declared by inheriting may inherit."""
    classes = [(source, node) for source in sources for node in _classes(source)]
    parents: dict[str, set[str]] = {}
    for _, node in classes:
        parents.setdefault(node.name, set()).update(map(_last_name, node.bases))
    for source, node in classes:
        for name in map(_last_name, node.bases):
            if not _is_open(name, parents, frozenset({node.name})):
                yield f"{source.path}:{node.lineno}: {node.name} inherits {name}; use functions"


def _classes(source: Source) -> Iterator[ast.ClassDef]:
    return (node for node in source.nodes() if isinstance(node, ast.ClassDef))


def _is_open(name: str, parents: dict[str, set[str]], seen: frozenset[str]) -> bool:
    if name in OPEN_BASES or _is_exception(name):
        return True
    above = parents.get(name, set()) - seen
    return any(_is_open(parent, parents, seen | {name}) for parent in above)


def _is_exception(name: str) -> bool:
    known = getattr(builtins, name, None)
    if isinstance(known, type):
        return issubclass(known, BaseException)
    return name.endswith(("Error", "Exception"))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "?")


def registry_hosts(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    known = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, REGISTRY_HOSTS)) + r")(?![\w-])")
    yield from _lines_with(known, texts, "names a registry's host")


def machine_paths(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from _lines_with(MACHINE_PATH, texts, "names a folder of one machine")


def bare_ignores(texts: Iterable[tuple[str, str]]) -> Iterator[str]:
    python = ((path, text) for path, text in texts if path.endswith(".py"))
    yield from _lines_with(BARE_IGNORE, python, "ignores without saying what")


def _lines_with(
    pattern: re.Pattern[str], texts: Iterable[tuple[str, str]], wrong: str
) -> Iterator[str]:
    for path, text in texts:
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.search(line):
                yield f"{path}:{number}: {wrong}"
