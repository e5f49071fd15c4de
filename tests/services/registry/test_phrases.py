"""From free text to topics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.phrases import Phrases
from services.registry.reference import shipped_phrases, shipped_taxonomy

PHRASES = shipped_phrases()


@pytest.mark.parametrize("row", PHRASES.rows[::7])
def test_every_phrase_is_read_as_its_topic(row: tuple[str, str, str, float]) -> None:
    _, phrase, topic, confidence = row

    readings = {each.topic: each.confidence for each in PHRASES.read(phrase)}

    assert readings[topic] >= confidence


def test_label_in_any_language_means_its_topic() -> None:
    for topic in shipped_taxonomy()["topics"]:
        for label in topic["labels"].values():
            readings = {each.topic: each for each in PHRASES.read(label)}
            assert readings[topic["code"]].confidence == 1.0


def test_phrase_within_a_sentence_is_heard_as_whole_words() -> None:
    phrases = Phrases((("waste", "Waste", "waste", 0.9),))

    assert [each.topic for each in phrases.read("Less waste, more parks!")] == ["waste"]
    assert not phrases.read("Wasteland revival")


def test_phrase_of_a_script_without_spaces_is_heard_within_a_sentence() -> None:
    readings = PHRASES.read("私たちの市の気候変動対策について")

    assert "climate-action" in {each.topic for each in readings}


def test_surest_topic_comes_first_with_its_surest_phrase() -> None:
    rows = (("a", "A", "one", 0.3), ("b", "B", "one", 0.8), ("c", "C", "two", 0.9))

    readings = Phrases(rows).read("a b c")

    assert [(each.topic, each.phrase) for each in readings] == [("two", "C"), ("one", "B")]


@given(st.text(max_size=200))
def test_any_text_is_read_and_each_topic_given_once(text: str) -> None:
    topics = [each.topic for each in PHRASES.read(text)]

    assert len(topics) == len(set(topics))


def test_unknown_phrase_is_guessed_from_its_words_and_stays_a_hint() -> None:
    phrases = Phrases((("urban water management", "Urban water management", "water", 0.9),))

    (guess,) = phrases.read("Management of water")

    assert (guess.topic, guess.guessed, guess.whole) == ("water", True, False)
    assert 0 < guess.confidence < 0.5
    assert not phrases.read("Management of the future")


def test_nothing_is_guessed_beside_a_phrase_that_is_there() -> None:
    rows = (("water", "Water", "water", 0.9), ("water air soil", "Water, air, soil", "soil", 0.9))

    assert [each.topic for each in Phrases(rows).read("Water and air")] == ["water"]


def test_guesses_of_shipped_phrases_left_out_are_mostly_right() -> None:
    right = wrong = 0
    for text in {row[1] for row in PHRASES.rows}:
        meant = {row[2] for row in PHRASES.rows if row[1] == text}
        others = Phrases(tuple(row for row in PHRASES.rows if row[1] != text))
        guesses = [each for each in others.read(text) if each.guessed]
        right += bool(guesses and guesses[0].topic in meant)
        wrong += bool(guesses and guesses[0].topic not in meant)

    assert right >= 10 * max(wrong, 1)
