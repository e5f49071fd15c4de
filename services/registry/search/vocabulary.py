"""The words that the texts of an index have, so that one form of a word finds the others.

A query is put into the words that are there: `cycles` into `cycle` and `cycling`, because English
takes them to the same stem and English texts have them. Words are lower case, NFC; `folded` ones
have no accents either (`fold_name`).

Promises: may be asked while it learns. It never forgets; a word whose text is gone finds nothing.
"""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Final

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.registry.places import fold_name

ONE_TYPO_CHARS: Final = 3
TWO_TYPOS_CHARS: Final = 6
"""Texts shorter than these would match nearly everything with so many typos.

Source: Elasticsearch, common options, fuzziness AUTO:3,6.
"""

STEMMED: Final = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""The languages whose words tantivy can stem, by their BCP 47 subtag."""

_MOST_FORMS: Final = 200
"""That begin alike, for showing where one stands: nobody reads more."""


class Vocabulary:
    """All words that one index has learnt."""

    def __init__(self) -> None:
        """Begin without words."""
        self._lock = threading.Lock()
        self._languages: dict[str, frozenset[str]] = {}
        self._forms: dict[str, set[str]] = defaultdict(set)
        self._stems: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._sorted: list[str] = []
        self._unsorted: list[str] = []

    def learn(self, languages: Sequence[str], words: Iterable[str]) -> None:
        """Learn words of a text in one of these languages, BCP 47; those of no stemmer are left."""
        tongues = frozenset(tongue for each in languages if (tongue := tongue_of(each)))
        with self._lock:
            for word in words:
                known = self._languages.get(word)
                if known is None or not tongues <= known:
                    self._learn(word, tongues, known)

    def related(self, word: str) -> set[str]:
        """Give the folded words that have a stem in common with this one, itself left out."""
        with self._lock:
            found: set[str] = set()
            for tongue in set(STEMMED.values()):
                found |= self._stems.get((tongue, _stem(tongue, word)), set())
        return found - {fold_word(word)}

    def forms(self, folded: Iterable[str]) -> set[str]:
        """Give the words as they are written that these are folded from."""
        with self._lock:
            return {form for each in folded for form in self._forms.get(each, ())}

    def beginning(self, start: str) -> list[str]:
        """Give the folded words that begin so, the first 200."""
        with self._lock:
            words = self._in_order()
            first = bisect_left(words, start)
            found = words[first : first + _MOST_FORMS]
        return [each for each in found if each.startswith(start)]

    def _learn(self, word: str, tongues: frozenset[str], known: frozenset[str] | None) -> None:
        folded = fold_word(word)
        if known is None and folded not in self._forms:
            self._unsorted.append(folded)
        self._forms[folded].add(word)
        for tongue in tongues - (known or frozenset()):
            self._stems[tongue, _stem(tongue, word)].add(folded)
        self._languages[word] = tongues | (known or frozenset())

    def _in_order(self) -> list[str]:
        if self._unsorted:
            self._sorted = sorted(self._sorted + self._unsorted)
            self._unsorted = []
        return self._sorted


def near(folded: str, words: Iterable[str], typos: int, *, begun: bool) -> set[str]:
    """Give those of some words that so many typos make of this one.

    `begun`: and those that begin so, compared in as many characters as it has.
    """
    size = len(folded)
    looked = [(word if word.isascii() else fold_word(word), word) for word in words]
    whole = [(each, word) for each, word in looked if abs(len(each) - size) <= typos]
    found = _within(folded, whole, typos)
    if begun:
        found |= _within(folded, [(e[:size], word) for e, word in looked if len(e) > size], typos)
    return found


def _within(folded: str, some: Sequence[tuple[str, str]], typos: int) -> set[str]:
    """Give the second of each two of which so many typos make the first of this one."""
    looked = [each for each, _ in some]
    near_by = process.extract_iter(folded, looked, scorer=OSA.distance, score_cutoff=typos)
    return {some[at][1] for _, _, at in near_by}


@lru_cache(maxsize=1 << 17)
def fold_word(word: str) -> str:
    """Give a word without accents, in one piece."""
    return fold_name(word).replace(" ", "")


def tongue_of(language: str) -> str | None:
    """Name the stemmer of a language, BCP 47; None where tantivy has none."""
    return STEMMED.get(language.partition("-")[0].lower())


@cache
def _stemmer(tongue: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.stemmer(tongue)).build()


def _stem(tongue: str, word: str) -> str:
    return "".join(_stemmer(tongue).analyze(word))
