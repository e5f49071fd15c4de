"""The house rules over the whole tree: sizes, names, inheritance, broad excepts and words."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.tree import Source, sources, texts

ROOT = Path(__file__).parent.parent.parent

CODE_RULES = (
    rules.long_modules,
    rules.long_functions,
    rules.vague_names,
    rules.broad_excepts,
    rules.inheritance,
)
TEXT_RULES = (rules.registry_hosts, rules.machine_paths, rules.bare_ignores)


@pytest.mark.parametrize("rule", CODE_RULES, ids=lambda rule: rule.__name__)
def test_code_keeps(rule: Callable[[Iterable[Source]], Iterator[str]]) -> None:
    broken = list(rule(sources(ROOT)))

    if broken:
        pytest.fail("\n".join(broken), pytrace=False)


@pytest.mark.parametrize("rule", TEXT_RULES, ids=lambda rule: rule.__name__)
def test_text_keeps(rule: Callable[[Iterable[tuple[str, str]]], Iterator[str]]) -> None:
    broken = list(rule(texts(ROOT)))

    if broken:
        pytest.fail("\n".join(broken), pytrace=False)
