"""The taxonomy and the reading of published phrases: closed, complete, without cycles."""

import json
import re
from importlib.resources import files
from typing import TypedDict

LANGUAGES = ["en", "fr", "de", "es", "pt", "ja", "zh"]


class TopicRow(TypedDict):
    code: str
    parent: str | None
    labels: dict[str, str]
    sdgs: list[int]
    vocabularies: dict[str, list[str]]


class MatchRow(TypedDict):
    topic: str
    confidence: float


_DATA = files("services.registry") / "data"
_PUBLISHED = json.loads(
    (files("deploy.demo") / "data" / "world_cities.json").read_text("utf-8"),
)
TOPICS: list[TopicRow] = json.loads((_DATA / "topics.json").read_text("utf-8"))["topics"]
PHRASES: dict[str, list[MatchRow]] = json.loads(
    (_DATA / "topic_phrases.json").read_text("utf-8"),
)["phrases"]
VOCABULARIES: dict[str, list[str]] = {
    name: vocabulary["terms"] for name, vocabulary in _PUBLISHED["vocabularies"].items()
}
PARENTS = {topic["code"]: topic["parent"] for topic in TOPICS}


def test_codes_are_unique_lower_kebab() -> None:
    assert len(PARENTS) == len(TOPICS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in PARENTS)


def test_every_topic_leads_to_a_root() -> None:
    for code in PARENTS:
        path = [code]
        while (parent := PARENTS[path[-1]]) is not None:
            assert parent not in path
            path.append(parent)


def test_parents_stand_before_their_children() -> None:
    codes = list(PARENTS)

    for code, parent in PARENTS.items():
        assert parent is None or codes.index(parent) < codes.index(code)


def test_every_topic_has_a_label_in_every_language() -> None:
    for topic in TOPICS:
        assert list(topic["labels"]) == LANGUAGES
        assert all(label.strip() == label != "" for label in topic["labels"].values())


def test_labels_tell_topics_of_one_language_apart() -> None:
    for language in LANGUAGES:
        assert len({topic["labels"][language] for topic in TOPICS}) == len(TOPICS)


def test_every_topic_serves_a_goal_of_the_2030_agenda() -> None:
    for topic in TOPICS:
        assert topic["sdgs"] == sorted(set(topic["sdgs"]))
        assert set(topic["sdgs"]) <= set(range(1, 18))
        assert topic["sdgs"]


def test_every_published_phrase_is_mapped_and_nothing_else() -> None:
    of_pairings = {phrase for row in _PUBLISHED["pairings"] for phrase in row["topics"]}
    of_vocabularies = {term for terms in VOCABULARIES.values() for term in terms}

    assert set(PHRASES) == of_pairings | of_vocabularies


def test_phrases_lead_to_existing_topics_each_once() -> None:
    for matches in PHRASES.values():
        topics = [match["topic"] for match in matches]
        assert topics
        assert len(set(topics)) == len(topics)
        assert set(topics) <= set(PARENTS)
        assert all(0 < match["confidence"] <= 1 for match in matches)


def test_vocabularies_of_topics_agree_with_the_phrases() -> None:
    for topic in TOPICS:
        for name, terms in VOCABULARIES.items():
            said = [term for term in terms if _confidence(term, topic["code"]) >= 0.5]
            assert topic["vocabularies"].get(name, []) == said


def test_every_term_of_a_vocabulary_belongs_to_a_topic() -> None:
    for name, terms in VOCABULARIES.items():
        covered = {term for topic in TOPICS for term in topic["vocabularies"].get(name, [])}
        assert covered == set(terms)


def test_spelling_of_a_phrase_does_not_change_its_topics() -> None:
    by_folded: dict[str, list[MatchRow]] = {}
    for phrase, matches in PHRASES.items():
        assert by_folded.setdefault(phrase.casefold(), matches)[0]["topic"] == matches[0]["topic"]


def _confidence(phrase: str, topic: str) -> float:
    return max((m["confidence"] for m in PHRASES[phrase] if m["topic"] == topic), default=0.0)
