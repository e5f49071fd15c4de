"""Topics from the contracts, on a real broker."""

from shared.contracts.catalogue import PARTNER_TYPES, TOPICS, TYPES
from shared.topics import GROUPS, apply, wanted_topics


def test_every_contract_has_its_topic_and_every_group_its_dead_letters() -> None:
    names = {topic.name for topic in wanted_topics(replicas=1)}

    assert {event.TOPIC.name for event in TYPES.values()} <= names
    assert {f"{group}.dlq.v1" for group in GROUPS} <= names


def test_names_say_where_an_event_comes_from() -> None:
    for name, event in TYPES.items():
        service, aggregate, _ = event.TOPIC.name.split(".")

        assert name.startswith(f"eu.worldcities.{service}.{aggregate}.")
        assert name.endswith(f".{event.__name__[-2:].lower()}")


def test_personal_topics_are_not_for_partners() -> None:
    personal = {name for name, event in TYPES.items() if event.TOPIC.personal}

    assert personal
    assert not personal & set(PARTNER_TYPES)


def test_three_brokers_keep_two_copies_in_sync() -> None:
    safe = wanted_topics(replicas=3)

    assert all(topic.config["min.insync.replicas"] == "2" for topic in safe)


def test_a_personal_topic_forgets_within_a_day() -> None:
    configs = {name: topic.config() for name, topic in TOPICS.items() if topic.personal}

    lags = {int(c["max.compaction.lag.ms"]) for c in configs.values()}
    assert {2 * each for each in lags} == {24 * 3600 * 1000}  # once more for the repetition


async def test_a_second_apply_has_nothing_to_do(kafka: str) -> None:
    await apply(kafka, groups=["again"])

    planned = await apply(kafka, groups=["again"], dry_run=True)

    assert planned.lines() == []
