"""Writes what JSON can say as YAML that people read: blocks, no anchors, keys in their order.

Promises: the text reads back equal. Every text is written between double quotes as in JSON, whose
strings are strings of YAML 1.2 too (section 1.3), so that no word turns into a truth or a number.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Tree = Mapping[str, "Tree"] | Sequence["Tree"] | str | int | float | bool | None

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
# YAML 1.1 readers take these for truths.
_UNWRITABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
# Not printable (section 5.1), or a line break to readers of YAML 1.1.
_INDENT = "  "


def to_yaml(tree: Tree) -> str:
    """Return the text, with a line feed at its end."""
    return "\n".join(_lines(tree)) + "\n"


def _lines(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Mapping) and tree:
        for name, part in tree.items():
            yield from _entry(f"{_key(name)}:", part)
    elif isinstance(tree, Sequence) and not isinstance(tree, str) and tree:
        for part in tree:
            yield from _item(part)
    else:
        yield _quoted(tree)


def _entry(head: str, part: Tree) -> Iterator[str]:
    if isinstance(part, str) or not isinstance(part, (Mapping, Sequence)) or not part:
        yield f"{head} {next(_lines(part))}"
        return
    yield head
    yield from (_INDENT + line for line in _lines(part))


def _item(part: Tree) -> Iterator[str]:
    first, *others = _lines(part)
    yield f"- {first}"
    yield from (_INDENT + line for line in others)


def _key(name: str) -> str:
    plain = _PLAIN_KEY.fullmatch(name) and name.lower() not in _WORDS
    return name if plain else _quoted(name)


def _quoted(scalar: Tree) -> str:
    text = json.dumps(scalar, ensure_ascii=False)
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
