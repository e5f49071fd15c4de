"""What the registry takes from other services: nothing, it is where facts about cities start.

Promises: an empty table, so that the process starts no consumer.
"""

from shared.consumer.batches import Group

GROUPS: tuple[Group, ...] = ()
