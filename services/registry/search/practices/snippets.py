"""What stands around the words that were found, so that people see why a practice was.

Promises: marks are places in the snippet's own text, in characters; nothing is escaped or wrapped
in tags, so that whoever shows it decides how.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.registry.search.practices.criteria import Level, typos_of
from services.registry.search.practices.documents import Part, PartName, PracticeDocument
from services.registry.search.practices.prose import asked_words, terms_of, words_of
from services.registry.search.vocabulary import Vocabulary, fold_word, near

MOST_SNIPPETS: Final = 3
MOST_CHARS: Final = 240
"""Three lines of a list."""
_BEFORE_CHARS: Final = 60

Marker = re.Pattern[str]
"""Finds in composed texts the words that a search found."""

Span = tuple[int, int]
"""From the first character to behind the last one."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of one part of a practice; `cut` says whether it begins or ends inside the part."""

    part: PartName
    text: str
    marks: tuple[Span, ...]
    cut: tuple[bool, bool]


def marker(
    text: str, level: Level, vocabulary: Vocabulary, practices: Sequence[PracticeDocument]
) -> Marker | None:
    """Give what finds the words of a query in these practices, as far as the level took them."""
    asked = asked_words(text)
    whole: set[str] = set()
    pieces: set[str] = set()
    for word in asked:
        if " " in terms_of(word) or len(terms_of(word)) == 1:
            pieces.add(word)
            continue
        folded, typos, begun = fold_word(word), typos_of(word, level), word == asked[-1]
        found = {folded} | vocabulary.related(word)
        if typos:
            whole |= near(folded, _words(practices), typos, begun=begun)
        elif begun:
            found.update(vocabulary.beginning(folded))
        whole |= vocabulary.forms(found)
    return _pattern(whole, pieces)


def _words(practices: Sequence[PracticeDocument]) -> set[str]:
    return {word for each in practices for _, text in _parts(each) for word in words_of(text)}


def snippets(practice: PracticeDocument, found: Marker) -> tuple[Snippet, ...]:
    """Give pieces of the practice's parts in which the words stand, in reading order."""
    pieces: list[Snippet] = []
    for name, text in _parts(practice):
        marks = [each.span() for each in found.finditer(text)]
        if marks:
            pieces.append(_snippet(name, text, marks))
        if len(pieces) == MOST_SNIPPETS:
            break
    return tuple(pieces)


def _parts(practice: PracticeDocument) -> Iterator[Part]:
    yield from practice.parts
    for label in practice.labels:
        yield "topic", label.text


def _snippet(name: PartName, text: str, marks: list[Span]) -> Snippet:
    """Cut the piece that has most marks, at spaces where there are some."""
    first = _busiest(marks)
    start = 0 if len(text) <= MOST_CHARS else max(0, first - _BEFORE_CHARS)
    end = min(len(text), start + MOST_CHARS)
    if start and (space := text.find(" ", start, first)) >= 0:
        start = space + 1
    last = max((stop for _, stop in marks if stop <= end), default=end)
    if end < len(text) and (space := text.rfind(" ", last, end)) >= 0:
        end = space
    inside = tuple((a - start, b - start) for a, b in marks if start <= a and b <= end)
    return Snippet(name, text[start:end], inside, (start > 0, end < len(text)))


def _busiest(marks: list[Span]) -> int:
    """Give the beginning of the mark that has most others behind it in one piece."""
    ends = [stop for _, stop in marks]
    reach = MOST_CHARS - _BEFORE_CHARS
    counts = [bisect_right(ends, start + reach) - at for at, (start, _) in enumerate(marks)]
    return marks[counts.index(max(counts))][0]


def _pattern(whole: set[str], pieces: set[str]) -> Marker | None:
    """Make the pattern, longest words first, since the first that fits is taken.

    Whole words are asked for their first letter before anything else: two fifths quicker.
    """
    parts = []
    if whole:
        words = "|".join(re.escape(each) for each in sorted(whole, key=lambda e: (-len(e), e)))
        first = "".join(sorted({re.escape(each[0]) for each in whole}))
        parts.append(f"(?=[{first}])(?<![^\\W_])(?:{words})(?![^\\W_])")
    parts += [re.escape(each) for each in sorted(pieces, key=lambda e: (-len(e), e))]
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None
