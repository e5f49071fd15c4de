"""Topics: planned from the contracts, compared with the broker, and made or changed by ``apply``.

Promises that no producer ever creates a topic, that ``plan`` changes nothing, and that ``apply``
may run again. A topic is never deleted and its partitions never change: either would lose order.

Run by operators: ``python -m shared.topics plan`` and ``… apply``.
"""

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError

from shared.consumer.dead_letters import dead_letter_topic
from shared.contracts.catalogue import TOPICS
from shared.contracts.event import PARTITIONS

GROUPS = ("registry", "matching", "events", "notifications", "notifications.feed")
"""The consumer groups; each has a dead letter topic."""

DEAD_LETTER_CONFIG = {"cleanup.policy": "delete", "retention.ms": str(30 * 24 * 3600 * 1000)}
"""30 days: a dead letter that nobody looked at for a month is an operations problem of its own."""

WITH_REPLICAS_CONFIG = {"min.insync.replicas": "2"}
REPLICAS_FOR_SAFETY = 3
CALL_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be."""

    name: str
    partitions: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``apply`` would do: topics to make, and settings to change by topic."""

    create: tuple[Wanted, ...]
    alter: Mapping[str, Mapping[str, str]]

    def lines(self) -> list[str]:
        """Say it for people, one line per topic."""
        made = [f"create {each.name} ({each.partitions} partitions)" for each in self.create]
        changed = [
            f"alter {name}: " + ", ".join(f"{key}={value}" for key, value in config.items())
            for name, config in self.alter.items()
        ]
        return made + changed


def wanted_topics(replicas: int, groups: Sequence[str] = GROUPS) -> list[Wanted]:
    """Give every topic of the contracts and every group's dead letters."""
    safe = WITH_REPLICAS_CONFIG if replicas >= REPLICAS_FOR_SAFETY else {}
    events = [Wanted(topic.name, PARTITIONS, topic.config() | safe) for topic in TOPICS.values()]
    letters = [Wanted(dead_letter_topic(group), 1, DEAD_LETTER_CONFIG | safe) for group in groups]
    return events + letters


async def plan(admin: AIOKafkaAdminClient, wanted: list[Wanted]) -> Plan:
    """Compare what is wanted with what the broker has."""
    existing = set(await admin.list_topics())
    known = [each for each in wanted if each.name in existing]
    current = await _configs(admin, [each.name for each in known])
    alter = {
        each.name: changed
        for each in known
        if (
            changed := {
                key: value
                for key, value in each.config.items()
                if current[each.name].get(key) != value
            }
        )
    }
    return Plan(tuple(each for each in wanted if each.name not in existing), alter)


async def apply(
    bootstrap_servers: str, groups: Sequence[str] = GROUPS, *, dry_run: bool = False
) -> Plan:
    """Make the broker's topics what the contracts say; with ``dry_run`` only look.

    Raises:
        KafkaError, TimeoutError: the broker is away or refuses; run it again.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="topics")
    async with asyncio.timeout(CALL_TIMEOUT_SECONDS):
        await admin.start()
        try:
            brokers = (await admin.describe_cluster())["brokers"]
            replicas = min(REPLICAS_FOR_SAFETY, len(brokers))
            todo = await plan(admin, wanted_topics(replicas, groups))
            if not dry_run:
                await _carry_out(admin, todo, replicas)
        finally:
            await admin.close()
    return todo


async def _carry_out(admin: AIOKafkaAdminClient, todo: Plan, replicas: int) -> None:
    new = [
        NewTopic(each.name, each.partitions, replicas, topic_configs=dict(each.config))
        for each in todo.create
    ]
    if new:
        with contextlib.suppress(TopicAlreadyExistsError):  # another apply was quicker
            await admin.create_topics(new)
    changes = [
        ConfigResource(ConfigResourceType.TOPIC, name, configs=dict(config))
        for name, config in todo.alter.items()
    ]
    if changes:
        await admin.alter_configs(changes)


async def _configs(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answers = await admin.describe_configs(asked)
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }


def main() -> None:
    """Run the operators' command."""
    parser = argparse.ArgumentParser(
        prog="topics",
        description="Plan or apply the Kafka topics that the contracts ask for.",
        epilog="Example: KAFKA_BOOTSTRAP_SERVERS=broker:9092 python -m shared.topics plan",
    )
    parser.add_argument("what", choices=("plan", "apply"))
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")
    dry_run = parser.parse_args().what == "plan"
    todo = asyncio.run(apply(servers, dry_run=dry_run))
    sys.stdout.write("\n".join(todo.lines() or ["nothing to do"]) + "\n")


if __name__ == "__main__":
    main()
