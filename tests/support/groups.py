"""Consumer groups of tests that share a broker: their topics hold what other tests have sent."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.contracts.event import PARTITIONS
from shared.contracts.registry import CITIES


async def begin_at_end(kafka: str, group: str) -> None:
    """Let a new group begin at the end of the cities topic."""
    parts = [TopicPartition(CITIES.name, each) for each in range(PARTITIONS)]
    client = AIOKafkaConsumer(
        bootstrap_servers=kafka, group_id=group, enable_auto_commit=False, client_id=group
    )
    await client.start()
    client.assign(parts)
    await client.commit(await client.end_offsets(parts))
    await client.stop()
