"""Consumers: records from Kafka into effects in the database; the only committer of offsets."""

from shared.consumer.batches import Group, On
from shared.consumer.loop import Consumer

__all__ = ["Consumer", "Group", "On"]
