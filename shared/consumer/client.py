"""The Kafka client of a consumer: how it is set up, whether it still works, what it fetches."""

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import ConsumerRecord

from shared.consumer.batches import Record
from shared.settings import KafkaSettings

SESSION_TIMEOUT_MS = 10_000
"""After this silence the group gives a process's partitions to others."""

REBALANCE_TIMEOUT_MS = 30_000
"""How long the group waits for a member that is finishing its batches."""

MAX_POLL_INTERVAL_MS = 300_000
"""Far above any pause in polling: the loop polls on while handlers work."""


def new_client(kafka: KafkaSettings, group: str, instance_id: str) -> AIOKafkaConsumer:
    """Give a client that commits nothing by itself and reads only what was committed on Kafka."""
    return AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        group_id=group,
        client_id=group,
        group_instance_id=f"{group}-{instance_id}" if instance_id else None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=SESSION_TIMEOUT_MS,
        heartbeat_interval_ms=SESSION_TIMEOUT_MS // 5,
        rebalance_timeout_ms=REBALANCE_TIMEOUT_MS,
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        retry_backoff_ms=50,
    )


def raise_if_dead(client: AIOKafkaConsumer) -> None:
    """Look for tasks that aiokafka does not miss: without them polling just gives nothing.

    On uvloop a write to a connection that has just been lost raises RuntimeError, which ends them.

    Raises:
        KafkaConnectionError: the client has to be replaced.
    """
    tasks = (
        client._client._sync_task,  # noqa: SLF001 - no public way to see them
        client._fetcher._fetch_task,  # noqa: SLF001
        getattr(client._coordinator, "_coordination_task", None),  # noqa: SLF001 - groups only
    )
    if any(task is not None and task.done() for task in tasks):
        raise KafkaConnectionError("a task of the client has ended")


def record_of(fetched: ConsumerRecord) -> Record:
    """Keep what we need of a fetched record."""
    return Record(
        topic=fetched.topic,
        partition=fetched.partition,
        offset=fetched.offset,
        key=fetched.key,
        value=fetched.value,
        headers=tuple(fetched.headers),
    )
