"""From what people write to topics of the taxonomy: published phrases and the topics' own labels.

Promises: pure and read-only, loaded from the files the project ships; a topic is given with the
phrase that speaks for it and how sure that reading is.
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
        return tuple(sorted(best.values(), key=lambda each: (-each.confidence, each.topic)))


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


def _rank(reading: Reading) -> tuple[float, int, str]:
    return reading.confidence, len(reading.phrase), reading.phrase
