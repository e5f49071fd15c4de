"""Texts as words: where one begins and ends, in scripts with spaces between words and without.

Promises: index, query and highlight cut texts the same way. Of scripts that write without spaces
each sign is a word of its own, and a query of several is looked for as one piece.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final

from services.registry.search.vocabulary import fold_word

_SPACELESS: Final = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u30ff\u31f0-\u31ff"  # kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"  # Han
)
"""Source: Unicode 16, Blocks.txt."""

_MAX_CHARS: Final = 60
"""Longer words are none: addresses and slips of the keyboard."""


def _marks() -> str:
    """Give all combining marks: they belong to the word in which they stand."""
    return "".join(
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)).startswith("M")
        and not re.match(f"[{_SPACELESS}]", chr(code))
    )


_LETTERS: Final = f"[^\\W_{_SPACELESS}]+"

WORD: Final = re.compile(
    f"(?P<signs>[{_SPACELESS}]+)|(?P<word>{_LETTERS}(?:[{_marks()}]+(?:{_LETTERS})?)*)"
)
"""One word, or a run of signs that are written without spaces."""

_ODD: Final = re.compile("[\u0300-\U0010ffff]")
"""From the first combining mark on; signs that are written without spaces come later. Most texts
have neither, and are cut in a fifth of the time."""
_PLAIN: Final = re.compile(r"[^\W_]+")


def composed(text: str) -> str:
    """Give a text in the form in which it is cut, NFC."""
    return unicodedata.normalize("NFC", text)


def words_of(text: str) -> Iterator[str]:
    """Give the words of a composed text in lower case, signs one by one."""
    lower = text.lower()
    if not _ODD.search(lower):  # the small form of the Turkish I with a dot has a mark of its own
        yield from (word for word in _PLAIN.findall(lower) if len(word) <= _MAX_CHARS)
        return
    for found in WORD.finditer(text):
        if found["signs"]:
            yield from found["signs"]
        elif len(found["word"]) <= _MAX_CHARS:
            yield found["word"].lower()


def terms_of(text: str) -> str:
    """Give a composed text as the index takes it: folded words with spaces between."""
    return " ".join(map(fold_word, words_of(text)))


def asked_words(text: str) -> list[str]:
    """Give what a query asks for, each thing once: words, and runs of signs in one piece."""
    found = (each.group().lower() for each in WORD.finditer(composed(text)))
    return list(dict.fromkeys(each[:_MAX_CHARS] for each in found))
