"""From what people write to topics of the taxonomy: published phrases and the topics' own labels.

Promises: pure and read-only, loaded from the files the project ships; a topic is given with the
phrase that speaks for it and how sure that reading is. What no phrase speaks for is guessed from
shared words, and never surer than a hint.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from services.registry.places import fold_name

TOPICS_FILE = Path(__file__).parent / "data" / "topics.json"
PHRASES_FILE = Path(__file__).parent / "data" / "topic_phrases.json"

LABEL_CONFIDENCE = 1.0
"""A label is the topic's own name."""

GUESS_CEILING = 0.45
"""Of a topic that is guessed from words: below 0.5, so that nobody takes it without a look."""

_LEAST_OVERLAP = 0.4
"""Of the words that text and phrase have together. Of the 272 shipped phrases, each left out in
turn, 55 are then guessed right and 1 wrong; at 0.3 it is 97 and 29."""

_MOST_GUESSES = 5

_SHORT = 3
"""Letters of a word that says nothing, such as of, and, les, für, that are in every phrase."""

_NOT_WORDS = re.compile(r"[\W_]+")

_UNSPACED = re.compile("[\u2e80-\u9fff]")
"""Scripts of East Asia, which put no spaces between words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A topic that a text speaks of; `confidence` from 0 to 1, `whole` if it says nothing else."""

    topic: str
    confidence: float
    phrase: str
    whole: bool
    guessed: bool = False
    """Whether no phrase is in the text, only some of its words."""


class TopicRow(TypedDict):
    """A topic of the shipped taxonomy, as its file has it."""

    code: str
    parent: str | None
    labels: dict[str, str]
    sdgs: list[int]
    vocabularies: dict[str, list[str]]


class Taxonomy(TypedDict):
    """The shipped taxonomy; parents stand before their children."""

    version: int
    languages: list[str]
    topics: list[TopicRow]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All that is known of how topics are called: folded words, phrase, topic, confidence."""

    rows: tuple[tuple[str, str, str, float], ...]

    def read(self, text: str) -> tuple[Reading, ...]:
        """Give the topics that a text speaks of, surest first, each with its surest phrase.

        Case, accents and punctuation make no difference. Of phrases equally sure, the longest
        speaks for the topic.
        """
        words = _words(text)
        best: dict[str, Reading] = {}
        for folded, phrase, topic, confidence in self.rows:
            if not _speaks(words, folded):
                continue
            reading = Reading(topic, confidence, phrase, whole=words == folded)
            known = best.get(topic)
            if known is None or _rank(reading) > _rank(known):
                best[topic] = reading
        return tuple(sorted(best.values(), key=_surest)) or self._guess(words)

    def _guess(self, words: str) -> tuple[Reading, ...]:
        """Give the topics of the phrases that share most words with the text."""
        said, best = _telling(words), dict[str, Reading]()
        for folded, phrase, topic, confidence in self.rows:
            overlap = _overlap(said, _telling(folded))
            reading = Reading(
                topic,
                round(confidence * overlap * GUESS_CEILING, 3),
                phrase,
                whole=False,
                guessed=True,
            )
            known = best.get(topic)
            if overlap >= _LEAST_OVERLAP and (known is None or _rank(reading) > _rank(known)):
                best[topic] = reading
        return tuple(sorted(best.values(), key=_surest)[:_MOST_GUESSES])


def load_taxonomy(path: Path = TOPICS_FILE) -> Taxonomy:
    """Read the shipped taxonomy."""
    taxonomy: Taxonomy = json.loads(path.read_text("utf-8"))
    return taxonomy


def load_phrases(taxonomy: Taxonomy, path: Path = PHRASES_FILE) -> Phrases:
    """Read the shipped phrases and add the labels of the taxonomy's topics."""
    published = json.loads(path.read_text("utf-8"))["phrases"]
    said = [
        (_words(phrase), phrase, match["topic"], match["confidence"])
        for phrase, matches in published.items()
        for match in matches
    ]
    return Phrases((*said, *_labels(taxonomy)))


def _labels(taxonomy: Taxonomy) -> Iterator[tuple[str, str, str, float]]:
    for topic in taxonomy["topics"]:
        for label in topic["labels"].values():
            yield _words(label), label, topic["code"], LABEL_CONFIDENCE


def _words(text: str) -> str:
    return _NOT_WORDS.sub(" ", fold_name(text)).strip()


def _speaks(words: str, folded: str) -> bool:
    if _UNSPACED.search(folded):
        return folded in words
    return f" {folded} " in f" {words} "


def _telling(words: str) -> frozenset[str]:
    return frozenset(_stem(each) for each in words.split() if len(each) > _SHORT)


def _stem(word: str) -> str:
    """Cut the plural, which is all that English, French, Spanish and Portuguese put on nouns."""
    return word.removesuffix("es").removesuffix("s")


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Give the share of words that both have. Source: Jaccard 1901."""
    return len(one & other) / len(one | other) if one & other else 0.0


def _surest(reading: Reading) -> tuple[float, str]:
    return -reading.confidence, reading.topic


def _rank(reading: Reading) -> tuple[float, int, str]:
    return reading.confidence, len(reading.phrase), reading.phrase
